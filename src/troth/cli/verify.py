"""`troth verify [ORG]`: recompute a ledger from its stored bytes and name the first entry that does not hold."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from troth.app.proofs import Checked, check_ledger, recorded
from troth.cli.home import add_home, installation_of, refused
from troth.kernel.errors import CallerError, TrothError


def add(commands: Any) -> None:
    """Declare the command."""
    command = commands.add_parser(
        "verify", help="recompute a ledger and name the first entry that does not hold"
    )
    command.add_argument(
        "organisation", nargs="?", help="the id of the organisation (default: all there are)"
    )
    command.add_argument(
        "--checkpoint", type=Path, action="append", default=[], metavar="FILE",
        help="a checkpoint that was kept elsewhere; may be repeated",
    )  # fmt: skip
    command.add_argument(
        "--other",
        default="",
        metavar="DATABASE",
        help="a second database of the same ledger, to compare with",
    )
    command.add_argument(
        "--tsa-ca",
        type=Path,
        metavar="FILE",
        help="the CA by which timestamps of checkpoints are checked, as PEM",
    )
    command.add_argument("--json", action="store_true", help="print JSON")
    add_home(command)
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Exit code 0 when everything holds, 1 when something does not, 2 when it cannot be told."""
    try:
        home = installation_of(args)
        names = [args.organisation] if args.organisation else recorded(home)
        if not names:
            raise CallerError("There is no ledger here.", "Name its home or its database.")
        found = {name: check_ledger(home, name, args.checkpoint, args.other, args.tsa_ca) for name in names}
    except TrothError as problem:
        return refused(problem, args.json)
    holds = all(one.holds for one in found.values())
    if args.json:
        rows = [as_json(name, one) for name, one in found.items()]
        print(json.dumps({"holds": holds, "ledgers": rows}, indent=2))
    else:
        print("\n".join(sentence(name, one) for name, one in found.items()))
    return int(not holds)


def as_json(name: str, found: Checked) -> dict[str, object]:
    """One ledger as plain values."""
    return {
        "organisation": name,
        "holds": found.holds,
        "entries": found.verified.entries,
        "root": found.verified.root.hex(),
        "bad_sequence": found.verified.bad_sequence or found.parts_at,
        "reason": found.verified.reason or _parted(found) or _spoilt(found) or _false_stamps(found),
        "checkpoints": found.verified.kept,
        "signed_up_to": found.signed,
        "payloads": {
            "opened": found.verified.opened,
            "unreadable": found.verified.unreadable,
            "not_looked_into": found.verified.unopened,
        },
        "spoilt_checkpoints": list(found.spoilt),
        "timestamps": [
            {
                "size": one.size,
                "authority": one.authority,
                "at": one.at.isoformat(),
                "checked": one.checked,
                "fault": one.fault,
            }
            for one in found.stamps
        ],
    }


def sentence(name: str, found: Checked) -> str:
    """One ledger as a sentence."""
    if not found.verified.holds:
        return f"{name}: DOES NOT HOLD at entry {found.verified.bad_sequence}: {found.verified.reason}."
    if found.parts_at is not None:
        return f"{name}: DOES NOT HOLD at entry {found.parts_at}: {_parted(found)}."
    if not found.holds:
        return f"{name}: DOES NOT HOLD: {_spoilt(found) or _false_stamps(found)}."
    held = (
        f"held against {found.verified.kept} checkpoints, the last at {found.signed} entries"
        if found.verified.kept
        else "held against no checkpoint, so that a ledger rewritten whole would not be seen"
    )
    return f"{name}: {found.verified.entries} entries hold; {held}; {_payloads(found)}{_stamped(found)}."


def _payloads(found: Checked) -> str:
    """What became of the payloads."""
    verified = found.verified
    if verified.unopened:
        return f"{verified.unopened} sealed payloads were not looked into, for their keys are not at hand"
    said = f"{verified.opened} payloads are those committed to"
    return (
        f"{said}, {verified.unreadable} are unreadable, for their keys were destroyed"
        if verified.unreadable
        else said
    )


def _stamped(found: Checked) -> str:
    """The last timestamp, and whether anybody checked who made it."""
    if not found.stamps:
        return ""
    last = found.stamps[0]
    how = "checked by its CA" if last.checked else "by its own word: name its CA with --tsa-ca"
    return f"; {last.authority} stamped {last.size} entries at {last.at:%Y-%m-%d %H:%M:%S} UTC, {how}"


def _false_stamps(found: Checked) -> str:
    return "; ".join(found.false_stamps)


def _parted(found: Checked) -> str:
    return "from there on the other database tells another story" if found.parts_at is not None else ""


def _spoilt(found: Checked) -> str:
    sizes = ", ".join(map(str, found.spoilt))
    return (
        f"checkpoints in the database, at {sizes} entries, are not as its keys signed them" if sizes else ""
    )
