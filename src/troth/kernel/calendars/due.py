"""From a start, a period and a calendar to a deadline.

The rules of Regulation (EEC, Euratom) No 1182/71 for days and months; the day (never the hour) of the event is not
counted. Where a rule leaves a choice, the stricter reading, the earlier end, is taken and named here.
"""

from __future__ import annotations

import calendar as gregorian
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from troth.kernel.calendars.model import Calendar, Deadline, Pause, Period, Unit
from troth.kernel.calendars.table import calendar as calendar_named
from troth.kernel.calendars.working import is_working_day
from troth.kernel.calendars.zones import last_instant, local_day
from troth.kernel.clock import utc
from troth.kernel.errors import CallerError

_DAY = timedelta(days=1)


def due(
    start: datetime, period: Period, calendar: Calendar | str, *, pauses: Iterable[Pause] = ()
) -> Deadline:
    """The deadline of a period that starts with an event at an instant.

    Hours run on through nights, holidays and changes of the clock; the hour that had begun is not given as a present
    (Article 3(1) of the Regulation would: the stricter reading is taken). Days, working days and months begin with the
    day after the event, in the zone of the calendar, and end with the last instant of their last day. A month ends on
    the day of the same number, or on the last day of a month too short for it. Where the calendar `rolls`, a
    period of days or months never ends on a day of rest, and one of two days or more holds two working days
    (Article 3(4) and (5)).

    Pauses prolong: hours by the time they lasted; days and months by the days from the one on which a pause begins to
    the one before it ends; working days by the working days among these. A pause that begins after the deadline
    changes nothing, overlapping pauses count once.

    Raises `UnknownCalendar` (with a suggestion), `NaiveInstant`, and `CallerError` past the year 9998.
    """
    where = calendar_named(calendar) if isinstance(calendar, str) else calendar
    try:
        stops = _merged(pauses, utc(start))
        if period.unit is Unit.HOURS:
            at = _after_hours(utc(start), period.value, stops)
            return Deadline(at, False, "", where.zone)
        first = local_day(start, where.zone)
        return _ending_with(_last_day(first, period, where, stops), first, where, period)
    except OverflowError:
        raise _out_of_time(start, period) from None


def begin_by(event: datetime, period: Period, calendar: Calendar | str) -> Deadline:
    """By when to act so that the whole period lies before an event: the lead time of a notice, counted backwards.

    Neither the day of the act nor the day of the event is counted, and nothing moves off a day of rest: the rule of
    Article 3(4) is not for periods counted backwards. Raises as `due` does.
    """
    where = calendar_named(calendar) if isinstance(calendar, str) else calendar
    try:
        if period.unit is Unit.HOURS:
            return Deadline(utc(event) - timedelta(hours=period.value), False, "", where.zone)
        day = local_day(event, where.zone)
        return _ending_with(_first_day_back(day, period, where) - _DAY, day, where, period)
    except OverflowError:
        raise _out_of_time(event, period) from None


def _out_of_time(start: datetime, period: Period) -> CallerError:
    return CallerError(
        f"{period} counted from {start:%Y-%m-%d} leave the years 1 to 9998.",
        "Check the year of the start.",
        start=start.isoformat(),
    )


def _merged(pauses: Iterable[Pause], start: datetime) -> tuple[Pause, ...]:
    """Pauses in UTC and in order, cut at the start of the period, overlapping ones joined."""
    merged: list[Pause] = []
    for begun, ended in sorted((max(utc(p.start), start), utc(p.end)) for p in pauses):
        if ended <= begun:
            continue
        if merged and begun <= merged[-1].end:
            merged[-1] = Pause(merged[-1].start, max(merged[-1].end, ended))
        else:
            merged.append(Pause(begun, ended))
    return tuple(merged)


def _after_hours(start: datetime, hours: int, pauses: tuple[Pause, ...]) -> datetime:
    at = start + timedelta(hours=hours)
    for pause in pauses:
        if pause.start <= at:
            at += pause.end - pause.start
    return at


def _last_day(first: date, period: Period, where: Calendar, pauses: tuple[Pause, ...]) -> date:
    last = _counted(first, period, where)
    for pause in pauses:
        final = _rolled(last, first, period, where)
        if pause.start > last_instant(final, where.zone):
            break
        begun, ended = local_day(pause.start, where.zone), local_day(pause.end, where.zone)
        last = _prolonged(final if begun > last else last, begun, ended, period, where)
    return _rolled(last, first, period, where)


def _counted(first: date, period: Period, where: Calendar) -> date:
    """The last day of a period by count alone; the first day, that of the event, is not counted."""
    if period.unit is Unit.MONTHS:
        return _same_date(first, period.value)
    if period.unit is Unit.WORKING_DAYS:
        return _worked(first, period.value, where)
    return first + period.value * _DAY


def _same_date(day: date, months: int) -> date:
    """The day of the same number some months on (or back), or the last day of a month too short for it."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not 1 <= year <= 9998:
        raise OverflowError
    return date(year, month + 1, min(day.day, gregorian.monthrange(year, month + 1)[1]))


def _worked(day: date, count: int, where: Calendar, step: timedelta = _DAY) -> date:
    """The day on which the count of working days after (or before) a day is complete."""
    while count:
        day += step
        count -= is_working_day(day, where)
    return day


def _prolonged(last: date, begun: date, ended: date, period: Period, where: Calendar) -> date:
    paused = [begun + n * _DAY for n in range((ended - begun).days)]
    if period.unit is Unit.WORKING_DAYS:
        return _worked(last, sum(is_working_day(day, where) for day in paused), where)
    return last + len(paused) * _DAY


def _rolled(last: date, first: date, period: Period, where: Calendar) -> date:
    """Off a day of rest and on to two working days, where the calendar says so (Article 3(4) and (5))."""
    if not where.rolls or period.unit is Unit.WORKING_DAYS:
        return last
    if not is_working_day(last, where):
        last = _worked(last, 1, where)
    if period.unit is Unit.CALENDAR_DAYS and period.value >= 2:
        last = max(last, _worked(first, 2, where))
    return last


def _first_day_back(event: date, period: Period, where: Calendar) -> date:
    if period.unit is Unit.MONTHS:
        return _same_date(event, -period.value)
    if period.unit is Unit.WORKING_DAYS:
        return _worked(event, period.value, where, -_DAY)
    return event - period.value * _DAY


def _ending_with(last: date, other: date, where: Calendar, period: Period) -> Deadline:
    """The deadline at the end of a day; provisional when a day that mattered is not known to the calendar."""
    reason = ""
    if period.unit is Unit.WORKING_DAYS or (where.rolls and last > other):
        # Of a period in months only the end can move: what the days before it were does not matter.
        since = last if period.unit is Unit.MONTHS else min(last, other)
        reason = _doubt(since, max(last, other), where)
    return Deadline(last_instant(last, where.zone), bool(reason), reason, where.zone)


def _doubt(earliest: date, latest: date, where: Calendar) -> str:
    if latest > where.known_until:
        return (
            f"The days off of {where.place} are known until {_written(where.known_until)} ({where.edge}); "
            "after that only the weekly rest was taken off, so this date may move."
        )
    if earliest < where.known_from:
        return (
            f"The days off of {where.place} are known from {_written(where.known_from)}; "
            "before that only the weekly rest was taken off, so this date may be wrong."
        )
    return ""


def _written(day: date) -> str:
    return f"{day.day} {gregorian.month_name[day.month]} {day.year}"
