"""Where a command finds an installation: `--home` and `--database`, or the environment; and how it says that it could not."""

from __future__ import annotations

import argparse
import json
import os
from dataclasses import replace
from pathlib import Path

from troth.app.config import Home
from troth.kernel.errors import OperatorError, TrothError


class NoInstallation(OperatorError):
    """Nothing was ever opened where a command was told to look."""


def add_home(command: argparse.ArgumentParser) -> None:
    """Give a command the options that name an installation."""
    command.add_argument(
        "--home", type=Path, help="folder of the installation (default: TROTH_HOME, else var)"
    )
    command.add_argument(
        "--database", default="", help="address of its database (default: TROTH_DATABASE, else a file there)"
    )


def installation_of(args: argparse.Namespace) -> Home:
    """The installation that the arguments, or else the environment, name. Raises NoInstallation: none is made by asking."""
    said = Home.of_environment()
    folder, database = args.home or said.folder, args.database or os.environ.get("TROTH_DATABASE", "")
    home = replace(said, folder=folder, database=Home.at(folder, database).database)
    file = _file_of(home.database)
    if file is not None and not file.exists():
        raise NoInstallation(
            f"There is no installation here: no database {file}.",
            "Name its folder with --home or its database with --database; `troth run` makes one in var/run.",
            database=str(file),
        )
    return home


def refused(problem: TrothError, as_json: bool) -> int:
    """Say why something could not be done; the exit code for it."""
    print(json.dumps(problem.as_json(), indent=2) if as_json else str(problem))
    return 2


def _file_of(address: str) -> Path | None:
    """The file of a SQLite database; None for any other address."""
    kind, _, file = address.partition(":///")
    return Path(file) if kind.partition("+")[0] == "sqlite" and file else None
