"""`troth drill`: restore the last backups aside, and try to bring back everybody who was erased."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from troth.app.drill import Drilled, drill
from troth.app.system import SystemClock
from troth.cli.home import add_home, installation_of, refused
from troth.kernel.errors import TrothError


def add(commands: Any) -> None:
    """Declare the command."""
    command = commands.add_parser(
        "drill", help="try to bring back everybody who was erased, from the last backups"
    )
    where = "(default: where the last was made)"
    command.add_argument(
        "--data", type=Path, metavar="FOLDER", help=f"a backup of data, or their folder {where}"
    )
    command.add_argument(
        "--keys", type=Path, metavar="FOLDER", help=f"a backup of keys, or their folder {where}"
    )
    command.add_argument(
        "--without-tombstones", action="store_true",
        help="count also whom somebody could bring back who passes over the tombstones",
    )  # fmt: skip
    command.add_argument("--json", action="store_true", help="print JSON")
    add_home(command)
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Exit code 0 when nobody can be brought back, 1 when somebody can, 2 when the backups cannot be restored."""
    tell = (lambda _: None) if args.json else (lambda line: print(line, file=sys.stderr, flush=True))
    try:
        found = drill(installation_of(args), args.data, args.keys, clock=SystemClock(), tell=tell)
    except TrothError as problem:
        return refused(problem, args.json)
    risen = sum(one.back + (one.reachable if args.without_tombstones else 0) for one in found)
    if args.json:
        print(json.dumps({"nobody": not risen, "organisations": [_plain(one) for one in found]}, indent=2))
    else:
        print("\n".join(sentence(one) for one in found))
    return int(bool(risen))


def sentence(one: Drilled) -> str:
    """What was found of one organisation."""
    who = "NOBODY" if not one.back else f"{one.back} OF THEM"
    more = (
        f" Passing over the tombstones, both backups and the root keys would bring back {one.reachable}: close and destroy the epoch."
        if one.reachable
        else " Nor does anybody who passes over the tombstones."
    )
    return f"{one.organisation}: {one.tried} people were erased, {one.opened} sealed values tried; a restore brings back {who}.{more}"


def _plain(one: Drilled) -> dict[str, object]:
    return {
        "organisation": one.organisation,
        "data": one.data,
        "keys": one.keys,
        "erased": one.tried,
        "values_tried": one.opened,
        "brought_back": one.back,
        "reachable_without_tombstones": one.reachable,
    }
