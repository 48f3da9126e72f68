"""Who compares a document and a face with the person they are of: a protocol, and a fake that says it is one."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class Match(StrEnum):
    """What a verifier found. Nothing else comes back from it."""

    YES = "match"
    NO = "mismatch"


@dataclass(slots=True)
class Presented:
    """What somebody presents of themselves: held in memory while they are compared, and never written down. Never shown."""

    number: bytearray = field(repr=False)
    document: bytearray = field(repr=False)
    face: bytearray = field(repr=False)

    @classmethod
    def of(cls, number: str, document: bytes, face: bytes) -> Presented:
        """From what came in."""
        return cls(bytearray(number.encode()), bytearray(document), bytearray(face))

    def forget(self) -> None:
        """Overwrite it."""
        for part in (self.number, self.document, self.face):
            part[:] = bytes(len(part))

    @property
    def gone(self) -> bool:
        """Whether nothing is left of it."""
        return not any(map(any, (self.number, self.document, self.face)))


class Verifier(Protocol):
    """Compares what is presented with what it holds itself. Threads may share it."""

    @property
    def name(self) -> str:
        """Who it is, for operators; a fake says so."""

    @property
    def recipient(self) -> str:
        """Its id among the recipients of the policy."""

    @property
    def place(self) -> str:
        """Where it compares, as the policy names places."""

    def verify(self, presented: Presented) -> Match:
        """Compare. Keeps nothing. Raises VerifierFailed."""


class FakeVerifier:
    """Compares nothing: gives planted answers one after the other, then yes, and remembers how much it was handed, not what."""

    def __init__(self, recipient: str, place: str = "", answers: Iterable[Match] = ()) -> None:
        self.recipient, self.place = recipient, place
        self.asked: list[tuple[int, int, int]] = []
        self._answers = iter(tuple(answers))
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """Says what it is."""
        return f"a fake for {self.recipient}: nothing is compared"

    def verify(self, presented: Presented) -> Match:
        """The next planted answer."""
        with self._lock:
            self.asked.append((len(presented.number), len(presented.document), len(presented.face)))
            return next(self._answers, Match.YES)
