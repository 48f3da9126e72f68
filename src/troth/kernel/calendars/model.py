"""The nouns of legal time: period, pause, deadline, calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from troth.kernel.calendars.zones import zone
from troth.kernel.clock import utc
from troth.kernel.errors import CallerError


class Unit(StrEnum):
    """In what a period is counted."""

    HOURS = "hours"
    CALENDAR_DAYS = "calendar_days"
    WORKING_DAYS = "working_days"
    MONTHS = "months"


LONGEST = {Unit.HOURS: 876_600, Unit.CALENDAR_DAYS: 36_525, Unit.WORKING_DAYS: 26_000, Unit.MONTHS: 1_200}
"""The longest period of each unit: about a hundred years. More is taken for a slip of the pen."""


@dataclass(frozen=True, slots=True)
class Period:
    """A length of legal time, such as 15 working days. Raises `CallerError` outside 1 .. about a hundred years."""

    value: int
    unit: Unit

    def __post_init__(self) -> None:
        longest = LONGEST[self.unit]
        if not 1 <= self.value <= longest:
            raise CallerError(
                f"A period of {self.value} {_words(self.unit)} cannot be counted.",
                f"Give a whole number from 1 to {longest}; what is due at once has no period.",
                value=self.value,
                unit=self.unit.value,
            )

    @classmethod
    def parse(cls, text: str) -> Period:
        """A period as people write it: `72 hours`, `30 calendar days`, `15 working days`, `1 month`.

        Bare `days` are refused: whether they are worked is exactly what must be said. Raises `CallerError`.
        """
        number, _, words = text.strip().partition(" ")
        name = "_".join(words.lower().split())
        unit = {**{u.value: u for u in Unit}, **{u.value.removesuffix("s"): u for u in Unit}}.get(name)
        if unit is None or not number.isascii() or not number.isdigit():
            raise CallerError(
                f"'{text[:40]}' is not a period.",
                "Write a number and hours, calendar days, working days or months.",
                text=text[:40],
            )
        return cls(int(number), unit)

    def __str__(self) -> str:
        words = _words(self.unit)
        return f"{self.value} {words.removesuffix('s') if self.value == 1 else words}"


def _words(unit: Unit) -> str:
    return unit.value.replace("_", " ")


@dataclass(frozen=True, slots=True, order=True)
class Pause:
    """A time in which a clock stood still, from `start` until before `end`; both are instants.

    Raises `NaiveInstant`, and `CallerError` when it ends before it starts. A clock that stands still now has no
    deadline yet; to see the earliest one possible, let the pause end now.
    """

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if utc(self.end) < utc(self.start):
            raise CallerError(
                f"The pause that starts at {self.start.isoformat()} ends before that.",
                "Exchange its two instants.",
                start=self.start.isoformat(),
                end=self.end.isoformat(),
            )


@dataclass(frozen=True, slots=True)
class Deadline:
    """Until when something must be done.

    `at` is the last instant, in UTC, that is still in time: an act is late when it happens after it. A deadline that
    ends with a day stands one microsecond before midnight of `zone`. `provisional` means that the calendar does not
    know all the days counted, and `reason` says so in a sentence; the date must be computed again when it does.
    """

    at: datetime
    provisional: bool
    reason: str
    zone: str

    @property
    def local(self) -> datetime:
        """The same instant as clocks show it where the calendar holds."""
        return self.at.astimezone(zone(self.zone))

    @property
    def day(self) -> date:
        """The last day, where the calendar holds."""
        return self.local.date()

    def late(self, instant: datetime) -> bool:
        """Whether an act at that instant comes too late."""
        return utc(instant) > self.at


class Source(StrEnum):
    """Where the days of a calendar come from."""

    WEEKS = "weeks only"
    HOLIDAYS = "holidays"
    CHINESE = "chinesecalendar"
    TABLE = "table"


class Confidence(StrEnum):
    """How sure the days of a calendar are."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = range(7)


@dataclass(frozen=True, slots=True)
class Week:
    """The weekly days of rest, and until which day they hold (None: until further notice)."""

    rest: frozenset[int]
    until: date | None = None


WESTERN_WEEK = (Week(frozenset({SATURDAY, SUNDAY})),)


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which days are worked at a place, in its time zone, and from when until when that is known.

    `rolls`: whether a period in days or months that would end on a day of rest runs to the end of the next working
    day (Regulation (EEC, Euratom) No 1182/71, Article 3(4)). Where a national rule to that effect binds only written
    law, it is left out: the earlier, stricter day holds, and `note` says so. `make_up`: whether days of rest that are
    worked in exchange for a bridge day count as working days.
    """

    name: str
    place: str
    zone: str
    source: Source
    known_from: date
    known_until: date
    edge: str
    """Why knowledge ends there, as half a sentence."""
    country: str = ""
    region: str = ""
    weeks: tuple[Week, ...] = WESTERN_WEEK
    rolls: bool = False
    make_up: bool = False
    confidence: Confidence = Confidence.MEDIUM
    note: str = ""

    def knows(self, day: date) -> bool:
        """Whether the day lies within what the calendar knows."""
        return self.known_from <= day <= self.known_until
