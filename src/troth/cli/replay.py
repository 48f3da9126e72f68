"""`troth replay`: rebuild the tables of current state from the ledger, and say whether they came out as they stood."""

from __future__ import annotations

import argparse
import json
from typing import Any

from troth.app.opening import open_organisation
from troth.cli.home import add_home, installation_of, refused
from troth.kernel.errors import TrothError


def add(commands: Any) -> None:
    """Declare the command."""
    command = commands.add_parser("replay", help="rebuild current state from the ledger and compare")
    command.add_argument("organisation", help="the id of the organisation")
    command.add_argument(
        "--compare", action="store_true", help="only say what a replay would find; change nothing"
    )
    command.add_argument("--json", action="store_true", help="print JSON")
    add_home(command)
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Exit code 0 when everything came out equal, 1 when it did not, 2 when the installation cannot be opened."""
    try:
        with open_organisation(installation_of(args), args.organisation, bring_up=False) as organisation:
            found = organisation.ledger.compare() if args.compare else organisation.replay()
    except TrothError as problem:
        return refused(problem, args.json)
    equal = all(one.equal for one in found)
    if args.json:
        rows = [
            {"projection": r.projection, "equal": r.equal, "before": r.rows_before, "after": r.rows_after}
            for r in found
        ]
        print(json.dumps({"organisation": args.organisation, "equal": equal, "projections": rows}, indent=2))
    else:
        for one in found:
            print(
                f"{one.projection:<24} {'equal' if one.equal else 'DIFFERS'}   {one.rows_before} rows before, {one.rows_after} after"
            )
    return int(not equal)
