"""The register of safeguards of an organisation, put together: what the policy asks, what was shown, what is live."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from troth.app.organisation import Organisation
from troth.decide.register import RegisterAnswer, Standing, standing, threat_map
from troth.policy.model import Safeguard
from troth.promises.model import ItemShown
from troth.safeguards import Proof

LIVE = frozenset({Standing.KEPT, Standing.AT_RISK})


@dataclass(frozen=True, slots=True)
class Line:
    """A safeguard, how it stands, and the last word on each of its items."""

    statement: Safeguard
    answer: RegisterAnswer
    items: Mapping[int, ItemShown]


def register(organisation: Organisation) -> list[Line]:
    """Every safeguard of the policy in force, as of now."""
    now, promises = organisation.clock.now(), organisation.promises
    with organisation.database.read() as connection:
        evidence = promises.evidence(connection)
    lines = []
    for statement in organisation.policy().catalogue.all(Safeguard):
        known = evidence.get(statement.key)
        items = {one.shown.item: one for one in known.items} if known else {}
        found = standing(statement, {number: one.shown for number, one in items.items()}, now)
        lines.append(Line(statement, found, items))
    return lines


def threats(organisation: Organisation, *, apart: str = "") -> dict[str, tuple[str, ...]]:
    """Every threat that the policy names, with the live safeguards that answer it."""
    return threat_map(organisation.policy().catalogue, _live(organisation), apart=apart)


def count(organisation: Organisation) -> tuple[Proof, ...]:
    """Count the heads that the policy caps, and put that on record."""
    declared = organisation.policy()
    return organisation.act(
        lambda acts: organisation.safeguards.count(acts.work, declared, now=acts.at, origin=acts.origin)
    )


def show_map(organisation: Organisation, safeguard: str, item: int) -> Proof:
    """Draw the map of threats, and put on record whether it leaves a gap in what this safeguard names."""
    declared, live = organisation.policy(), _live(organisation)
    return organisation.act(
        lambda acts: organisation.safeguards.show_map(acts.work, declared, safeguard, item, live, now=acts.at)
    )


def _live(organisation: Organisation) -> list[str]:
    return [line.statement.id for line in register(organisation) if line.answer.outcome in LIVE]
