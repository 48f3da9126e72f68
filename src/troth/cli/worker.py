"""`troth worker`: carries requests out, step after step; as many of them as you like on one database."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from troth.app.carriers import carrier_of
from troth.app.mapping import secrets_of
from troth.app.opening import open_organisation
from troth.cli.home import add_home, installation_of, refused
from troth.kernel.errors import TrothError


def add(commands: Any) -> None:
    """Declare the command."""
    command = commands.add_parser("worker", help="carry requests out, step after step")
    command.add_argument("organisation", help="the id of the organisation")
    command.add_argument(
        "--map",
        type=Path,
        default=Path(),
        metavar="FOLDER",
        help="the folder of the policy with its map.yaml (default: this one)",
    )
    command.add_argument("--secrets", type=Path, metavar="FOLDER", help="credentials of stores, a file each")
    command.add_argument("--once", action="store_true", help="end when nothing is left to do now")
    command.add_argument(
        "--every", type=float, default=1.0, metavar="SECONDS", help="between looks when idle (default: 1)"
    )
    command.add_argument("--json", action="store_true", help="print JSON")
    add_home(command)
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Exit code 0 when it ended as it was told, 2 when it could not begin."""
    done = 0
    try:
        home = installation_of(args)
        with open_organisation(home, args.organisation, bring_up=False) as organisation:
            carrier = carrier_of(organisation, home, args.map, secrets_of(args.secrets))
            name = f"worker.{os.getpid()}"
            try:
                while True:
                    carrier.begin()
                    while carrier.turn(name):
                        pass
                    done = carrier.worked
                    if args.once:
                        break
                    time.sleep(args.every)
            except KeyboardInterrupt:
                print("", file=sys.stderr)
    except TrothError as problem:
        return refused(problem, args.json)
    print(json.dumps({"steps": done}) if args.json else f"{done} step{'' if done == 1 else 's'} done.")
    return 0
