"""Questions worth asking about a statement: acts in its scope that some ground reaches, sides left empty where nothing names them.

An act that names more than it must meets more frames and bars; only statements that name a side can tell its values apart. So
the other sides stay empty, and the questions about a statement are few.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import product
from typing import Any

from troth.decide.asks import QUESTION_SIDE, namings
from troth.decide.lower import FRAMES, in_order
from troth.decide.masks import bits_of
from troth.decide.model import Question
from troth.decide.scopes import Scopes, acts_of, categories_of, sides_of
from troth.policy.catalogue import Catalogue
from troth.policy.model import (
    Category,
    Export,
    Frame,
    Ground,
    Purpose,
    Recipient,
    Residency,
    Scoped,
    Statement,
)
from troth.policy.terms import AllBut
from troth.policy.vocabulary import ACTIONS, REGIONS

Values = frozenset[str] | None
_SIDE_OF = {kind: side for side, kind in FRAMES}
KIND_OF = {side: kind.kind for side, kind in FRAMES}
_RELEASES = ("share", "transfer")
MOST_PLACES = 3
"""How many places are tried for an export whose place nothing names."""


class Asking:
    """Makes questions about the statements of one catalogue, in a settled order."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._grounds = in_order((*catalogue.all(Ground), *catalogue.all(Export)))
        self._demanding = namings(catalogue)
        self._naming = Scopes(catalogue, self._demanding)
        self._categories = sorted(catalogue.ids("category"))
        self._purposes = sorted(catalogue.ids("purpose"))
        regions = {region for home in catalogue.all(Residency) for region in home.regions}
        self._regions = [*sorted(regions), *(region for region in REGIONS if region not in regions)]

    def about(self, statement: Statement) -> Iterator[Question]:
        """Questions within the scope of a statement, for each ground that could permit them. None about what decides no act."""
        if not isinstance(statement, (Scoped, Frame, Category)):
            return
        own = self._sides(statement)
        grounds = [statement] if isinstance(statement, (Ground, Export)) else self._grounds
        for ground in grounds:
            yield from self._within(_both(own, self._sides(ground)))

    def in_scope(self, statement: Statement) -> Iterator[Question]:
        """Questions within the scope of a statement, whether or not any ground or purpose reaches so far."""
        if isinstance(statement, (Scoped, Frame, Category)):
            yield from self._within(self._sides(statement), served=False)

    # the values each side may take -----------------------------------------------------------------------------------------

    def _sides(self, statement: Scoped | Frame | Category) -> dict[str, Values]:
        if isinstance(statement, Category):
            return {"category": self._covered((statement.id,))}
        if isinstance(statement, Frame):
            return self._frame_sides(statement)
        found: dict[str, Values] = {**sides_of(self._catalogue, statement)}
        found["category"] = self._covered(statement.data)
        if isinstance(statement.data, AllBut):
            found["category"] = categories_of(self._catalogue, statement)
        for side in getattr(statement, "must_name", ()):
            values = found[QUESTION_SIDE[side]]
            found[QUESTION_SIDE[side]] = None if values is None else values | {""}
        if isinstance(statement, Residency):
            found["place"] = frozenset(self._regions) - set(statement.regions)
        return found

    def _frame_sides(self, frame: Frame) -> dict[str, Values]:
        data = (*getattr(frame, "data", ()), *getattr(frame, "optional", ()))
        found: dict[str, Values] = {
            "category": self._covered(data),
            _SIDE_OF[type(frame)]: frozenset({frame.id}),
        }
        if not isinstance(frame, Purpose):
            found["purpose"] = self._catalogue.expand("purpose", getattr(frame, "purposes", ())) or None
        acts = getattr(frame, "acts", ())
        found["action"] = frozenset(acts) if acts else None
        return found

    def _covered(self, refs: tuple[str, ...]) -> Values:
        if not refs:
            return None
        named = self._catalogue.expand("category", refs)
        return frozenset(category for category in self._categories if self._catalogue.wider(category) & named)

    # questions -----------------------------------------------------------------------------------------------------------

    def _within(self, sides: dict[str, Values], *, served: bool = True) -> Iterator[Question]:
        """Questions whose every side takes one of its values; sides nobody names stay empty unless the act demands them."""
        actions = [action for action in ACTIONS if _allowed(sides.get("action"), action)]
        purposes = [purpose for purpose in self._purposes if _allowed(sides.get("purpose"), purpose)]
        categories = [one for one in self._categories if _allowed(sides.get("category"), one)]
        for purpose, action, category in product(purposes, actions, categories):
            if not served or self._serves(purpose, action, category):
                for more in self._sides_beside(sides, action):
                    question = Question(action, (category,), purpose, **more)
                    yield question
                    yield from self._named_in_full(question)

    def _named_in_full(self, question: Question) -> Iterator[Question]:
        """A question with values on the sides that it must name and leaves out; nothing where it leaves out none."""
        about = self._naming.about(question) & self._naming.about_category(question.data[0])
        sides = {QUESTION_SIDE[self._demanding[bit.bit_length() - 1][1]] for bit in bits_of(about)}
        for frame in frames_of(self._catalogue, question):
            sides |= {QUESTION_SIDE[side] for side in frame.must_name}
        wanted = sorted(side for side in sides if not getattr(question, side))
        for values in product(*(self._values_of(side) for side in wanted)) if wanted else ():
            named: dict[str, Any] = dict(zip(wanted, values, strict=True))
            yield replace(question, **named)

    def _values_of(self, side: str) -> list[str]:
        return self._regions[:MOST_PLACES] if side == "place" else sorted(self._catalogue.ids(KIND_OF[side]))

    def _serves(self, purpose: str, action: str, category: str) -> bool:
        frame = self._catalogue.get(Purpose, purpose)
        assert frame is not None
        covered = self._catalogue.covers((*frame.data, *frame.optional), category)
        return covered and (not frame.acts or action in frame.acts)

    def _sides_beside(self, sides: dict[str, Values], action: str) -> Iterator[dict[str, str]]:
        chosen = {side: self._named(sides.get(side)) for side in ("recipient", "via", "source", "message")}
        if action in _RELEASES and sides.get("recipient") is None:
            chosen["recipient"] = sorted(self._catalogue.ids("recipient"))
        for values in product(*chosen.values()):
            more = dict(zip(chosen, values, strict=True))
            for place in self._places(sides.get("place"), action, more["recipient"]):
                yield {**more, "place": place}

    def _places(self, values: Values, action: str, recipient: str) -> Iterable[str]:
        if values is not None:
            return [region for region in ("", *self._regions) if region in values]
        if action != "export":
            return ["", *self._homes(action)]
        found = self._catalogue.get(Recipient, recipient)
        return found.places if found is not None and found.places else self._regions[:MOST_PLACES]

    def _homes(self, action: str) -> list[str]:
        """The regions to which some residency ties an act."""
        homes = (home for home in self._catalogue.all(Residency) if action in (acts_of(home) or ()))
        return sorted({region for home in homes for region in home.regions})

    def _named(self, values: Values) -> list[str]:
        return [""] if values is None else sorted(values)


def frames_of(catalogue: Catalogue, question: Question) -> list[Frame]:
    """The declared things a question names."""
    named = ((kind, getattr(question, side)) for side, kind in FRAMES)
    return [found for kind, id in named if id and (found := catalogue.get(kind, id)) is not None]


def _both(one: dict[str, Values], other: dict[str, Values]) -> dict[str, Values]:
    """The values both allow; None where neither says anything."""
    found = dict(one)
    for side, values in other.items():
        mine = found.get(side)
        found[side] = values if mine is None else mine if values is None else mine & values
    return found


def _allowed(values: Values, value: str) -> bool:
    return values is None or value in values
