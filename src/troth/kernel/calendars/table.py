"""The calendars: one row each, with zone, source, what is known and how sure it is.

Names: ISO 3166 codes, with a subdivision where the rest days differ (MY-01 is Johor). The edge of knowledge is data.
Facts, not legal advice.
"""

from __future__ import annotations

from datetime import date

from troth.kernel.calendars.model import WESTERN_WEEK, Calendar, Confidence, Source
from troth.kernel.calendars.places import DECREED_YEARLY, LAENDER, MALAYSIA, MALAYSIAN_WEEKS, MEMBER_STATES
from troth.kernel.errors import CallerError
from troth.kernel.findings import did_you_mean

_ALWAYS_FROM, _ALWAYS_UNTIL = date(1900, 1, 1), date(9998, 12, 31)
_FROM = date(2015, 1, 1)
_STATUTE = "later statutes may add or move holidays"
_NO_ROLL = (
    "A rule that moves the last day off a day of rest binds statute only; the earlier day is used here."
)


def calendar(name: str) -> Calendar:
    """The calendar of that name, upper or lower case. Raises `UnknownCalendar` with the nearest known name."""
    known = CALENDARS.get(name.strip().upper())
    if known is None:
        raise UnknownCalendar(
            f"There is no calendar named '{name[:40]}'.", _suggestion(name.strip()), calendar=name[:40]
        )
    return known


def _suggestion(name: str) -> str:
    """The nearest name; the name of a place ('Malaysia', 'china') is understood as well."""
    places = {row.place.lower(): row.name for row in CALENDARS.values()}
    found = places.get(name.lower())
    if found:
        return f"Did you mean '{found}'?"
    return did_you_mean(name.upper(), CALENDARS) or f"Known: {', '.join(sorted(CALENDARS))}."


class UnknownCalendar(CallerError):
    """A calendar is named that the table does not hold."""


def _plain() -> Calendar:
    return Calendar(
        name="PLAIN",
        place="no place (Monday to Friday, no holidays)",
        zone="UTC",
        source=Source.WEEKS,
        known_from=_ALWAYS_FROM,
        known_until=_ALWAYS_UNTIL,
        edge="",
        confidence=Confidence.HIGH,
        note="For a promise that names no place; nothing in it can become provisional.",
    )


def _china() -> Calendar:
    return Calendar(
        name="CN",
        place="China",
        zone="Asia/Shanghai",
        source=Source.CHINESE,
        known_from=date(2004, 1, 1),
        # The notice for a year has moved days before it: 29 December 2018 was worked under the notice for 2019.
        known_until=date(2026, 12, 25),
        edge="the State Council's holiday notice for 2027, which may also move the last days of 2026, is not in it",
        make_up=True,
        confidence=Confidence.HIGH,
        note="Yearly notices of the General Office of the State Council, with make-up workdays. " + _NO_ROLL,
    )


def _malaysia(region: str = "") -> Calendar:
    return Calendar(
        name=f"MY-{region}" if region else "MY",
        place=MALAYSIA[region] if region else "Malaysia",
        zone="Asia/Kuala_Lumpur",
        source=Source.HOLIDAYS,
        country="MY",
        region=region,
        weeks=MALAYSIAN_WEEKS.get(region, WESTERN_WEEK),
        known_from=_FROM,
        known_until=date(2027, 12, 31),
        edge="the holidays of 2028 that follow the moon are only estimated",
        note=(
            "Interpretation Acts 1948 and 1967, s.54: " + _NO_ROLL
            if region
            else "Holidays kept in every state; a state adds its own and may rest on Friday and Saturday (MY-01 to "
            "MY-16). Interpretation Acts 1948 and 1967, s.54: " + _NO_ROLL
        ),
    )


def _asia(name: str, place: str, zone: str, known_until: date, edge: str, make_up: bool = False) -> Calendar:
    return Calendar(
        name=name,
        place=place,
        zone=zone,
        source=Source.HOLIDAYS,
        country=name,
        known_from=_FROM,
        known_until=known_until,
        edge=edge,
        make_up=make_up,
        note=_NO_ROLL,
    )


def _california() -> Calendar:
    return Calendar(
        name="US-CA",
        place="California",
        zone="America/Los_Angeles",
        source=Source.HOLIDAYS,
        country="US",
        region="CA",
        known_from=_FROM,
        known_until=date(2028, 12, 31),
        edge=_STATUTE,
        note="Federal and state holidays; some of them (15 February, Diwali) are kept by few offices. "
        + _NO_ROLL,
    )


def _member_state(code: str, region: str = "") -> Calendar:
    place, zone = MEMBER_STATES[code]
    decreed = code in DECREED_YEARLY
    return Calendar(
        name=f"{code}-{region}" if region else code,
        place=f"{place}, {region}" if region else place,
        zone=zone,
        source=Source.HOLIDAYS,
        country=code,
        region=region,
        known_from=_FROM,
        known_until=date(2026, 12, 31) if decreed else date(2028, 12, 31),
        edge="its government moves days off by a yearly decree" if decreed else _STATUTE,
        rolls=True,
        note="National holidays; Regulation 1182/71: Saturdays and Sundays are never working days."
        if not region
        else "National holidays and those of the Land; Regulation 1182/71.",
    )


def _eu_institutions() -> Calendar:
    return Calendar(
        name="EU",
        place="the institutions of the European Union",
        zone="Europe/Brussels",
        source=Source.TABLE,
        known_from=date(2023, 1, 1),
        known_until=date(2025, 12, 31),
        edge="the Commission's list of closing days for 2026 is not in it",
        rolls=True,
        note="For acts at an institution; where the act is to be done in a member state, that state's calendar holds.",
    )


_ROWS: tuple[Calendar, ...] = (
    _plain(),
    _china(),
    _malaysia(),
    *(_malaysia(region) for region in MALAYSIA),
    _asia(
        "SG",
        "Singapore",
        "Asia/Singapore",
        date(2027, 12, 31),
        "the holidays of 2028 that follow the moon are only estimated",
    ),
    _asia("TH", "Thailand", "Asia/Bangkok", date(2026, 12, 31), "the cabinet adds days off each year"),
    _asia(
        "VN",
        "Vietnam",
        "Asia/Ho_Chi_Minh",
        date(2026, 12, 31),
        "the days exchanged around the holidays are decided each year",
        make_up=True,
    ),
    _asia(
        "ID",
        "Indonesia",
        "Asia/Jakarta",
        date(2026, 12, 31),
        "the joint ministerial decree fixes the holidays of each year",
    ),
    _california(),
    _eu_institutions(),
    *(_member_state(code) for code in MEMBER_STATES),
    *(_member_state("DE", land) for land in LAENDER),
)

CALENDARS: dict[str, Calendar] = {row.name: row for row in _ROWS}
"""Every calendar by its name."""
