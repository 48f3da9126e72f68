"""When an answer is due, and what may happen to a ticket: statements and instants in, a clock out.

The earliest of the policy's own promise, an adopted standard, the statute and what was agreed with a tenant counts. A limit that
starts with verification has not begun before somebody proved who they are, unless the right asks for no proof. A pause belongs
to the policy's own promise alone: no statute was read that stops its clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final, Protocol

from troth.intake.errors import MoveRefused
from troth.intake.model import MOVES, Clock, Kind, Limit, Route, State
from troth.kernel.calendars import CALENDARS, Deadline, Pause, Period, Unit, due
from troth.policy.model import Right, Statement
from troth.policy.terms import PeriodTerm

RIGHT_OF: Final = {Kind.COMPLAINT: ("complain", "question"), Kind.FEEDBACK: ("question",), Kind.QUESTION: ("question",)}  # fmt: skip
"""Under which right of the policy a ticket that is no request is answered: the first that is declared."""
STANDARDS: Final = ("GB/T", "GB ", "ISO")
AGREED: Final = "tenant:agreed"


class Timed(Protocol):
    """What a clock is read from."""

    @property
    def right(self) -> str:
        """The right that is used."""

    @property
    def route(self) -> Route:
        """By which way it came."""

    @property
    def within(self) -> str:
        """What was agreed with the tenant, '' for nothing."""

    @property
    def received_at(self) -> datetime:
        """When it came."""

    @property
    def asked_at(self) -> datetime | None:
        """When proof of identity was first asked for."""

    @property
    def proven_at(self) -> datetime | None:
        """When it was given."""

    @property
    def extended(self) -> str:
        """By how long the law let the answer be put off."""


def check_move(state: State, to: State) -> None:
    """Pass when a ticket may go there. Raises MoveRefused."""
    if to not in MOVES[state]:
        raise MoveRefused(
            f"A ticket that is {state.value} cannot become {to.value}.", "Look at where it stands."
        )


def right_of(statements: Iterable[Statement], kind: Kind, right: str) -> str:
    """Under which right a ticket is answered; '' where the policy declares none for it."""
    if kind is Kind.REQUEST:
        return right
    if kind is Kind.UNSORTED:
        return ""
    declared = {one.what for one in statements if isinstance(one, Right)}
    return next((one for one in RIGHT_OF[kind] if one in declared), "")


def binding(statements: Iterable[Statement], right: str, route: Route) -> tuple[Right, ...]:
    """The statements of a right that bind for a route: those that offer it, and those without routes; all, where none offers it.

    No right ('') stands for any: what somebody wrote and nobody has read yet may be a use of each.
    """
    found = tuple(one for one in statements if isinstance(one, Right) and right in (one.what, ""))
    if not any(route.value in one.routes for one in found):
        return found
    return tuple(one for one in found if route.value in one.routes or not one.routes)


def clock(statements: Sequence[Statement], calendar: str, ticket: Timed, now: datetime) -> Clock:
    """Every limit, and the earliest that runs. `statements` are those of the text and of its regimes."""
    rights = binding(statements, ticket.right, ticket.route)
    limits = tuple(_limits(rights, calendar, ticket, now))
    running = [(one.at, one) for one in limits if one.at is not None]
    if not running:
        return Clock(None, False, "", limits)
    at, first = min(running, key=lambda pair: pair[0])
    return Clock(at, first.provisional, first.statement, limits)


def _limits(rights: Sequence[Right], calendar: str, ticket: Timed, now: datetime) -> Iterator[Limit]:
    asks_proof = any(right.proof for right in rights)
    for right in rights:
        if right.within is None:
            continue
        source = _source(right)
        start = _start(right.start, ticket, asks_proof)
        if start is None:
            yield Limit(
                right.key, source, right.within, right.start, None, hedge=right.hedge, cite=right.cite
            )
            continue
        pauses = _pauses(right, ticket, now) if source == "promise" else ()
        where = calendar if source == "promise" else _calendar_of(right.id, calendar)
        found = due(start, as_period(right.within), where, pauses=pauses)
        found = _prolonged(found, right, ticket, where)
        yield Limit(
            right.key, source, right.within, right.start or "receipt", found.at, found.provisional, found.reason,
            right.hedge, right.cite,
        )  # fmt: skip
    if ticket.within:
        agreed = parse_term(ticket.within)
        found = due(ticket.received_at, as_period(agreed), calendar)
        yield Limit(AGREED, "tenant", agreed, "receipt", found.at, found.provisional, found.reason)


def _source(right: Right) -> str:
    if not right.cite:
        return "promise"
    return "standard" if right.cite.startswith(STANDARDS) else "statute"


def _start(start: str, ticket: Timed, asks_proof: bool) -> datetime | None:
    """When a limit begins. Where nobody has read yet what it is, it may ask for no proof."""
    asks_proof = asks_proof and bool(ticket.right)
    if start != "verified" or not asks_proof:
        return ticket.received_at
    return max(ticket.proven_at, ticket.received_at) if ticket.proven_at else None


def _pauses(right: Right, ticket: Timed, now: datetime) -> tuple[Pause, ...]:
    if not right.pause or ticket.asked_at is None or right.start == "verified":
        return ()
    end = ticket.proven_at or now
    return (Pause(ticket.asked_at, end),) if end > ticket.asked_at else ()


def _prolonged(found: Deadline, right: Right, ticket: Timed, where: str) -> Deadline:
    """A limit that the law lets be put off, as `EXTENDED` says of its statement (`statement|period`); others stay as they are."""
    for statement, _, period in (one.partition("|") for one in ticket.extended.split(",") if one):
        if statement == right.key:
            return due(found.at, as_period(parse_term(period)), where)
    return found


def _calendar_of(id: str, otherwise: str) -> str:
    """The calendar of the place whose law a regime pack brings: `cn_pipl.access` counts in that of China."""
    place = id.partition(".")[0].replace("_", "-").upper()
    return next((name for name in (place, place.partition("-")[0]) if name in CALENDARS), otherwise)


def as_period(term: PeriodTerm) -> Period:
    """A period of a policy as calendars count it."""
    if term.unit == "years":
        return Period(term.value * 12, Unit.MONTHS)
    return Period(term.value, Unit(term.unit))


def term_text(term: PeriodTerm | None) -> str:
    """A period as codes carry it: `14_calendar_days`."""
    return f"{term.value}_{term.unit}" if term is not None else ""


def parse_term(text: str) -> PeriodTerm:
    """The period back."""
    value, _, unit = text.partition("_")
    return PeriodTerm(int(value), unit)
