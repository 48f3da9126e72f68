"""Why a question is denied, and what would change that: obstacles in the order of the question, and sets of facts that mend them.

Read from the residuals like the decision itself; every set that is listed was tried on them and permits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import product

from troth.decide.fold import Fold
from troth.decide.lower import Barrier, Home, Naming
from troth.decide.masks import View
from troth.decide.model import Obstacle, Question
from troth.decide.reach import beyond_frame, beyond_home, undeclared
from troth.decide.residual import Candidate, Residual, obstructing, stands, wanting
from troth.decide.ways import Missing, naming_first, ways_out
from troth.policy.facts import Condition, Literal, Way

MOST_KEPT = 1 << 14
"""How many explanations are kept; beyond, all are forgotten."""

Explained = tuple[tuple[Obstacle, ...], Missing]
Permits = Callable[[Question, int, int], bool]


class Explainer:
    """Explains the denials of one engine, each once; `permits(question, word, unknown)` is that engine."""

    def __init__(self, fold: Fold, permits: Permits) -> None:
        self._fold = fold
        self._permits = permits
        self._kept: dict[tuple[Question, int, int], Explained] = {}

    def explain(self, question: Question, word: int, unknown: int) -> Explained:
        """The obstacles of a denial, and the smallest sets of literals that would turn it into a permit.

        `word` and `unknown` hold no bits but those the question reads.
        """
        key = (question, word, unknown)
        found = self._kept.get(key)
        if found is None:
            obstacles = tuple(dict.fromkeys(self._obstacles(question, View.of(word, unknown))))
            found = (obstacles, self._missing(question, word, unknown, obstacles))
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
    ) -> Missing:
        naming = naming_first(obstacles)
        if naming is not None:
            return naming
        choices = [self._ways(question, obstacle, View.of(word, unknown)) for obstacle in obstacles]
        return ways_out(choices, lambda way: self._mends(question, word, unknown, way))

    def _ways(self, question: Question, obstacle: Obstacle, view: View) -> list[Way]:
        if obstacle.code != "no_ground":
            return [tuple(one for one in way if not self._holds(one, view)) for way in obstacle.missing]
        candidates = self._fold.residual(question, obstacle.category).candidates
        found = (way for one in candidates if one.counts(view) for way in _lacking(one, view))
        return [tuple(one for one in way if not self._holds(one, view)) for way in found]

    def _holds(self, literal: Literal, view: View) -> bool:
        bit = self._fold.layout.bit(literal.fact)
        return bool((view.no if literal.negated else view.yes) & bit)

    def _mends(self, question: Question, word: int, unknown: int, wanted: Way) -> bool:
        gained = self._mask(literal for literal in wanted if not literal.negated)
        lost = self._mask(literal for literal in wanted if literal.negated)
        return self._permits(question, (word | gained) & ~lost, unknown & ~gained & ~lost)

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


def _lacking(candidate: Candidate, view: View) -> Iterator[Way]:
    """What a permit still lacks: one way for each of its conditions that is not met."""
    permit = candidate.permit
    unmet = [
        need.ways for need, demand in zip(permit.needs, permit.demands, strict=True) if not demand.met(view)
    ]
    return (tuple(literal for way in choice for literal in way) for choice in product(*unmet))
