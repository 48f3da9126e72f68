"""Which days are worked: the weekly rest, the public holidays, and the days of rest worked in exchange."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import cache

from troth.kernel.calendars.eu_institutions import CLOSED
from troth.kernel.calendars.model import Calendar, Source


def is_working_day(day: date, calendar: Calendar) -> bool:
    """Whether a day is worked where the calendar holds.

    Outside what the calendar knows only the weekly rest is taken off, no holiday: a holiday that is merely expected
    would make a deadline later than it may turn out to be. Whoever counts such a day says that it is provisional.
    """
    off, worked = _exceptions(calendar, day.year) if calendar.knows(day) else (frozenset(), frozenset())
    return day in worked or (day not in off and not is_weekly_rest(day, calendar))


def is_weekly_rest(day: date, calendar: Calendar) -> bool:
    """Whether a day is one of the weekly days of rest that hold on it."""
    week = next(week for week in calendar.weeks if week.until is None or day <= week.until)
    return day.weekday() in week.rest


@cache
def _exceptions(calendar: Calendar, year: int) -> tuple[frozenset[date], frozenset[date]]:
    """Days off, and days of rest that are worked, in a year that the calendar knows."""
    if calendar.source is Source.CHINESE:
        import chinese_calendar  # type: ignore[import-untyped]  # tables that few programs look into

        return _of_year(chinese_calendar.holidays, year), _of_year(chinese_calendar.workdays, year)
    if calendar.source is Source.TABLE:
        return CLOSED[year], frozenset()
    if calendar.source is Source.HOLIDAYS:
        return _from_holidays(calendar, year)
    return frozenset(), frozenset()


def _from_holidays(calendar: Calendar, year: int) -> tuple[frozenset[date], frozenset[date]]:
    """What the `holidays` package knows; its own idea of the weekend is not used, since it has one per country."""
    import holidays  # as above

    found = holidays.country_holidays(
        calendar.country, subdiv=calendar.region or None, years=year, expand=False
    )
    worked = _of_year(found.weekend_workdays, year) if calendar.make_up else frozenset()
    return frozenset(found), worked


def _of_year(days: Iterable[date], year: int) -> frozenset[date]:
    return frozenset(day for day in days if day.year == year)
