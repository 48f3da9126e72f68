"""`troth checkpoint ORG`: sign how far a ledger has come and hand that to witnesses; change the keys that sign."""

from __future__ import annotations

import argparse
import json
from datetime import timedelta
from typing import Any

from troth.app.opening import open_organisation
from troth.app.proofs import checkpoints_of
from troth.app.witnessing import read_witnessing
from troth.cli.home import add_home, installation_of, refused
from troth.kernel.errors import TrothError
from troth.ledger import Checkpoints, Made, VerifierKey
from troth.witnesses import open_witness


def add(commands: Any) -> None:
    """Declare the command."""
    command = commands.add_parser("checkpoint", help="sign the head of a ledger and hand it to witnesses")
    command.add_argument("organisation", help="the id of the organisation")
    command.add_argument(
        "--to", action="append", default=[], metavar="WITNESS",
        help="a folder, an https:// address of a C2SP witness, tsa+https://HOST/PATH#ca=FILE, or mailto:ADDRESS?host=HOST; "
        "may be repeated (default: those in witnesses.yaml)",
    )  # fmt: skip
    command.add_argument(
        "--witness-key", action="append", default=[], metavar="KEY", help="whose cosignatures are kept"
    )
    command.add_argument("--if-older", type=int, metavar="MINUTES", help="only when the last one is that old")
    command.add_argument("--origin", default="", help="the name to sign as, where no key was ever made")
    change = command.add_mutually_exclusive_group()
    change.add_argument(
        "--new-key", action="store_true", help="make a further key, which signs beside the others"
    )
    change.add_argument("--retire-key", default="", metavar="ID", help="let a key sign no more")
    command.add_argument("--json", action="store_true", help="print JSON")
    add_home(command)
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Exit code 0 when it is done or not due, 1 when a witness did not take it, 2 when nothing was signed."""
    try:
        home = installation_of(args)
        plan = read_witnessing(home)
        witnesses = [open_witness(address) for address in args.to] or list(plan.outside)
        trusted = [*plan.trusted, *(VerifierKey.parse(key) for key in args.witness_key)]
        with open_organisation(home, args.organisation, bring_up=False) as organisation:
            checkpoints = checkpoints_of(organisation, home)
            checkpoints.publish(args.origin)
            _change_keys(checkpoints, args)
            age = timedelta(minutes=args.if_older) if args.if_older is not None else None
            made = (
                checkpoints.make(witnesses, trusted=trusted)
                if age is None
                else checkpoints.make_if_older(age, witnesses, trusted=trusted)
            )
    except TrothError as problem:
        return refused(problem, args.json)
    print(json.dumps(as_json(made), indent=2) if args.json else sentence(made))
    return int(made is not None and bool(made.problems))


def as_json(made: Made | None) -> dict[str, object]:
    """The checkpoint as plain values."""
    if made is None:
        return {"made": False}
    return {
        "made": True,
        "origin": made.checkpoint.origin,
        "size": made.checkpoint.size,
        "root": made.checkpoint.root.hex(),
        "note": str(made.note),
        "timestamps": [{"authority": one.authority, "at": one.at.isoformat()} for one in made.timestamps],
        "problems": [str(problem) for problem in made.problems],
    }


def sentence(made: Made | None) -> str:
    """The checkpoint as it is handed on, then what went wrong."""
    if made is None:
        return "Not due yet; nothing was signed."
    stamped = (f"{one.authority} stamped it at {one.at:%Y-%m-%d %H:%M:%S} UTC." for one in made.timestamps)
    return "\n".join([str(made.note).rstrip("\n"), *stamped, *(str(problem) for problem in made.problems)])


def _change_keys(checkpoints: Checkpoints, args: argparse.Namespace) -> None:
    if args.new_key:
        checkpoints.add_key()
    if args.retire_key:
        checkpoints.retire_key(args.retire_key)
