"""What is left of a policy for one act and one category: the residual, a decision over the bits of a word alone.

Residuals are shared: two acts that no statement tells apart have the same one. `judge` reads a residual for one word; `Rule` is
its flat form for columns and databases: rows that forbid, then rows that permit, `(w & (need | forbid)) == need` each.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from troth.decide.lower import Barrier, Declared, Home, Hurdle, Limit, Naming, Permit
from troth.decide.masks import Demand, Row, View, every, fewest, rows_when_met, rows_when_unmet


@dataclass(frozen=True, slots=True)
class Candidate:
    """A permit that reaches an act, with the conditions of those closed lists that would leave its basis out."""

    permit: Permit
    limits: tuple[tuple[Demand, ...], ...]

    def counts(self, view: View) -> bool:
        """Whether no list that may hold leaves it out."""
        return not any(all(demand.may_be_met(view) for demand in when) for when in self.limits)

    def allows(self, view: View) -> bool:
        """Whether everything it demands is met."""
        return all(demand.met(view) for demand in self.permit.demands)


@dataclass(frozen=True)
class Residual:
    """One act, one category. `frames` are what the act names, `beyond` what does not reach so far."""

    frames: tuple[Declared, ...]
    beyond: tuple[Declared | Home, ...]
    barriers: tuple[Barrier, ...]
    homes: tuple[Home, ...]
    candidates: tuple[Candidate, ...]
    nameless: tuple[Naming, ...] = ()
    """Sides that the act leaves out and must name."""

    @cached_property
    def reads(self) -> int:
        """All bits it looks at."""
        mask = 0
        for demand in self._demands():
            mask |= demand.reads
        return mask

    @cached_property
    def rule(self) -> Rule:
        """Its flat form."""
        if self.beyond:
            return NEVER
        blocks = fewest(row for barrier in self.hindering for row in _blocking(barrier))
        grounds = tuple((one.permit.code, _permitting(one)) for one in self.candidates)
        return Rule(blocks, tuple((code, rows) for code, rows in grounds if rows))

    @property
    def hindering(self) -> Iterator[Barrier]:
        """What forbids: the needs of the frames, the bars, and what must be named."""
        yield from (frame.barrier for frame in self.frames)
        yield from self.barriers
        yield from (naming.barrier for naming in self.nameless)

    def _demands(self) -> Iterator[Demand]:
        for barrier in self.hindering:
            yield from (*barrier.when, *barrier.unless, *(hurdle.demand for hurdle in barrier.hurdles))
        for one in self.candidates:
            yield from one.permit.demands
            yield from (demand for when in one.limits for demand in when)


@dataclass(frozen=True, slots=True)
class Rule:
    """Permit when no row of `blocks` matches and a row of a ground does; the first such ground decides, by its code."""

    blocks: tuple[Row, ...]
    grounds: tuple[tuple[int, tuple[Row, ...]], ...]

    def code(self, word: int) -> int:
        """The number of the ground that permits; 0 for a denial."""
        if any(row.matches(word) for row in self.blocks):
            return 0
        return next((code for code, rows in self.grounds if any(row.matches(word) for row in rows)), 0)

    def given(self, word: int, known: int) -> Rule:
        """The rule that remains when the bits of `known` are as in `word`."""
        blocks = fewest(row.without(known) for row in self.blocks if row.agrees(word, known))
        grounds = (
            (code, fewest(row.without(known) for row in rows if row.agrees(word, known)))
            for code, rows in self.grounds
        )
        return Rule(blocks, tuple((code, rows) for code, rows in grounds if rows))


NEVER = Rule((Row(0, 0),), ())
"""The rule that permits nobody."""


def _blocking(barrier: Barrier) -> Iterator[Row]:
    """The words a barrier refuses: every `when` met, no `unless`, and one of the hurdles not taken."""
    standing = every(rows_when_met(demand) for demand in barrier.when)
    for hurdle in barrier.hurdles:
        unmet = every(rows_when_unmet(demand) for demand in (hurdle.demand, *barrier.unless))
        yield from (row.also(more) for row in standing for more in unmet)


def _permitting(candidate: Candidate) -> tuple[Row, ...]:
    """The words a candidate permits: every demand met, and of every list that leaves it out some `when` not met."""
    met = [rows_when_met(demand) for demand in candidate.permit.demands]
    silent = [tuple(row for demand in when for row in rows_when_unmet(demand)) for when in candidate.limits]
    return every([*met, *silent])


# --- one word ------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Verdict:
    """What residuals say about one word, gathered category by category."""

    refused: bool = False
    grounds: dict[str, int] = field(default_factory=dict)
    """Deciding grounds with their codes, in the order of the question."""
    clauses: set[str] = field(default_factory=set)
    duties: set[str] = field(default_factory=set)
    applied: set[str] = field(default_factory=set)
    blamed: set[str] = field(default_factory=set)
    """Statements in the way, and the grounds that came nearest."""
    blamed_clauses: set[str] = field(default_factory=set)

    def blame(self, key: str, clauses: Iterable[str]) -> None:
        """Something is in the way."""
        self.refused = True
        self.blamed_clauses.update(clauses)
        if key:
            self.blamed.add(key)

    def credit(self, key: str, clauses: Iterable[str], duties: Iterable[str]) -> None:
        """Something carries the permit."""
        self.applied.add(key)
        self.clauses.update(clauses)
        self.duties.update(duties)


def judge(residual: Residual, view: View, verdict: Verdict) -> None:
    """Add what one residual says about a word: everything that stands in the way, or the ground that permits."""
    for frame in residual.frames:
        verdict.credit(frame.key, frame.clauses, frame.duties)
    for beyond in residual.beyond:
        verdict.blame(beyond.key, beyond.clauses)
    verdict.applied.update(home.key for home in residual.homes)
    for frame in residual.frames:
        if any(obstructing(frame.barrier, view)):
            verdict.blame(frame.key, frame.clauses)
    for barrier in residual.barriers:
        if stands(barrier, view):
            verdict.credit(barrier.key, (), barrier.duties)
            if any(obstructing(barrier, view)):
                verdict.blame(barrier.key, barrier.clauses)
    for naming in residual.nameless:
        if wanting(naming, view):
            verdict.blame(naming.barrier.key, naming.barrier.clauses)
    _judge_grounds(residual, view, verdict)


def _judge_grounds(residual: Residual, view: View, verdict: Verdict) -> None:
    counting = [one for one in residual.candidates if one.counts(view)]
    for one in counting:
        if one.allows(view):
            verdict.grounds.setdefault(one.permit.key, one.permit.code)
            verdict.credit(one.permit.key, one.permit.clauses, one.permit.duties)
            return
    verdict.refused = True
    for one in counting:
        verdict.blame(one.permit.key, one.permit.clauses)


def wanting(naming: Naming, view: View) -> bool:
    """Whether a side that the act leaves out must be named."""
    return stands(naming.barrier, view) and any(obstructing(naming.barrier, view))


def stands(barrier: Barrier, view: View) -> bool:
    """Whether every `when` of a barrier may be met."""
    return all(demand.may_be_met(view) for demand in barrier.when)


def obstructing(barrier: Barrier, view: View) -> Iterator[Hurdle]:
    """The hurdles of a standing barrier that are not taken; none when something lifts it."""
    if any(demand.met(view) for demand in barrier.unless):
        return
    for hurdle in barrier.hurdles:
        if not hurdle.demand.met(view):
            yield hurdle


def limits_of(permit: Permit, limits: Iterable[Limit]) -> tuple[tuple[Demand, ...], ...] | None:
    """The conditions under which some list leaves a permit out; None when one always does."""
    against = tuple(limit.when for limit in limits if permit.basis not in limit.only)
    return None if () in against else against
