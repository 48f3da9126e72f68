"""Time, handed in: whoever needs to know the instant is given a clock, so that every run can be repeated.

Instants are UTC-aware datetimes everywhere. The clock that reads the machine's time lives in the hall, not here.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol

from troth.kernel.errors import CallerError


class Clock(Protocol):
    """Tells the instant."""

    def now(self) -> datetime:
        """The instant, in UTC and aware of it."""
        ...


class NaiveInstant(CallerError):
    """A date and time without a zone was given where an instant is needed."""


def utc(instant: datetime) -> datetime:
    """The same instant written in UTC. Raises `NaiveInstant` when it names no zone."""
    if instant.utcoffset() is None:
        raise NaiveInstant(
            f"{instant.isoformat()} names no time zone, so it is no instant.",
            "Give the offset, such as 2026-03-01T09:00:00+08:00.",
            given=instant.isoformat(),
        )
    return instant.astimezone(UTC)


class FixedClock:
    """A clock that stands still at one instant."""

    __slots__ = ("_at",)

    def __init__(self, at: datetime) -> None:
        self._at = utc(at)

    def now(self) -> datetime:
        """Always the same instant."""
        return self._at


class SteppedClock:
    """A clock that moves only when told, or by one step each time it is read; for tests, simulations and replays."""

    __slots__ = ("_at", "_step")

    def __init__(self, start: datetime, step: timedelta = timedelta(0)) -> None:
        self._at = utc(start)
        self._step = _forward(step)

    def now(self) -> datetime:
        """The instant; the clock then moves on by its step."""
        at = self._at
        self._at = at + self._step
        return at

    def advance(self, by: timedelta) -> None:
        """Move the clock forward. Raises `CallerError` for a step back: time does not run backwards."""
        self._at += _forward(by)


def _forward(step: timedelta) -> timedelta:
    if step < timedelta(0):
        raise CallerError("A clock cannot be moved back.", "Give a step of zero or more.")
    return step
