"""`troth archive ORG`: move old entries of a ledger out of its tables, into files that it commits to."""

from __future__ import annotations

import argparse
import json
from datetime import timedelta
from typing import Any

from troth.app.archiving import archive
from troth.app.opening import open_organisation
from troth.cli.home import add_home, installation_of, refused
from troth.kernel.errors import TrothError
from troth.ledger import Archived


def add(commands: Any) -> None:
    """Declare the command."""
    command = commands.add_parser("archive", help="move old entries of a ledger into files it commits to")
    command.add_argument("organisation", help="the id of the organisation")
    command.add_argument(
        "--older-than", type=int, required=True, metavar="DAYS", help="entries recorded longer ago than that"
    )
    command.add_argument(
        "--keep", type=int, default=0, metavar="N", help="how many of the last stay in the tables anyway"
    )
    command.add_argument("--json", action="store_true", help="print JSON")
    add_home(command)
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Exit code 0 when it is done, also where nothing was old enough; 2 when it could not be."""
    try:
        home = installation_of(args)
        with open_organisation(home, args.organisation, bring_up=False) as organisation:
            moved = archive(organisation, home, timedelta(days=args.older_than), args.keep)
    except TrothError as problem:
        return refused(problem, args.json)
    print(json.dumps(as_json(moved), indent=2) if args.json else sentence(moved))
    return 0


def as_json(moved: list[Archived]) -> dict[str, object]:
    """What was moved, as plain values."""
    return {"archives": [{"first": one.first, "last": one.last, "digest": one.digest} for one in moved]}


def sentence(moved: list[Archived]) -> str:
    """What was moved, for people."""
    if not moved:
        return "Nothing is old enough, or not enough for an archive."
    return f"Entries {moved[0].first} to {moved[-1].last} moved into {len(moved)} archives."
