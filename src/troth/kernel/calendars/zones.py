"""Time zones from the pinned IANA tables of the `tzdata` package, never from the machine.

Two machines whose operating systems hold different tables would otherwise count a deadline differently.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from troth.kernel.clock import utc


@cache
def zone(name: str) -> ZoneInfo:
    """The zone of an IANA name that a calendar of the table uses, such as Asia/Shanghai."""
    with files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as table:
        return ZoneInfo.from_file(table, key=name)


def local_day(instant: datetime, zone_name: str) -> date:
    """The day on which an instant falls in a zone. Raises `NaiveInstant` when it names no zone of its own."""
    return utc(instant).astimezone(zone(zone_name)).date()


def first_instant(day: date, zone_name: str) -> datetime:
    """The instant, in UTC, at which a day begins in a zone."""
    return datetime.combine(day, time(), zone(zone_name)).astimezone(UTC)


def last_instant(day: date, zone_name: str) -> datetime:
    """The last instant, in UTC, that still belongs to a day in a zone: one microsecond before the next day."""
    return first_instant(day + timedelta(days=1), zone_name) - timedelta(microseconds=1)
