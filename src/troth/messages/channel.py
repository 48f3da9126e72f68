"""What carries messages out: the protocol that every channel fulfils, and what is handed to it and heard from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class Outcome(StrEnum):
    """What became of handing a parcel over."""

    TAKEN = "taken"
    """The other side took it on; whether a person has it is known only when somebody says so."""
    LATER = "later"
    """Not taken, and nothing lost: it may be tried again."""
    REFUSED = "refused"
    """Not taken, and trying again is of no use."""
    UNKNOWN = "unknown"
    """It may have been taken: the answer never came. Trying again may send it twice."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """The outcome, with a short code that names nobody (`250`, `451`, `down`).

    `dead` where the refusal was about the address itself, which nobody need try again.
    """

    outcome: Outcome
    code: str = ""
    dead: bool = False


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message, ready to leave. `headers` are for channels that have some; no value of it holds a line break."""

    id: str
    to: str = field(repr=False)
    title: str = field(repr=False)
    text: str = field(repr=False)
    html: str = field(default="", repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    language: str = "en"


class Channel(Protocol):
    """A way out. Threads may share it. `send` raises nothing that a server or a network may bring about."""

    @property
    def kind(self) -> str:
        """The channel as policies name it: email, sms, push, letter."""

    @property
    def real(self) -> bool:
        """Whether anything leaves by it; a fake only remembers, and says so wherever channels are shown."""

    @property
    def name(self) -> str:
        """What it is, for people; no address of a person."""

    def send(self, parcel: Parcel) -> Delivery:
        """Hand one parcel over, once."""
