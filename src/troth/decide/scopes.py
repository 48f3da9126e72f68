"""Which statements speak about which act: for every value of every side of a question, a bit set over the statements.

Values that no statement tells apart have equal bit sets, so they fall into one class by themselves; the statements that
speak about an act are the intersection of eight bit sets.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from troth.decide.asks import QUESTION_SIDE
from troth.decide.model import Question
from troth.policy.catalogue import Catalogue
from troth.policy.model import Export, Ground, Residency, Scoped
from troth.policy.terms import AllBut
from troth.policy.vocabulary import ACTIONS, REGIONS

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
    """The bit sets of a list of statements: bit `n` stands for the statement at place `n`.

    Beside each stands '', or a side that it says must be named: then the bit stands for the acts that leave this side out.
    """

    def __init__(self, catalogue: Catalogue, statements: Sequence[tuple[Scoped, str]]) -> None:
        self._catalogue = catalogue
        self._sides = {side: _Side() for side, _, _ in SIDES}
        self._categories = _Side()
        self._left = _Side()
        """Categories that lists turned round leave: each by itself, what is part of it need not be left."""
        for place, (statement, left_out) in enumerate(statements):
            bit = 1 << place
            turned = isinstance(statement.data, AllBut)
            (self._left if turned else self._categories).add(bit, categories_of(catalogue, statement))
            for side, values in sides_of(catalogue, statement, left_out).items():
                self._sides[side].add(bit, values)

    def about(self, question: Question) -> int:
        """The statements that speak about a question, whatever its data."""
        found = -1
        for side, _, _ in SIDES:
            found &= self._sides[side].matching(getattr(question, side))
        return found

    def about_category(self, category: str) -> int:
        """The statements that speak about a category: it, or something wider, is named, or none is."""
        found = self._categories.open | self._left.matching(category)
        for one in self._catalogue.wider(category):
            found |= self._categories.named.get(one, 0)
        return found


def sides_of(catalogue: Catalogue, statement: Scoped, left_out: str = "") -> dict[str, frozenset[str] | None]:
    """The values of each side that a statement speaks about, None for all; '' among them: acts that leave the side out.

    With `left_out`, of the acts that leave out this side although they must name it: any other such side may be wanting too.
    """
    found: dict[str, frozenset[str] | None] = {}
    for side, term, kind in SIDES:
        refs = getattr(statement, term)
        if side == "action":
            found[side] = acts_of(statement)
        else:
            values = catalogue.expand(kind, refs) if kind else _words(refs, REGIONS)
            unnamed = {""} if isinstance(refs, AllBut) and not isinstance(statement, (Ground, Export)) else ()
            found[side] = values.union(unnamed) if refs else None
    if left_out:
        for name in getattr(statement, "must_name", ()):
            values_there = found[QUESTION_SIDE[name]]
            found[QUESTION_SIDE[name]] = None if values_there is None else values_there | {""}
        found[QUESTION_SIDE[left_out]] = frozenset({""})
    return found


def categories_of(catalogue: Catalogue, statement: Scoped) -> frozenset[str] | None:
    """The categories a statement names, None for all; where its list is turned round, each one that it leaves."""
    if not isinstance(statement.data, AllBut):
        return catalogue.expand("category", statement.data) if statement.data else None
    left = catalogue.expand("category", statement.data)
    if isinstance(statement, (Ground, Export)):
        excepted = catalogue.ids("category") - left
        return left - {wider for one in excepted for wider in catalogue.wider(one)}
    return left


def acts_of(statement: Scoped) -> frozenset[str] | None:
    """The actions a statement speaks about: an export route of exports alone, a residency of storing unless it says more."""
    acts = _words(statement.acts, ACTIONS) if statement.acts else None
    if isinstance(statement, Export):
        return frozenset({"export"} if acts is None or "export" in acts else ())
    return frozenset({"store"}) if isinstance(statement, Residency) and acts is None else acts


def _words(named: tuple[str, ...], vocabulary: Iterable[str]) -> frozenset[str]:
    return frozenset(vocabulary).difference(named) if isinstance(named, AllBut) else frozenset(named)
