"""What the gate says: an answer with what was recorded of it, and what an observed act turned out to be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Final

from troth.decide.model import Answer, Obstacle, Question
from troth.ledger import Origin
from troth.policy.facts import way_text

GRADES: Final = ("probe", "read_back", "signed", "log", "attestation")
"""How an act was seen, the strongest way first."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: when it was given, and what stands in the ledger of it.

    `recorded` is `event` (with its `sequence`, durable), `segment` (gathered, sealed later) or '' for advice. A hypothetical
    reply rests on facts that the caller made up; it is never recorded.
    """

    answer: Answer
    at: datetime
    recorded: str = ""
    sequence: int | None = None
    origin: Origin = Origin.OBSERVED
    hypothetical: bool = False

    @property
    def permitted(self) -> bool:
        """Whether the act may go ahead."""
        return self.answer.permitted

    def as_json(self) -> dict[str, object]:
        """The reply as plain JSON values."""
        return answer_json(self.answer) | self.circumstances

    @property
    def circumstances(self) -> dict[str, object]:
        """All of the reply but the answer, as plain JSON values: what differs each time the same is answered."""
        found: dict[str, object] = {"at": self.at.isoformat(), "origin": self.origin.value}
        found |= {"recorded": self.recorded} if self.recorded else {}
        found |= {"sequence": self.sequence} if self.sequence is not None else {}
        return found | ({"hypothetical": True} if self.hypothetical else {})


def answer_json(answer: Answer) -> dict[str, object]:
    """An answer as plain JSON values."""
    return {
        "outcome": answer.outcome.value,
        "grounds": list(answer.grounds),
        "clauses": list(answer.clauses),
        "duties": list(answer.duties),
        "missing": [list(way) for way in answer.missing],
        "obstacles": [_obstacle(obstacle) for obstacle in answer.obstacles],
        "applied": list(answer.applied),
        "policy": answer.policy,
    } | ({"more_missing": True} if answer.more_missing else {})


def _obstacle(obstacle: Obstacle) -> dict[str, object]:
    return {
        "code": obstacle.code,
        "statement": obstacle.statement,
        "clauses": list(obstacle.clauses),
        "category": obstacle.category,
        "detail": obstacle.detail,
        "missing": [way_text(way) for way in obstacle.missing],
        **({"nearest": list(obstacle.nearest)} if obstacle.nearest else {}),
        **({"name": obstacle.name} if obstacle.name else {}),
    }


@dataclass(frozen=True, slots=True)
class Using:
    """A use that was decided within a larger work, and what books it once that work is durable."""

    reply: Reply
    book: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Seen:
    """Where an act was seen (a row, a file, a request), and how: probe, read_back, signed, log or attestation."""

    where: str = ""
    how: str = "log"
    more: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))


NOT_SEEN: Final = Seen()


@dataclass(frozen=True, slots=True)
class ObservedAct:
    """Something that was done with data, seen outside the gate: what, about whom (None: nobody known), when, and where."""

    question: Question
    subject: str | None
    at: datetime
    seen: Seen = NOT_SEEN
    papers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Found:
    """What an observed act was: a breach, or permitted (by the facts of then, or by release `released`)."""

    reply: Reply
    breach: bool
    released: int | None = None

    def as_json(self) -> dict[str, object]:
        """What was found, as plain JSON values."""
        return self.reply.as_json() | {"breach": self.breach, "released": self.released}
