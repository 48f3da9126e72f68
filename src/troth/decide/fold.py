"""Folding: everything of a policy but the facts is settled for a question, and what is left of it is shared.

policy → statements → bit sets per side of a question (`scopes`) → the statements about an act → residual. Acts that no
statement tells apart have the same bit set and the same frames, and so one residual, made once.
"""

from __future__ import annotations

from collections.abc import Iterator

from troth.decide.layout import LANE_BITS, Layout
from troth.decide.lower import FRAMES, Barrier, Declared, Home, Limit, Lowered, Naming, Part, Permit
from troth.decide.masks import TooManyWays, bits_of
from troth.decide.model import Question
from troth.decide.reach import beyond_frame, beyond_home, undeclared
from troth.decide.residual import NEVER, Candidate, Residual, Rule, limits_of
from troth.policy.catalogue import Catalogue


class Fold:
    """A catalogue folded over one layout."""

    def __init__(self, catalogue: Catalogue, layout: Layout) -> None:
        self.catalogue = catalogue
        self.layout = layout
        self.lowered = Lowered(catalogue, layout.bit)
        self._residuals: dict[object, Residual] = {}
        self._rules: dict[Rule, Rule] = {}

    def declared(self, question: Question) -> bool:
        """Whether everything a question must name is there, and all it names is declared."""
        return next(undeclared(self.catalogue, question), None) is None

    def residuals(self, question: Question) -> tuple[Residual, ...]:
        """What is left of the policy for a question, one residual a category; equal ones are one object."""
        about = self.lowered.scopes.about(question)
        frames = tuple(self._frames(question))
        return tuple(self._category(question, category, about, frames) for category in question.data)

    def residual(self, question: Question, category: str) -> Residual:
        """What is left of the policy for one category of a question."""
        return self._category(
            question, category, self.lowered.scopes.about(question), tuple(self._frames(question))
        )

    def rules(self, question: Question) -> tuple[Rule, ...]:
        """The flat rules of a question, one a category; equal rules are one object."""
        if not self.declared(question):
            return (NEVER,)
        rules = (residual.rule for residual in self.residuals(question))
        return tuple(self._rules.setdefault(rule, rule) for rule in rules)

    def rules_of_person(self, question: Question, request_word: int = 0) -> tuple[Rule, ...]:
        """The rules of a question that remain once what is known of the request is put in: they read the person alone."""
        of_the_request = ~((1 << self.layout.lanes * LANE_BITS) - 1)
        return tuple(rule.given(request_word, of_the_request) for rule in self.rules(question))

    def unfold(self) -> None:
        """Write out the alternatives of every ground and bar once, so that one with too many is refused now.

        Raises `TooManyWays`.
        """
        for part in self.lowered.parts:
            alone = _alone(part)
            key = part.barrier.key if isinstance(part, Naming) else part.key
            try:
                _ = alone.rule
            except TooManyWays as refused:
                raise TooManyWays(f"{key}: {refused.message}", refused.help, statement=key) from None

    def _category(
        self, question: Question, category: str, about: int, frames: tuple[Declared, ...]
    ) -> Residual:
        here = about & self.lowered.scopes.about_category(category)
        beyond = tuple(self._beyond(question, category, here, frames))
        nameless = tuple(one for frame in frames for one in frame.nameless(question))
        key = (here, tuple(map(id, frames)), tuple(map(id, beyond)), tuple(map(id, nameless)))
        if key not in self._residuals:
            self._residuals[key] = self._residual(here, frames, beyond, nameless)
        return self._residuals[key]

    def _frames(self, question: Question) -> Iterator[Declared]:
        for side, _ in FRAMES:
            frame = self.lowered.declared[side].get(getattr(question, side))
            if frame is not None:
                yield frame

    def _beyond(
        self, question: Question, category: str, here: int, frames: tuple[Declared, ...]
    ) -> Iterator[Declared | Home]:
        for frame in frames:
            if next(beyond_frame(self.catalogue, frame, question, category), ""):
                yield frame
        for part in self._parts(here & self.lowered.homes):
            if isinstance(part, Home) and next(beyond_home(part, question, category), ""):
                yield part

    def _parts(self, statements: int) -> list[Part]:
        """The parts that a bit set stands for, in order."""
        return [self.lowered.parts[bit.bit_length() - 1] for bit in bits_of(statements)]

    def _residual(
        self,
        here: int,
        frames: tuple[Declared, ...],
        beyond: tuple[Declared | Home, ...],
        nameless: tuple[Naming, ...],
    ) -> Residual:
        parts = self._parts(here)
        limits = [part for part in parts if isinstance(part, Limit)]
        candidates = []
        for part in parts:
            if isinstance(part, Permit) and (against := limits_of(part, limits)) is not None:
                candidates.append(Candidate(part, against))
        return Residual(
            frames,
            beyond,
            tuple(part for part in parts if isinstance(part, Barrier)),
            tuple(part for part in parts if isinstance(part, Home)),
            tuple(candidates),
            (*nameless, *(part for part in parts if isinstance(part, Naming))),
        )


def _alone(part: Part) -> Residual:
    """A residual of one part."""
    barriers = (part,) if isinstance(part, Barrier) else (part.barrier,) if isinstance(part, Naming) else ()
    candidates = (Candidate(part, ()),) if isinstance(part, Permit) else ()
    return Residual((), (), barriers, (), candidates)
