"""What a press would do to a person: the acts that would stop, begin and go on, asked of the engine that decides at the gate.

The person's facts, and what is on record of each recipient, are those of this instant; papers are nobody's, so what a court may
demand in a single case is not among the acts. Several policy versions may bind after a merge: the strictest decides, as at the gate.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from troth.decide.compiled import Engine
from troth.decide.counterfactual import (
    Ask,
    Change,
    Counterfactual,
    Said,
    compare,
    declared_acts,
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


@dataclass(frozen=True, slots=True)
class _Strictest:
    """The first that refuses; where none does, the first."""

    asks: tuple[Ask, ...]

    def __call__(self, question: Question) -> Said:
        said = [ask(question) for ask in self.asks]
        return next((one for one in said if not one.permitted), said[0])


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
        self, views: Sequence[View], change: Change, purposes: Collection[str] = ()
    ) -> Counterfactual:
        """What a change would do, and what goes on for these purposes, for those of what stops, or with the same data."""
        versions = [self._version(declared) for declared, _ in views]
        before = _Strictest(tuple(self._ask(v, d, f) for v, (d, f) in zip(versions, views, strict=True)))
        after = _Strictest(
            tuple(self._ask(v, d, change.of(f)) for v, (d, f) in zip(versions, views, strict=True))
        )
        asked = dict.fromkeys(
            act for one in versions for fact in sorted(change.facts) for act in one.reading(fact)
        )
        moved = compare(asked, before, after)
        served = {*purposes, *(one.question.purpose for one in moved.stops)}
        data = {category for one in moved.stops for category in one.question.data}
        beside = dict.fromkeys(act for one in versions for act in touching(one.acts, served, data))
        return Counterfactual(moved.stops, moved.begins, compare(beside, before, after).goes_on)

    def permitted(self, views: Sequence[View]) -> tuple[Question, ...]:
        """Every declared act that is permitted as things stand."""
        versions = [self._version(declared) for declared, _ in views]
        ask = _Strictest(tuple(self._ask(v, d, f) for v, (d, f) in zip(versions, views, strict=True)))
        return tuple(
            act for act in dict.fromkeys(a for one in versions for a in one.acts) if ask(act).permitted
        )

    def _ask(self, version: _Version, declared: Declared, facts: Facts) -> Ask:
        """What asks with all that is known, the recipient's facts among it."""
        received = self._received(declared)
        asks: dict[str, Ask] = {}

        def ask(question: Question) -> Said:
            found = asks.get(question.recipient)
            if found is None:
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
