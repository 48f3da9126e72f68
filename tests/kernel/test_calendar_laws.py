"""Laws of legal time that hold for every start, period and calendar, and the promises the table of calendars makes."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, timedelta, timezone

import chinese_calendar  # type: ignore[import-untyped]
import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.kernel.calendars import (
    CALENDARS,
    Calendar,
    Confidence,
    Pause,
    Period,
    Source,
    Unit,
    UnknownCalendar,
    begin_by,
    calendar,
    due,
    is_weekly_rest,
    is_working_day,
)
from troth.kernel.clock import NaiveInstant
from troth.kernel.errors import CallerError

UTC_STARTS = st.timedeltas(timedelta(0), timedelta(days=2190)).map(
    lambda since: datetime(2023, 1, 1, tzinfo=UTC) + since
)
ROWS = st.sampled_from(sorted(CALENDARS.values(), key=lambda row: row.name))
ROLLING = st.sampled_from([row for row in CALENDARS.values() if row.rolls])
SMALL = st.integers(1, 60)
UNITS = st.sampled_from(list(Unit))
OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
LENGTHS = st.timedeltas(timedelta(0), timedelta(days=20))
NOON = datetime(2026, 3, 9, 12, tzinfo=UTC)


def working(days: int) -> Period:
    return Period(days, Unit.WORKING_DAYS)


@given(UTC_STARTS, SMALL, SMALL, ROWS)
def test_working_days_add_up(start: datetime, n: int, m: int, where: Calendar) -> None:
    assert due(due(start, working(n), where).at, working(m), where).at == due(start, working(n + m), where).at


@given(UTC_STARTS, SMALL, ROWS)
def test_more_working_days_end_later(start: datetime, n: int, where: Calendar) -> None:
    assert due(start, working(n), where).at < due(start, working(n + 1), where).at


@given(UTC_STARTS, LENGTHS, st.builds(Period, SMALL, UNITS), ROWS)
def test_a_later_start_never_ends_earlier(
    start: datetime, later: timedelta, p: Period, where: Calendar
) -> None:
    assert due(start, p, where).at <= due(start + later, p, where).at


@given(UTC_STARTS, SMALL, ROWS)
def test_working_days_end_on_a_working_day(start: datetime, n: int, where: Calendar) -> None:
    assert is_working_day(due(start, working(n), where).day, where)


@given(UTC_STARTS, SMALL, st.sampled_from([Unit.CALENDAR_DAYS, Unit.MONTHS]), ROLLING)
def test_what_rolls_ends_on_a_working_day(start: datetime, n: int, unit: Unit, where: Calendar) -> None:
    assert is_working_day(due(start, Period(n, unit), where).day, where)


@given(UTC_STARTS, st.integers(2, 10), ROLLING)
def test_two_days_or_more_hold_two_working_days(start: datetime, n: int, where: Calendar) -> None:
    last = due(start, Period(n, Unit.CALENDAR_DAYS), where).day
    first = start.astimezone(due(start, working(1), where).local.tzinfo).date()
    days = (first + timedelta(days=k) for k in range(1, (last - first).days + 1))
    assert sum(is_working_day(day, where) for day in days) >= 2


@given(UTC_STARTS, st.builds(Period, SMALL, UNITS), ROWS, OFFSETS)
def test_the_zone_a_start_is_written_in_does_not_matter(
    start: datetime, p: Period, where: Calendar, offset: timezone
) -> None:
    assert due(start.astimezone(offset), p, where) == due(start, p, where)


@given(UTC_STARTS, st.builds(Period, SMALL, UNITS), ROWS)
def test_a_deadline_lies_after_its_start_and_its_last_instant_is_in_time(
    start: datetime, p: Period, where: Calendar
) -> None:
    deadline = due(start, p, where)
    assert deadline.at > start
    assert not deadline.late(deadline.at)
    assert deadline.late(deadline.at + timedelta(microseconds=1))


@given(UTC_STARTS, st.builds(Period, SMALL, UNITS), ROWS, st.lists(st.tuples(LENGTHS, LENGTHS), max_size=3))
def test_a_pause_never_shortens_and_its_order_does_not_matter(
    start: datetime, p: Period, where: Calendar, spans: list[tuple[timedelta, timedelta]]
) -> None:
    pauses = [Pause(start + after, start + after + lasting) for after, lasting in spans]
    prolonged = due(start, p, where, pauses=pauses)
    assert prolonged.at >= due(start, p, where).at
    assert prolonged == due(start, p, where, pauses=reversed(pauses))


@given(UTC_STARTS, st.integers(1, 400), st.timedeltas(timedelta(0), timedelta(hours=300)))
def test_hours_are_prolonged_by_exactly_the_time_a_pause_lasted(
    start: datetime, hours: int, lasting: timedelta
) -> None:
    stop = Pause(start + timedelta(minutes=30), start + timedelta(minutes=30) + lasting)
    assert (
        due(start, Period(hours, Unit.HOURS), "CN", pauses=[stop]).at
        == start + timedelta(hours=hours) + lasting
    )


@given(UTC_STARTS, st.builds(Period, SMALL, st.sampled_from([Unit.HOURS, Unit.CALENDAR_DAYS])), ROWS)
def test_who_begins_by_the_lead_time_leaves_the_whole_period(
    event: datetime, p: Period, where: Calendar
) -> None:
    unrolled = dataclasses.replace(where, rolls=False)
    assert due(begin_by(event, p, unrolled).at, p, unrolled).at <= event


@given(UTC_STARTS, SMALL, ROWS)
def test_a_count_of_working_days_is_certain_only_within_what_is_known(
    start: datetime, n: int, where: Calendar
) -> None:
    deadline = due(start, working(n), where)
    first = start.astimezone(deadline.local.tzinfo).date()
    assert deadline.provisional is not (where.knows(first) and where.knows(deadline.day))


@pytest.mark.parametrize("where", CALENDARS.values(), ids=CALENDARS.keys())
def test_every_row_says_what_it_knows_and_how_sure_it_is(where: Calendar) -> None:
    assert where.known_from < where.known_until
    assert where.confidence in Confidence
    assert where.edge or where.source is Source.WEEKS
    assert where.weeks[-1].until is None
    assert due(NOON, working(3), where).local.utcoffset() is not None


@pytest.mark.parametrize(
    "where",
    [row for row in CALENDARS.values() if row.source is Source.HOLIDAYS],
    ids=lambda row: row.name,
)
def test_no_day_within_the_edge_is_an_estimate(where: Calendar) -> None:
    years = range(where.known_from.year, where.known_until.year + 1)
    found = holidays.country_holidays(
        where.country,
        subdiv=where.region or None,
        years=years,
        language="en_US" if where.country != "IE" else None,
    )
    assert found
    assert not [f"{day} {name}" for day, name in found.items() if "estimated" in name.lower()]


def test_the_edge_of_the_chinese_calendar_is_the_edge_of_its_source() -> None:
    """When this turns red the source has learnt a year: move the edge."""
    last = max(chinese_calendar.holidays)
    assert calendar("CN").known_until.year == last.year
    assert last <= calendar("CN").known_until


def test_past_the_edge_no_holiday_is_guessed() -> None:
    spring_festival = date(2027, 2, 8)
    assert is_working_day(spring_festival, calendar("CN"))
    assert due(datetime(2027, 2, 5, tzinfo=UTC), working(1), "CN").provisional


def test_a_doubt_is_one_sentence_that_names_place_and_date() -> None:
    reason = due(datetime(2026, 12, 20, tzinfo=UTC), working(30), "cn").reason
    assert "China" in reason
    assert "25 December 2026" in reason
    assert reason.endswith("may move.")


@pytest.mark.parametrize(("day", "rest"), [(date(2024, 12, 27), True), (date(2025, 1, 3), False)])
def test_a_weekly_rest_can_change(day: date, rest: bool) -> None:
    assert is_weekly_rest(day, calendar("MY-01")) is rest


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [("CNN", "'CN'"), ("Malaysia", "'MY'"), ("china", "'CN'"), ("US-C", "'US-CA'"), ("XQZ", "Known: ")],
)
def test_an_unknown_calendar_is_refused_with_the_nearest_name(wrong: str, hint: str) -> None:
    with pytest.raises(UnknownCalendar) as refused:
        due(NOON, working(1), wrong)
    assert hint in refused.value.help
    assert refused.value.data["calendar"] == wrong


def test_a_start_without_a_zone_is_refused() -> None:
    with pytest.raises(NaiveInstant):
        due(NOON.replace(tzinfo=None), working(1), "CN")


@pytest.mark.parametrize("unit", list(Unit))
@pytest.mark.parametrize("start", [datetime(9998, 12, 31, tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
def test_a_period_that_leaves_the_calendar_of_years_is_refused(unit: Unit, start: datetime) -> None:
    with pytest.raises(CallerError, match="9998"):
        due(start, Period(900, unit) if unit is not Unit.HOURS else Period(90_000, unit), "DE")


def test_a_lead_time_before_the_first_year_is_refused() -> None:
    with pytest.raises(CallerError, match="leave the years"):
        begin_by(datetime(1, 1, 2, tzinfo=UTC), Period(30, Unit.CALENDAR_DAYS), "DE")


@pytest.mark.parametrize("value", [0, -1, 100_000_000])
@pytest.mark.parametrize("unit", list(Unit))
def test_a_period_of_nothing_or_for_ever_is_refused(value: int, unit: Unit) -> None:
    with pytest.raises(CallerError, match="cannot be counted"):
        Period(value, unit)


def test_a_pause_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(CallerError, match="ends before"):
        Pause(NOON, NOON - timedelta(hours=1))


@given(st.builds(Period, SMALL, UNITS))
def test_a_period_reads_as_it_is_written(period: Period) -> None:
    assert Period.parse(str(period)) == period


@pytest.mark.parametrize(
    "text", ["", "15", "15 days", "days", "1.5 months", "-3 hours", "² hours", "15 worked days"]
)
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(CallerError):
        Period.parse(text)
