"""Which statements speak about which act: for every value of every side of a question, a bit set over the statements.

Values that no statement tells apart have equal bit sets, so they fall into one class by themselves; the statements that
speak about an act are the intersection of eight bit sets.
"""

from __future__ import annotations

from collections.abc import Sequence

from troth.decide.model import Question
from troth.policy.catalogue import Catalogue
from troth.policy.model import Export, Residency, Scoped

SIDES: tuple[tuple[str, str, str], ...] = (
    ("action", "acts", ""),
    ("purpose", "purposes", "purpose"),
    ("recipient", "recipients", "recipient"),
    ("place", "places", ""),
    ("via", "points", "point"),
    ("source", "sources", "source"),
    ("message", "messages", "message"),
)
"""Sides of a question beside the category: field of the question, term of the statement, kind it refers to."""


class _Side:
    """One side: the statements that leave it open, and those that name each value."""

    def __init__(self) -> None:
        self.open = 0
        self.named: dict[str, int] = {}

    def add(self, bit: int, values: frozenset[str] | None) -> None:
        if values is None:
            self.open |= bit
        for value in values or ():
            self.named[value] = self.named.get(value, 0) | bit

    def matching(self, value: str) -> int:
        return self.open | self.named.get(value, 0)


class Scopes:
    """The bit sets of a list of statements: bit `n` stands for the statement at place `n`."""

    def __init__(self, catalogue: Catalogue, statements: Sequence[Scoped]) -> None:
        self._catalogue = catalogue
        self._sides = {side: _Side() for side, _, _ in SIDES}
        self._categories = _Side()
        for place, statement in enumerate(statements):
            bit = 1 << place
            self._categories.add(bit, self._values(statement.data, "category"))
            for side, term, kind in SIDES:
                values = (
                    acts_of(statement) if side == "action" else self._values(getattr(statement, term), kind)
                )
                self._sides[side].add(bit, values)

    def _values(self, refs: tuple[str, ...], kind: str) -> frozenset[str] | None:
        if not refs:
            return None
        return self._catalogue.expand(kind, refs) if kind else frozenset(refs)

    def about(self, question: Question) -> int:
        """The statements that speak about a question, whatever its data."""
        found = -1
        for side, _, _ in SIDES:
            found &= self._sides[side].matching(getattr(question, side))
        return found

    def about_category(self, category: str) -> int:
        """The statements that speak about a category: it, or something wider, is named, or none is."""
        found = self._categories.open
        for one in self._catalogue.wider(category):
            found |= self._categories.named.get(one, 0)
        return found

    def values(self, side: str, statements: int) -> frozenset[str] | None:
        """The values one side may take for all of some statements at once; None when all of them leave it open."""
        where = self._categories if side == "category" else self._sides[side]
        if not statements & ~where.open:
            return None
        return frozenset(value for value in where.named if not statements & ~where.matching(value))


def acts_of(statement: Scoped) -> frozenset[str] | None:
    """The actions a statement speaks about: an export route of exports alone, a residency of storing unless it says more."""
    if isinstance(statement, Export):
        return frozenset({"export"} if not statement.acts or "export" in statement.acts else ())
    if isinstance(statement, Residency):
        return frozenset(statement.acts or ("store",))
    return frozenset(statement.acts) if statement.acts else None
