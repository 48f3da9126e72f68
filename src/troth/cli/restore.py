"""`troth restore`: put a backup of data and a backup of keys together again, in an empty place."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from troth.app.config import Home
from troth.app.restoring import Restored, pair, restore
from troth.cli.home import refused
from troth.kernel.errors import TrothError


def add(commands: Any) -> None:
    """Declare the command."""
    command = commands.add_parser("restore", help="put backups of data and keys together in an empty place")
    command.add_argument(
        "--data", type=Path, required=True, metavar="FOLDER",
        help="a backup of data, or the folder they go into: then the youngest",
    )  # fmt: skip
    command.add_argument(
        "--keys", type=Path, required=True, metavar="FOLDER",
        help="a backup of keys, or the folder they go into: then the youngest",
    )  # fmt: skip
    command.add_argument(
        "--home", type=Path, required=True, help="an empty folder, or one with the folder of root keys alone"
    )
    command.add_argument("--database", default="", help="an empty database (default: a file there)")
    command.add_argument(
        "--keystore", default="", help="an empty database for the keys (default: a file there)"
    )
    command.add_argument("--json", action="store_true", help="print JSON")
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Exit code 0 when the place is open again, 2 when nothing was restored or the place stays closed."""
    said = Home.of_environment()
    place = Home.at(args.home, args.database)
    home = replace(place, keystore=args.keystore, keeper=said.keeper, keeper_token=said.keeper_token)
    try:
        found = pair(args.data, args.keys)
        done = restore(found, home, _quiet if args.json else _say)
    except TrothError as problem:
        return refused(problem, args.json)
    print(
        json.dumps(
            {"home": str(args.home), "from": found.ids, "organisations": [_plain(one) for one in done]},
            indent=2,
        )
        if args.json
        else "\n".join(sentence(one) for one in done)
    )
    return 0


def sentence(one: Restored) -> str:
    """What came back of one organisation."""
    lost = (
        f"; entries {one.entries + 1} to {one.known} were recorded once and are in no backup that was named"
        if one.known > one.entries
        else ""
    )
    return f"{one.organisation}: {one.entries} entries, {one.erased_again} people erased again{lost}."


def _plain(one: Restored) -> dict[str, object]:
    return {
        "organisation": one.organisation,
        "entries": one.entries,
        "known_once": one.known,
        "erased_again": one.erased_again,
    }


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _quiet(_: str) -> None:
    """Nothing but the JSON is printed."""
