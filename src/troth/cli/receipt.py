"""`troth receipt make|verify`: what a person takes home of an act on consent, and whether one that somebody shows is true."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from troth.app.opening import open_organisation
from troth.app.proofs import checkpoints_of, receipts_of
from troth.cli.home import add_home, installation_of, refused
from troth.kernel.errors import CallerError, TrothError
from troth.receipts import Checked, Outcome, Receipt, check_offline, read_keys


def add(commands: Any) -> None:
    """Declare the command."""
    command = commands.add_parser("receipt", help="make the receipt of an act on consent, or check one")
    what = command.add_subparsers(dest="what", required=True, metavar="make|verify")
    make = what.add_parser("make", help="the receipt of an entry, with the proof that it lies in the ledger")
    make.add_argument("organisation", help="the id of the organisation")
    make.add_argument("sequence", type=int, help="the number of the entry")
    make.add_argument("--subject", default="", help="only where the entry is about this person")
    make.set_defaults(run=run_make)
    verify = what.add_parser("verify", help="say whether a receipt is valid, forged, or of another person")
    verify.add_argument("organisation", nargs="?", default="", help="the id of the organisation")
    verify.add_argument(
        "file", type=Path, help="what `make` printed with --json, or the receipt alone; - reads from a pipe"
    )
    verify.add_argument("--subject", default="", help="the person it is shown for")
    verify.add_argument(
        "--jwks", type=Path, metavar="FILE", help="check by these published keys alone, without the ledger"
    )
    verify.set_defaults(run=run_verify)
    for one in (make, verify):
        one.add_argument("--json", action="store_true", help="print JSON")
        add_home(one)


def run_make(args: argparse.Namespace) -> int:
    """Exit code 0 when it is printed, 2 when there is none."""
    try:
        home = installation_of(args)
        with open_organisation(home, args.organisation, bring_up=False) as organisation:
            receipts = receipts_of(organisation, home)
            made = receipts.make(args.sequence, args.subject)
            if not made.proof:
                checkpoints_of(organisation, home).make()
                made = receipts.make(args.sequence, args.subject)
    except TrothError as problem:
        return refused(problem, args.json)
    print(json.dumps(as_json(made), ensure_ascii=False, indent=2) if args.json else made.jws)
    return 0


def run_verify(args: argparse.Namespace) -> int:
    """Exit code 0 when it is valid, 1 when it is not, 2 when it cannot be told."""
    try:
        receipt, proof = read_receipt(args.file)
        found = _checked(args, receipt, proof)
    except TrothError as problem:
        return refused(problem, args.json)
    print(json.dumps(checked_json(found), ensure_ascii=False, indent=2) if args.json else sentence(found))
    return int(found.outcome is not Outcome.VALID)


def read_receipt(path: Path) -> tuple[str, str]:
    """The receipt in a file, and its proof, '' where it holds none. Raises CallerError."""
    written = _text(path).strip()
    if not written.startswith("{"):
        return written, ""
    try:
        found = json.loads(written)
        return str(found["receipt"]), str(found.get("proof") or "")
    except (ValueError, KeyError, RecursionError):
        raise CallerError(f"{path} holds no receipt.", "Name what `troth receipt make` printed.") from None


def as_json(made: Receipt) -> dict[str, object]:
    """A receipt as plain values; this is what a person keeps."""
    return {
        "sequence": made.sequence,
        "receipt": made.jws,
        "claims": made.claims,
        "proof": made.proof or None,
    }


def checked_json(found: Checked) -> dict[str, object]:
    """What a check found, as plain values."""
    return {
        "outcome": found.outcome.value,
        "reason": found.reason,
        "proven": found.proven,
        "claims": found.claims,
    }


def sentence(found: Checked) -> str:
    """What a check found, for people."""
    proven = " Its entry lies under a signed checkpoint." if found.proven else ""
    return f"{found.outcome.value.upper().replace('_', ' ')}: {found.reason}{proven}"


def _checked(args: argparse.Namespace, receipt: str, proof: str) -> Checked:
    if args.jwks is not None:
        if args.subject:
            raise CallerError(
                "Whose a receipt is can be told by the ledger alone.", "Leave out --jwks or --subject."
            )
        return check_offline(receipt, read_keys(_text(args.jwks).encode()), proof)
    if not args.organisation:
        raise CallerError("Name the organisation, or its published keys with --jwks.")
    home = installation_of(args)
    with open_organisation(home, args.organisation, bring_up=False) as organisation:
        return receipts_of(organisation, home).check(receipt, proof, args.subject)


def _text(path: Path) -> str:
    try:
        return sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8")
    except OSError as error:
        raise CallerError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError:
        raise CallerError(f"{path} is no text.") from None
