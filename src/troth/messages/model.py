"""Messages, where they stand, and whom nobody writes to: frozen types, and the moves that are allowed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class State(StrEnum):
    """Where a message stands."""

    QUEUED = "queued"
    REFUSED = "refused"
    """Never queued: the gate, an opt-out or the channel stood against it."""
    SENDING = "sending"
    DEFERRED = "deferred"
    ACCEPTED = "accepted"
    """The other side took it on; nobody has said that the person has it."""
    CONFIRMED = "confirmed"
    BOUNCED = "bounced"
    EXPIRED = "expired"
    STOPPED = "stopped"
    """Was permitted when it was queued, and no more when it was to leave."""
    UNKNOWN = "unknown"
    """It may have been sent: nobody heard the answer. It is never sent again by itself."""
    DROPPED = "dropped"
    """The person was erased, and with them what was to be sent."""


MOVES: Final[Mapping[State, frozenset[State]]] = MappingProxyType(
    {
        State.QUEUED: frozenset({State.SENDING, State.STOPPED, State.EXPIRED, State.DROPPED}),
        State.DEFERRED: frozenset({State.SENDING, State.STOPPED, State.EXPIRED, State.DROPPED}),
        State.SENDING: frozenset(
            {State.ACCEPTED, State.DEFERRED, State.BOUNCED, State.EXPIRED, State.UNKNOWN, State.DROPPED}
        ),
        State.ACCEPTED: frozenset({State.CONFIRMED, State.BOUNCED}),
        State.CONFIRMED: frozenset({State.BOUNCED}),
        State.UNKNOWN: frozenset(
            {State.CONFIRMED, State.BOUNCED, State.QUEUED, State.EXPIRED, State.DROPPED}
        ),
        State.REFUSED: frozenset(),
        State.STOPPED: frozenset(),
        State.EXPIRED: frozenset(),
        State.BOUNCED: frozenset(),
        State.DROPPED: frozenset(),
    }
)
"""Where a message may go from each state."""
WAITING: Final = frozenset({State.QUEUED, State.DEFERRED})
KEEPS_LETTER: Final = frozenset({State.QUEUED, State.DEFERRED, State.SENDING, State.UNKNOWN})
"""In these the words are still needed; in all others they are gone."""

OPTIONAL: Final = frozenset({"marketing", "survey"})
"""Classes that an opt-out stops. Codes, service and important messages it never touches."""


class Why(StrEnum):
    """Why an address is not written to."""

    UNSUBSCRIBED = "unsubscribed"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    ASKED = "asked"
    """By word of mouth, a letter, a ticket: somebody wrote it down."""


@dataclass(frozen=True, slots=True)
class Link:
    """A link of a message: the plain address everybody gets, and the one that tells who followed it."""

    plain: str
    personal: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A message somebody wants sent.

    `message` is a class of messages of the policy, `data` the categories that the message uses, address included. Text and
    HTML name their links as `{{link:NAME}}`. `pixel` is an image that tells of its opening; it goes along only where the
    reading in force lets it, and so do personal links.
    """

    subject: str
    message: str
    purpose: str
    address: str = field(repr=False)
    title: str = field(repr=False)
    text: str = field(repr=False)
    data: tuple[str, ...]
    channel: str = "email"
    html: str = field(default="", repr=False)
    links: Mapping[str, Link] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    pixel: str = field(default="", repr=False)
    papers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A message that is well written, with its words sealed under its person's key."""

    id: str
    wanted: Wanted
    owner: str
    sealed: bytes
    token: str
    """The digest of what lets its reader unsubscribe."""


@dataclass(frozen=True, slots=True)
class Enqueued:
    """What became of a message somebody wanted sent; `reason` and what is missing where it was refused."""

    id: str
    state: State
    reason: str = ""
    missing: tuple[tuple[str, ...], ...] = ()
    clauses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Status:
    """Where a message stands: nothing of its words, nor of whom it is to."""

    id: str
    subject: str
    """The pseudonym."""
    message: str
    what: str
    purpose: str
    channel: str
    state: State
    attempts: int
    queued_at: datetime
    changed_at: datetime
    next_at: datetime | None
    expires_at: datetime | None
    code: str
    tracking: str
    origin: str

    def as_json(self) -> dict[str, object]:
        """As plain JSON values, without the pseudonym."""
        return {
            "id": self.id, "message": self.message, "class": self.what, "purpose": self.purpose,
            "channel": self.channel, "state": self.state.value, "attempts": self.attempts,
            "queued_at": self.queued_at.isoformat(), "changed_at": self.changed_at.isoformat(),
            "next_at": self.next_at.isoformat() if self.next_at and self.state in WAITING else None,
            "code": self.code, "tracking": self.tracking, "origin": self.origin,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Suppression:
    """An address, by keyed digest, that is not written to: by one channel, for one purpose or ('') for any."""

    digest: str
    channel: str
    purpose: str
    why: Why
    since: datetime


@dataclass(frozen=True, slots=True)
class Offer:
    """What a link to unsubscribe would do: for which purpose and class, by which channel; and whether it was done."""

    purpose: str
    message: str
    channel: str
    done: bool


@dataclass(frozen=True, slots=True)
class Counted:
    """How many messages of a class stand where, by a channel."""

    channel: str
    message: str
    state: State
    count: int
    last: datetime
