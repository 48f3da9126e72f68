"""`troth move`: take data, or keys, to another database: from SQLite to PostgreSQL, or back."""

from __future__ import annotations

import argparse
import json
from typing import Any

from troth.app.moving import Moved, move
from troth.cli.home import add_home, installation_of, refused
from troth.kernel.errors import TrothError


def add(commands: Any) -> None:
    """Declare the command."""
    command = commands.add_parser("move", help="take data, or keys, to another database of either kind")
    command.add_argument(
        "--to-database", default="", metavar="ADDRESS", help="an empty database for the data"
    )
    command.add_argument(
        "--to-keystore", default="", metavar="ADDRESS", help="an empty database for the keys"
    )
    command.add_argument("--json", action="store_true", help="print JSON")
    add_home(command)
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Exit code 0 when it was moved, 2 when it was not and the old one stays in use."""
    try:
        done = move(installation_of(args), database=args.to_database, keystore=args.to_keystore)
    except TrothError as problem:
        return refused(problem, args.json)
    rows = [{"what": one.what, "where": one.where, "rows": one.rows} for one in done]
    print(json.dumps({"moved": rows}, indent=2) if args.json else "\n".join(map(sentence, done)))
    return 0


def sentence(one: Moved) -> str:
    """What was moved."""
    name = "TROTH_DATABASE" if one.what == "data" else "TROTH_KEYSTORE"
    count = f"{one.rows} rows" if one.rows is not None else "an interrupted move is finished"
    return (
        f"{one.what}: {count}, now at {one.where}. Name that in {name} from now on; the old place is closed."
    )
