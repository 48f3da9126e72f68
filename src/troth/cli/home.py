"""Where a command finds an installation: `--home` and `--database`, or the environment."""

from __future__ import annotations

import argparse
import os
from dataclasses import replace
from pathlib import Path

from troth.app.config import Home


def add_home(command: argparse.ArgumentParser) -> None:
    """Give a command the options that name an installation."""
    command.add_argument(
        "--home", type=Path, help="folder of the installation (default: TROTH_HOME, else var)"
    )
    command.add_argument(
        "--database", default="", help="address of its database (default: TROTH_DATABASE, else a file there)"
    )


def home_of(args: argparse.Namespace) -> Home:
    """The installation that the arguments, or else the environment, name."""
    said = Home.of_environment()
    folder, database = args.home or said.folder, args.database or os.environ.get("TROTH_DATABASE", "")
    return replace(Home.at(folder, database), words=said.words)
