"""Conditions as bit masks over one word: what a word must show, what it must not, and the ways in which both can be so.

A word is a whole number; the bit of a fact is 1 when the fact holds. `Demand` is a condition (any of its literals), `Row` one
conjunction: the flat comparison `(w & (need | forbid)) == need` that runs alike on numbers, on columns and in a database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from troth.kernel.errors import AuthorError
from troth.policy.facts import Condition, Fact, Way

MOST_ROWS = 4096
"""No condition is unfolded into more conjunctions than that."""


class TooManyWays(AuthorError):
    """A statement offers so many combinations of alternatives that they cannot be written out."""


class View(NamedTuple):
    """A word as a condition sees it: the bits known to be 1 and known to be 0, and those that may be 1 and may be 0."""

    yes: int
    no: int
    maybe_yes: int
    maybe_no: int

    @classmethod
    def of(cls, word: int, unknown: int = 0) -> View:
        """The view of a word in which the bits of `unknown` say nothing."""
        return cls(word & ~unknown, ~word & ~unknown, word | unknown, ~word | unknown)


class Row(NamedTuple):
    """A conjunction: matched when all bits of `need` are 1 and all of `forbid` are 0."""

    need: int
    forbid: int

    @property
    def reads(self) -> int:
        """The bits it looks at."""
        return self.need | self.forbid

    def known(self, view: View) -> bool:
        """Whether what it demands is known to be so."""
        return not (self.need & ~view.yes or self.forbid & ~view.no)

    def may_be(self, view: View) -> bool:
        """Whether what it demands is so, for all that is known."""
        return not (self.need & ~view.maybe_yes or self.forbid & ~view.maybe_no)

    def matches(self, word: int) -> bool:
        """Whether a word shows what it demands."""
        return (word & (self.need | self.forbid)) == self.need

    def also(self, other: Row) -> Row:
        """Both at once."""
        return Row(self.need | other.need, self.forbid | other.forbid)

    def agrees(self, word: int, known: int) -> bool:
        """Whether a word whose `known` bits are as given can still match."""
        return (word & known & self.reads) == self.need & known

    def without(self, known: int) -> Row:
        """What it still demands once the `known` bits agree."""
        return Row(self.need & ~known, self.forbid & ~known)

    @property
    def possible(self) -> bool:
        """Whether any word can match it."""
        return not self.need & self.forbid


class Demand(NamedTuple):
    """A disjunction: met when one of the bits of `pos` is 1, one of `neg` is 0, or a row of `joint` matches. Empty, it is never met."""

    pos: int
    neg: int
    joint: tuple[Row, ...] = ()
    """Ways that take several bits at once."""

    @property
    def reads(self) -> int:
        """The bits it looks at."""
        mask = self.pos | self.neg
        for row in self.joint:
            mask |= row.reads
        return mask

    def met(self, view: View) -> bool:
        """Whether it is known to be met."""
        return bool(view.yes & self.pos or view.no & self.neg) or any(row.known(view) for row in self.joint)

    def may_be_met(self, view: View) -> bool:
        """Whether it is met, for all that is known."""
        single = bool(view.maybe_yes & self.pos or view.maybe_no & self.neg)
        return single or any(row.may_be(view) for row in self.joint)


ALWAYS = Row(0, 0)


def demand_of(condition: Condition, bit: Callable[[Fact], int]) -> Demand:
    """A condition as masks; `bit` gives the mask of a fact, 0 for one that has none: then nothing meets what names it."""
    rows = [_row(way, bit) for way in condition.ways if all(bit(literal.fact) for literal in way)]
    pos = neg = 0
    for row in rows:
        if row.reads.bit_count() == 1 and row.possible:
            pos, neg = pos | row.need, neg | row.forbid
    return Demand(pos, neg, tuple(row for row in rows if row.reads.bit_count() > 1 or not row.possible))


def _row(way: Way, bit: Callable[[Fact], int]) -> Row:
    need = forbid = 0
    for literal in way:
        if literal.negated:
            forbid |= bit(literal.fact)
        else:
            need |= bit(literal.fact)
    return Row(need, forbid)


def bits_of(mask: int) -> list[int]:
    """The single bits of a mask, lowest first."""
    found = []
    while mask:
        lowest = mask & -mask
        found.append(lowest)
        mask ^= lowest
    return found


def rows_when_met(demand: Demand) -> tuple[Row, ...]:
    """The ways in which a demand is met."""
    single = (*(Row(bit, 0) for bit in bits_of(demand.pos)), *(Row(0, bit) for bit in bits_of(demand.neg)))
    return (*single, *demand.joint)


def rows_when_unmet(demand: Demand) -> tuple[Row, ...]:
    """The ways in which a demand is not met: every single literal fails, and one of each way that takes several."""
    failing = (
        (*(Row(0, bit) for bit in bits_of(row.need)), *(Row(bit, 0) for bit in bits_of(row.forbid)))
        for row in demand.joint
    )
    return every([(Row(demand.neg, demand.pos),), *failing])


def every(choices: Iterable[Sequence[Row]]) -> tuple[Row, ...]:
    """The conjunction of several disjunctions, unfolded, without rows that nobody matches or that others imply.

    Raises `TooManyWays` beyond `MOST_ROWS`.
    """
    rows: tuple[Row, ...] = (ALWAYS,)
    for choice in choices:
        if len(rows) * len(choice) > MOST_ROWS:
            raise TooManyWays(
                f"This comes to more than {MOST_ROWS} combinations of alternatives.",
                "Split it into several statements with fewer 'or'.",
            )
        rows = fewest(row.also(more) for row in rows for more in choice)
    return rows


def fewest(rows: Iterable[Row]) -> tuple[Row, ...]:
    """Rows without the impossible, the repeated, and those that a weaker row already covers; in a settled order."""
    kept: list[Row] = []
    for row in sorted({r for r in rows if r.possible}, key=lambda r: (r.reads.bit_count(), r)):
        if not any(_covers(other, row) for other in kept):
            kept.append(row)
    return tuple(kept)


def _covers(weaker: Row, row: Row) -> bool:
    return weaker.need & ~row.need == 0 and weaker.forbid & ~row.forbid == 0
