"""What a press would do to a person: the acts that would stop, begin and go on, asked of the engine that decides at the gate.

The person's facts, and what is on record of each recipient, are those of this instant; papers are nobody's, so what a court may
demand in a single case is not among the acts. What was said of one recipient alone counts for that one. Several policy versions
may bind after a merge: the strictest decides, as at the gate.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from troth.app.narrowing import Known, Narrowing
from troth.consent import ConsentState
from troth.decide.compiled import Engine
from troth.decide.counterfactual import (
    Ask,
    Change,
    Counterfactual,
    Said,
    compare,
    declared_acts,
    permitted,
    touching,
)
from troth.decide.model import Facts, Question
from troth.policies import Declared
from troth.policy.facts import Fact

if TYPE_CHECKING:
    from troth.app.organisation import Organisation

_MOST: Final = 16
View = tuple[Declared, Facts]


class _Version:
    """One policy version made ready: its engine, its acts, and which of them read a fact."""

    def __init__(self, engine: Engine, declared: Declared) -> None:
        self.engine = engine
        self.acts = declared_acts(declared.catalogue)
        self._reading: dict[Fact, tuple[Question, ...]] = {}

    def reading(self, fact: Fact) -> tuple[Question, ...]:
        """The acts to which a fact can matter."""
        found = self._reading.get(fact)
        if found is None:
            found = tuple(act for act in self.acts if self.engine.reads(act, fact))
            self._reading[fact] = found
        return found


def _strictest(asks: Sequence[Ask]) -> Ask:
    """The first that refuses; where none does, the first."""
    if len(asks) == 1:
        return asks[0]

    def ask(question: Question) -> Said:
        said = [one(question) for one in asks]
        return next((one for one in said if not one.permitted), said[0])

    return ask


def _loosest(asks: Sequence[Ask]) -> Ask:
    """The first that permits; where none does, the first."""
    if len(asks) == 1:
        return asks[0]

    def ask(question: Question) -> Said:
        said = [one(question) for one in asks]
        return next((one for one in said if one.permitted), said[0])

    return ask


def _each(lists: Sequence[tuple[Question, ...]]) -> Iterable[Question]:
    """Every act of these lists once; a list by itself has each once."""
    return lists[0] if len(lists) == 1 else dict.fromkeys(act for one in lists for act in one)


class Foresight:
    """Looks ahead for the people of one organisation. Threads may share it."""

    def __init__(self, organisation: Organisation) -> None:
        self._organisation = organisation
        self._versions: dict[str, _Version] = {}
        self._lock = threading.Lock()

    def warm(self, declared: Declared) -> None:
        """Make a version ready now, so that the first who asks does not wait for it."""
        self._version(declared)

    def outlook(
        self,
        views: Sequence[View],
        change: Change,
        purposes: Collection[str] = (),
        ways: Sequence[Question] = (),
        *,
        said: ConsentState | None = None,
        only: str = "",
    ) -> Counterfactual:
        """What a change would do, and what goes on for these purposes, for those of what stops, or with the same data.

        `ways` are acts by a point: where such a way stops, the same act without a way is not said to go on. `said` is
        what the person said of consents, without which nothing narrow is known; `only` is the one recipient or case that the change
        is about alone.
        """
        versions = [self._version(declared) for declared, _ in views]
        paired = list(zip(versions, views, strict=True))
        lenses = Narrowing(said or ConsentState(), self._organisation.clock.now(), only).lenses(change)
        before = _loosest(
            [_strictest([self._ask(v, d, lens.before(d, f)) for v, (d, f) in paired]) for lens in lenses]
        )
        after = _loosest(
            [
                _strictest([self._ask(v, d, lens.after(d, f, change)) for v, (d, f) in paired])
                for lens in lenses
            ]
        )
        read = [one.reading(fact) for one in versions for fact in sorted(change.facts)]
        moved = compare(_each([*read, tuple(ways)]), before, after)
        served = {*purposes, *(one.question.purpose for one in moved.stops)}
        data = {category for one in moved.stops for category in one.question.data}
        told = {one.question for one in moved.begins}
        told |= {replace(one.question, via="") for one in moved.stops if one.question.via}
        beside = touching(_each([*(one.acts for one in versions), tuple(ways)]), served, data)
        # what is permitted afterwards and does not begin was permitted before: what does not read the change is answered alike
        goes_on = tuple(one for one in permitted(beside, after) if one.question not in told)
        return Counterfactual(moved.stops, moved.begins, goes_on)

    def _ask(self, version: _Version, declared: Declared, known: Known) -> Ask:
        """What asks with all that is known, the recipient's facts among it."""
        received = self._received(declared)
        asks: dict[str, Ask] = {}

        def ask(question: Question) -> Said:
            found = asks.get(question.recipient)
            if found is None:
                facts = known(question.recipient)
                more = received.get(question.recipient, frozenset())
                found = version.engine.asking(Facts(facts.holding | more, facts.unknown))
                asks[question.recipient] = found
            return found(question)

        return ask

    def _received(self, declared: Declared) -> Mapping[str, frozenset[Fact]]:
        organisation = self._organisation
        at, room = organisation.clock.now(), organisation.rooms.recipients
        with organisation.database.read() as connection:
            return {
                id: room.held(connection, id, declared, at)
                for id in sorted(declared.catalogue.ids("recipient"))
            }

    def _version(self, declared: Declared) -> _Version:
        with self._lock:
            found = self._versions.get(declared.digest)
            if found is None:
                found = _Version(self._organisation.engine(declared), declared)
                if len(self._versions) >= _MOST:
                    self._versions.clear()
                self._versions[declared.digest] = found
            return found
