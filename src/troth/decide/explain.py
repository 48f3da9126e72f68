"""Why a question is denied, and what would change that: obstacles in the order of the question, and sets of facts that mend them.

Read from the residuals like the decision itself; every set that is listed was tried on them and permits, and
no smaller one was passed over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from troth.decide.fold import Fold
from troth.decide.lower import Barrier, Home, Naming
from troth.decide.masks import Row, View, bits_of, rows_when_unmet
from troth.decide.model import Obstacle, Question
from troth.decide.reach import beyond_frame, beyond_home, undeclared
from troth.decide.residual import Residual, obstructing, stands, wanting
from troth.decide.ways import Family, Missing, family, naming_first, ways_out
from troth.policy.facts import Condition, Literal, Way

MOST_KEPT = 1 << 14
"""How many explanations are kept; beyond, all are forgotten."""

Explained = tuple[tuple[Obstacle, ...], Missing, bool]
Permits = Callable[[Question, int, int], bool]


class Explainer:
    """Explains the denials of one engine, each once; `permits(question, word, unknown)` is that engine."""

    def __init__(self, fold: Fold, permits: Permits) -> None:
        self._fold = fold
        self._permits = permits
        self._facts = {1 << at: fact for fact, at in fold.layout.positions.items()}
        self._kept: dict[tuple[Question, int, int], Explained] = {}

    def explain(self, question: Question, word: int, unknown: int) -> Explained:
        """The obstacles of a denial, and the smallest sets of literals that would turn it into a permit.

        `word` and `unknown` hold no bits but those the question reads.
        """
        key = (question, word, unknown)
        found = self._kept.get(key)
        if found is None:
            obstacles = tuple(dict.fromkeys(self._obstacles(question, View.of(word, unknown))))
            found = (obstacles, *self._missing(question, word, unknown, obstacles))
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            self._kept[key] = found
        return found

    # obstacles -----------------------------------------------------------------------------------------------------------

    def _obstacles(self, question: Question, view: View) -> Iterator[Obstacle]:
        yield from undeclared(self._fold.catalogue, question)
        for category in question.data:
            residual = self._fold.residual(question, category)
            yield from self._framed(residual, question, category, view)
            for barrier in residual.barriers:
                if stands(barrier, view):
                    yield from _barred(barrier, category, view)
            for home in residual.homes:
                yield from _away(home, question, category)
            for naming in residual.nameless:
                if wanting(naming, view):
                    yield _unnamed(naming, category)
            yield from _groundless(residual, question, category, view)

    def _framed(
        self, residual: Residual, question: Question, category: str, view: View
    ) -> Iterator[Obstacle]:
        for frame in residual.frames:
            for detail in beyond_frame(self._fold.catalogue, frame, question, category):
                yield Obstacle("outside", frame.key, frame.clauses, category, detail)
            yield from _barred(frame.barrier, category, view)

    # ways out ------------------------------------------------------------------------------------------------------------

    def _missing(
        self, question: Question, word: int, unknown: int, obstacles: tuple[Obstacle, ...]
    ) -> tuple[Missing, bool]:
        naming = naming_first(obstacles)
        if naming is not None:
            return naming, False
        residuals = tuple(dict.fromkeys(self._fold.residuals(question)))

        def standing(way: Way) -> list[Family] | None:
            gained = self._mask(literal for literal in way if not literal.negated)
            lost = self._mask(literal for literal in way if literal.negated)
            then, still_unknown = (word | gained) & ~lost, unknown & ~gained & ~lost
            if self._permits(question, then, still_unknown):
                return None
            view = View.of(then, still_unknown)
            return [one for residual in residuals for one in self._families(residual, view)]

        return ways_out(standing)

    def _families(self, residual: Residual, view: View) -> Iterator[Family]:
        """For everything that stands in the way of one category: each way to mend it."""
        if residual.beyond:
            yield frozenset()
        for barrier in residual.hindering:
            if stands(barrier, view):
                turned = [row for demand in barrier.when for row in rows_when_unmet(demand)]
                for hurdle in obstructing(barrier, view):
                    yield self._family([*hurdle.ways, *map(self._literals, turned)], view)
        if not any(one.counts(view) and one.allows(view) for one in residual.candidates):
            rows = (row for _, rows in residual.rule.grounds for row in rows)
            yield self._family(map(self._literals, rows), view)

    def _family(self, ways: Iterable[Iterable[Literal]], view: View) -> Family:
        return family(ways, lambda literal: self._holds(literal, view))

    def _literals(self, row: Row) -> list[Literal]:
        facts = self._facts
        needed = [Literal(facts[bit]) for bit in bits_of(row.need)]
        return needed + [Literal(facts[bit], negated=True) for bit in bits_of(row.forbid)]

    def _holds(self, literal: Literal, view: View) -> bool:
        bit = self._fold.layout.bit(literal.fact)
        return bool((view.no if literal.negated else view.yes) & bit)

    def _mask(self, literals: Iterable[Literal]) -> int:
        mask = 0
        for literal in literals:
            mask |= self._fold.layout.bit(literal.fact)
        return mask


def _barred(barrier: Barrier, category: str, view: View) -> Iterator[Obstacle]:
    for hurdle in obstructing(barrier, view):
        wanted = f"needs {Condition(hurdle.ways)}" if hurdle.ways else "forbids it"
        yield Obstacle("bar", barrier.key, barrier.clauses, category, f"{barrier.key} {wanted}", hurdle.ways)


def _away(home: Home, question: Question, category: str) -> Iterator[Obstacle]:
    for detail in beyond_home(home, question, category):
        name = "" if question.place else "place"
        yield Obstacle("outside", home.key, home.clauses, category, detail, name=name)


def _unnamed(naming: Naming, category: str) -> Obstacle:
    key, clauses = naming.barrier.key, naming.barrier.clauses
    return Obstacle("unnamed", key, clauses, category, f"{key}: name the {naming.side}", name=naming.side)


def _groundless(residual: Residual, question: Question, category: str, view: View) -> Iterator[Obstacle]:
    counting = [one for one in residual.candidates if one.counts(view)]
    if not any(one.allows(view) for one in counting):
        clauses = sorted({clause for one in counting for clause in one.permit.clauses})
        detail = f"no ground to {question.action} {category} for {question.purpose}"
        nearest = tuple(one.permit.key for one in counting)
        yield Obstacle("no_ground", "", tuple(clauses), category, detail, nearest=nearest)
