"""`troth notices`: what was shown and came in, by count; changes of the policy, and settling them; consents; minors."""

from __future__ import annotations

import argparse
from typing import Any

from troth.app.minors import age_gate
from troth.app.organisation import Organisation
from troth.app.settling import settle
from troth.cli.verbs import Answer, add_verb


def add(commands: Any) -> None:
    """Declare the command."""
    command = commands.add_parser(
        "notices", help="what people were shown, agreed to, and are owed by a change"
    )
    verbs = command.add_subparsers(dest="verb", required=True, metavar="VERB")
    add_verb(verbs, "shown", "which notices were shown, and what came in under them, by count", _shown)
    add_verb(verbs, "changes", "changes of the policy, and what each rule still asks for", _changes)
    add_verb(verbs, "settle", "see who was told of changes, let consents run out, finish purges", _settle)
    add_verb(verbs, "consents", "consents and objections, by count", _consents)
    add_verb(verbs, "minors", "the question about age, guardians, minors found", _minors)


def _shown(organisation: Organisation, args: argparse.Namespace) -> tuple[Answer, str, bool]:
    with organisation.database.read() as connection:
        counts = organisation.notices.counts(connection)
        submissions = organisation.notices.submissions(connection)
    answer: Answer = {
        "shown": [
            {"notice": one.notice, "version": one.version, "language": one.language, "interface": one.interface, "times": one.times}
            for one in counts
        ],
        "submissions": [{"point": one.point, "taken": bool(one.taken), "times": one.times} for one in submissions],
    }  # fmt: skip
    lines = [f"{one.notice} in {one.language} by {one.interface}: {one.times}" for one in counts]
    lines += [f"{one.point}: {one.times} {'taken' if one.taken else 'refused'}" for one in submissions]
    return answer, "\n".join(lines) or "Nothing has been shown to anybody yet.", True


def _changes(organisation: Organisation, args: argparse.Namespace) -> tuple[Answer, str, bool]:
    found, lines, well = [], [], True
    with organisation.database.read() as connection:
        for made in organisation.revisions.all(connection):
            standing = organisation.revisions.standing(connection, made)
            rules = [
                {"rule": one.rule.id, "missing": list(one.missing), "breached": one.breached}
                for one in standing
            ]
            found.append(
                {"change": made.sequence, "since": made.since.isoformat(), "kinds": list(made.kinds), "rules": rules}
            )  # fmt: skip
            lines.append(f"{made.sequence}  from {made.since:%Y-%m-%d}: {', '.join(made.kinds)}")
            lines += [f"    {one.rule.id}: {', '.join(one.missing) or 'all done'}" for one in standing]
            well = well and not any(one.breached for one in standing)
    return {"changes": found}, "\n".join(lines) or "The policy has not changed yet.", well


def _settle(organisation: Organisation, args: argparse.Namespace) -> tuple[Answer, str, bool]:
    found = settle(organisation)
    answer: Answer = {"told": found.told, "expired": found.expired, "purged": found.purged}
    words = f"{found.told} told of changes, {found.expired} consents ran out, {found.purged} purges finished."
    return answer, words, True


def _consents(organisation: Organisation, args: argparse.Namespace) -> tuple[Answer, str, bool]:
    with organisation.database.read() as connection:
        said = organisation.rooms.consents.counted(connection)
        raised = organisation.rooms.consents.objections_counted(connection)
    answer: Answer = {
        "consents": [
            {"item": one.item, "kind": one.kind, "act": one.act, "times": one.times} for one in said
        ],
        "objections": [{"objection": one.objection, "times": one.times} for one in raised],
    }
    lines = [f"{one.item}: {one.times} {one.act}{f' ({one.kind})' if one.kind else ''}" for one in said]
    lines += [f"objection {one.objection}: {one.times} stand" for one in raised]
    return answer, "\n".join(lines) or "Nobody has said anything yet.", True


def _minors(organisation: Organisation, args: argparse.Namespace) -> tuple[Answer, str, bool]:
    gate, guardians = age_gate(organisation.policy()), organisation.guardians
    with organisation.database.read() as connection:
        counts, found = guardians.counts(connection), guardians.all_found(connection)
        cases = guardians.open_cases(connection)
    waiting = [one for one in found if one.purged_at is None]
    answer: Answer = {
        "years": gate.years, "chosen": gate.chosen, "guardians": counts, "waiting": len(waiting), "found": len(found),
        "cases": [{"minor": one.minor, "until": one.until.isoformat(), "tries": one.tries} for one in cases],
    }  # fmt: skip
    asked = f"below {gate.years}{' (chosen)' if gate.chosen else ''}" if gate.years else "no age is named"
    lines = [f"Asked about age: {asked if gate.classes else 'nobody'}."]
    lines += [f"{count} guardians {state}" for state, count in sorted(counts.items())]
    lines += [f"{len(found)} minors found without consent, {len(waiting)} of them to go"]
    return answer, "\n".join(lines), not waiting
