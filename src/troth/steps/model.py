"""Runs and steps: frozen types, and where a step may stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Standing(StrEnum):
    """Where a step stands."""

    READY = "ready"
    """To be done, as soon as every step of a lower rank is."""
    DOING = "doing"
    """A worker holds it, until its lease ends."""
    OPEN = "open"
    """It waits for somebody, or for something outside."""
    DONE = "done"
    LEFT = "left"
    """The run ended without it."""


ENDED = frozenset({Standing.DONE, Standing.LEFT})


@dataclass(frozen=True, slots=True)
class Wanted:
    """A step that is to be: its rank (steps of one rank wait for each other's leave, not for each other), name, and what it is about."""

    rank: int
    name: str
    about: str = ""
    """An id: of a system, of a recipient. Never a person's."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a run. `said` is what came of it, in codes and counts."""

    run: str
    number: int
    rank: int
    name: str
    about: str
    standing: Standing
    attempts: int
    not_before: datetime | None
    intended_at: datetime | None
    """When a worker said that it would act outside; what came of that is unknown until it is compared."""
    said: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "number": self.number, "rank": self.rank, "name": self.name, "about": self.about,
            "standing": self.standing.value, "attempts": self.attempts,
            "not_before": self.not_before.isoformat() if self.not_before else None, "said": dict(self.said),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Run:
    """A run: what kind of work, since when, until when it should be done, and whether it ended."""

    id: str
    kind: str
    opened_at: datetime
    due_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Taken:
    """A step in somebody's hands: the fence it was taken with, and until when."""

    step: Step
    kind: str
    worker: str
    fence: int
    until: datetime

    @property
    def unknown(self) -> bool:
        """Whether somebody before may have acted outside without saying what came of it."""
        return self.step.intended_at is not None

    @property
    def key(self) -> str:
        """The idempotency key of whatever this step does outside: the same however often it is tried."""
        return f"{self.step.run}.{self.step.number}"
