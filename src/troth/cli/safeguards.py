"""`troth safeguards`: the register of what protects data, item by item; proofs, head counts, the map of threats."""

from __future__ import annotations

import argparse
from typing import Any

from troth.app.guarding import show_access
from troth.app.organisation import Organisation
from troth.app.safeguarding import Line, count, register, show_map, threats
from troth.cli.staff import instant
from troth.cli.verbs import Answer, add_verb
from troth.safeguards import Proof


def add(commands: Any) -> None:
    """Declare the command."""
    command = commands.add_parser("safeguards", help="the register of safeguards and what shows them")
    verbs = command.add_subparsers(dest="verb", required=True, metavar="VERB")
    add_verb(verbs, "list", "every safeguard, and what is missing", _list)
    made = add_verb(verbs, "show", "put a proof on record", _show)
    made.add_argument("safeguard", help="the id of a safeguard of the policy")
    made.add_argument("item", type=int, help="which item of its evidence, counted from 1")
    made.add_argument("--by", required=True, help="the id of a member of staff, or probe:NAME")
    made.add_argument("--at", type=instant, help="when it was seen (default: now)")
    made.add_argument("--until", type=instant, help="when it runs out at the latest")
    made.add_argument("--document", default="", metavar="DIGEST", help="the digest of what was seen")
    made.add_argument("--heads", type=int, help="how many people were counted")
    made.add_argument("--grade", default="attestation", help="probe, read_back, signed, log or attestation")
    made.add_argument("--failed", action="store_true", help="it was looked for and not found")
    add_verb(verbs, "count", "count the heads that the policy caps, and put that on record", _count)
    add_verb(verbs, "access", "show what our own record shows about staff: reads, roles, training", _access)
    made = add_verb(verbs, "map", "every threat, and what answers it", _map)
    made.add_argument(
        "--show", nargs=2, metavar=("SAFEGUARD", "ITEM"), help="put the map on record for an item"
    )


def _list(organisation: Organisation, args: argparse.Namespace) -> tuple[Answer, str, bool]:
    lines = register(organisation)
    answer = {"safeguards": [_json(line) for line in lines]}
    well = all(line.answer.outcome.value in ("kept", "at_risk") for line in lines)
    return answer, "\n".join(map(_line, lines)) or "This policy names no safeguards.", well


def _show(organisation: Organisation, args: argparse.Namespace) -> tuple[Answer, str, bool]:
    declared, at = organisation.policy(), args.at or organisation.clock.now()
    one = Proof(
        args.safeguard,
        args.item,
        at,
        args.by,
        not args.failed,
        args.document,
        args.until,
        args.heads,
        args.grade,
    )
    found = organisation.act(
        lambda acts: organisation.safeguards.show(acts.work, declared, one, now=acts.at, origin=acts.origin)
    )
    return _proof(found)


def _count(organisation: Organisation, args: argparse.Namespace) -> tuple[Answer, str, bool]:
    found = count(organisation)
    answer = {
        "counted": [{"safeguard": one.safeguard, "heads": one.heads, "passed": one.passed} for one in found]
    }
    said = [
        f"{one.safeguard}: {one.heads} counted{'' if one.passed else ', more than allowed'}" for one in found
    ]
    return (
        answer,
        "\n".join(said) or "This policy caps nothing that is counted here.",
        all(o.passed for o in found),
    )


def _access(organisation: Organisation, args: argparse.Namespace) -> tuple[Answer, str, bool]:
    found = show_access(organisation)
    answer = {
        "shown": [{"safeguard": one.safeguard, "item": one.item, "passed": one.passed} for one in found]
    }
    said = [
        f"{one.safeguard}, item {one.item}: {'shown' if one.passed else 'not as promised'}" for one in found
    ]
    nothing = "Nothing of this policy's safeguards can be shown by our own record now."
    return answer, "\n".join(said) or nothing, all(one.passed for one in found)


def _map(organisation: Organisation, args: argparse.Namespace) -> tuple[Answer, str, bool]:
    if args.show:
        safeguard, item = args.show
        return _proof(show_map(organisation, safeguard, int(item) if item.isdigit() else 0))
    drawn = threats(organisation)
    gaps = [threat for threat, answers in drawn.items() if not answers]
    lines = [
        f"{threat:<12} {', '.join(answers) or 'nothing that is live'}" for threat, answers in drawn.items()
    ]
    return {"threats": drawn, "gaps": gaps}, "\n".join(lines) or "This policy names no threats.", not gaps


def _proof(found: Proof) -> tuple[Answer, str, bool]:
    answer = {
        "safeguard": found.safeguard,
        "item": found.item,
        "passed": found.passed,
        "document": found.document,
    }
    said = "is on record" if found.passed else "is on record as not shown"
    return answer, f"{found.safeguard}, item {found.item}, {said}.", found.passed


def _json(line: Line) -> Answer:
    return {
        "safeguard": line.statement.id,
        "state": line.answer.outcome.value,
        "missing": list(line.answer.missing),
        "until": line.answer.ends.isoformat() if line.answer.ends else None,
        "evidence": list(line.statement.evidence),
    }


def _line(line: Line) -> str:
    missing = f"; missing: {'; '.join(line.answer.missing)}" if line.answer.missing else ""
    return f"{line.statement.id:<24} {line.answer.outcome.value}{missing}"
