"""Channels for which a provider is needed: they remember what they were handed, send nothing, and say so."""

from __future__ import annotations

import threading
from collections.abc import Iterable

from troth.messages.channel import Delivery, Outcome, Parcel

TAKEN = Delivery(Outcome.TAKEN, "fake")


class FakeChannel:
    """A text message, push notification or letter that goes nowhere. `answers` are given one after the other, then yes."""

    real = False

    def __init__(self, kind: str, answers: Iterable[Delivery] = ()) -> None:
        self.kind = kind
        self.handed: list[Parcel] = []
        self._answers = iter(tuple(answers))
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """Says what it is."""
        return f"a fake for {self.kind}: nothing leaves"

    def send(self, parcel: Parcel) -> Delivery:
        """Remember a parcel, where the answer is yes."""
        with self._lock:
            answer = next(self._answers, TAKEN)
            if answer.outcome in (Outcome.TAKEN, Outcome.UNKNOWN):
                self.handed.append(parcel)
            return answer
