"""The fourth form of question: is a safeguard shown, item by item, by evidence that is fresh?

A policy names for each safeguard what shows it. Every item must have been shown, so lately as the policy says and before the
evidence itself ran out; a head count must not pass its cap. What was looked for and not found breaks the promise until it is shown.
Sources: capabilities of the register of safeguards in the five policies, GDPR 32(1)(d), PIPL 51 and 54.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from troth.kernel.calendars.due import due
from troth.kernel.calendars.model import Period, Unit
from troth.policy.catalogue import Catalogue
from troth.policy.model import Safeguard
from troth.policy.terms import PeriodTerm

FRESH: Final = timedelta(days=30)
"""How old evidence may be where a policy names no age. Chosen, not promised by any text."""
ALERT: Final = 0.8
"""The share of its time after which evidence is ageing."""
HEADS: Final = "head count"


class Standing(StrEnum):
    """How a safeguard stands; the words are those of verdicts."""

    BROKEN = "broken"
    AT_RISK = "at_risk"
    UNPROVEN = "unproven"
    KEPT = "kept"
    UNDECLARED = "undeclared"


@dataclass(frozen=True, slots=True)
class Shown:
    """The last word on one item: seen or not, when, until when that counts at most, and how many heads were counted.

    `item` counts from 1 in the order of the policy.
    """

    item: int
    passed: bool
    at: datetime
    until: datetime | None = None
    heads: int | None = None


@dataclass(frozen=True, slots=True)
class RegisterAnswer:
    """How a safeguard stands, on which statements and clauses, what is missing (the items as the policy words them), and until when."""

    outcome: Standing
    statements: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    ends: datetime | None = None
    """When the first of its evidence runs out; None where nothing is shown."""


def answer_register(
    catalogue: Catalogue, safeguard: str, shown: Iterable[Shown], now: datetime
) -> RegisterAnswer:
    """How a safeguard stands at an instant, from the last word on each of its items."""
    statement = catalogue.get(Safeguard, safeguard)
    if statement is None:
        return RegisterAnswer(Standing.UNDECLARED)
    return standing(statement, {one.item: one for one in shown}, now)


def standing(statement: Safeguard, shown: Mapping[int, Shown], now: datetime) -> RegisterAnswer:
    """As `answer_register`, for a statement at hand."""
    items = {number: shown.get(number) for number in range(1, len(statement.evidence) + 1)}
    ends = {number: end_of(statement, one) for number, one in items.items() if one is not None}
    live = {n for n, one in items.items() if one is not None and one.passed and one.at <= now < ends[n]}
    missing = [statement.evidence[number - 1] for number in items if number not in live]
    counted = [one.heads for n in live if (one := items[n]) is not None and one.heads is not None]
    if statement.cap is not None and not counted:
        missing.append(HEADS)
    broken = any(one is not None and not one.passed for one in items.values())
    if statement.cap is not None and any(heads > statement.cap for heads in counted):
        broken = True
    outcome = Standing.BROKEN if broken else Standing.UNPROVEN if missing else Standing.KEPT
    if outcome is Standing.KEPT and any(_share(items[n], ends[n], now) > ALERT for n in live):
        outcome = Standing.AT_RISK
    first = min((ends[n] for n in live), default=None)
    return RegisterAnswer(outcome, (statement.key,), tuple(sorted(statement.clauses)), tuple(missing), first)


def end_of(statement: Safeguard, shown: Shown) -> datetime:
    """When evidence runs out: by the age that the policy names, or earlier where it says so itself."""
    fresh = statement.fresh
    end = shown.at + FRESH if fresh is None else due(shown.at, _period(fresh), "PLAIN").at
    return end if shown.until is None else min(end, shown.until)


def _period(term: PeriodTerm) -> Period:
    """A period as calendars count it: a year is twelve months."""
    return (
        Period(term.value * 12, Unit.MONTHS) if term.unit == "years" else Period(term.value, Unit(term.unit))
    )


def threat_map(catalogue: Catalogue, live: Iterable[str], *, apart: str = "") -> dict[str, tuple[str, ...]]:
    """Every threat that a safeguard names, with the live safeguards that answer it; a threat with none is a gap.

    `apart` is left out of the answers: a safeguard that promises the map itself answers nothing by being promised.
    """
    ids = frozenset(live) - {apart}
    found: dict[str, tuple[str, ...]] = {}
    for statement in catalogue.all(Safeguard):
        for threat in statement.threats:
            mine = (statement.id,) if statement.id in ids else ()
            found[threat] = (*found.get(threat, ()), *mine)
    return dict(sorted(found.items()))


def _share(shown: Shown | None, end: datetime, now: datetime) -> float:
    if shown is None or end <= shown.at:
        return 1.0
    return (now - shown.at) / (end - shown.at)
