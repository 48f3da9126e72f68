"""What this room records. Facts stand in the codes, digests of identities in the payload alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from troth.ledger import Draft, Event, Origin
from troth.policy.facts import Fact

CREATED: Final = "subjects:subject:created"
MERGED: Final = "subjects:subject:merged"
LINKED: Final = "subjects:identity:linked"
UNLINKED: Final = "subjects:identity:unlinked"
BOUND: Final = "subjects:policy:bound"
SET: Final = "subjects:fact:set"
CLEARED: Final = "subjects:fact:cleared"
DOUBTED: Final = "subjects:fact:doubted"
ERASED: Final = "erasures:subject:begun"
"""Recorded by the room of erasures, for each pseudonym of a person: from here on this room knows nothing of them."""
ALL: Final = (CREATED, MERGED, LINKED, UNLINKED, BOUND, SET, CLEARED, DOUBTED)


@dataclass(frozen=True, slots=True)
class Act:
    """What every draft of this room shares: whom it is about, when, under which policy, and where it comes from."""

    subject: str
    at: datetime
    origin: Origin = Origin.OBSERVED
    policy: str | None = None

    def draft(self, kind: str, *codes: str, payload: Mapping[str, object] | None = None) -> Draft:
        """The draft of an event of that kind."""
        return Draft(
            kind,
            self.at,
            subject=self.subject,
            policy=self.policy,
            codes=codes,
            payload=payload,
            origin=self.origin,
        )


def fact_of(event: Event) -> Fact:
    """The fact an event of this room is about."""
    return Fact.parse(event.codes[0])


def detail(event: Event, name: str) -> str:
    """What an event says under a name (`language:en`), or ''."""
    return next(
        (code.removeprefix(f"{name}:") for code in event.codes[1:] if code.startswith(f"{name}:")), ""
    )


def details(**named: str) -> tuple[str, ...]:
    """Codes that say something under a name, those left empty omitted."""
    return tuple(f"{name}:{value}" for name, value in named.items() if value)
