"""Tasks of people: what is to be shown, by whom, by when, and how long it lasts. Frozen types."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from troth.policy.terms import PeriodTerm


class State(StrEnum):
    """How a task stands at an instant."""

    OPEN = "open"
    DONE = "done"
    OVERDUE = "overdue"
    EXPIRED = "expired"
    """It was done, and that lasts no longer."""
    DROPPED = "dropped"
    """The policy asks for it no more."""


class Sending(StrEnum):
    """What became of a reminder."""

    DUE = "due"
    """It is about to be sent. Found so later, nobody knows whether it was; it is never sent again by itself."""
    WAITING = "waiting"
    """The mail server did not take it yet: it is tried again."""
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Wish:
    """Something the policy wants shown: which item of which statement, in which words, and how long it lasts."""

    statement: str
    item: int
    words: str
    lasts: PeriodTerm
    chosen: bool
    """Whether the period is ours, because the policy names none."""


@dataclass(frozen=True, slots=True)
class Task:
    """A task as its events tell it."""

    id: str
    statement: str
    item: int
    owner: str
    made_at: datetime
    due_at: datetime
    """When it is first due; from then on what was shown last tells, by when it expires."""
    lasts: PeriodTerm
    done_at: datetime | None
    done_by: str
    document: str
    expires_at: datetime | None
    dropped: bool

    @property
    def next_at(self) -> datetime:
        """By when something has to be shown next."""
        return self.expires_at if self.done_at and self.expires_at else self.due_at


@dataclass(frozen=True, slots=True)
class Document:
    """What somebody brought: kept as it is, by its digest."""

    digest: str
    name: str
    media: str
    size: int
    data: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Reminder:
    """A reminder of a task: which step, and what became of it."""

    id: str
    task: str
    step: str
    state: Sending
    at: datetime
