"""Switches that are a person's own: functions and permissions that the policy lets them turn on and off, by whichever door.

What a switch does is the policy's: it sets a fact (`on:…`, `allowed:…`) that the engine reads at the gate, so that it is in force with the
transaction that records it (PIPL art. 15, GDPR art. 7(3)). Nothing here knows what would stop; the engine is asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from troth.app.acts import Acts
from troth.app.organisation import Organisation
from troth.decide.model import Question
from troth.directories import Situation
from troth.directories.evidence import Told
from troth.policy.catalogue import Catalogue
from troth.policy.facts import Fact
from troth.policy.model import Feature, Point, Right

SUBJECT: Final = "subject"
VISIBILITY: Final = "visibility"


@dataclass(frozen=True, slots=True)
class Switch:
    """Something a person turns on and off: the statement that lets them, and the fact that it sets."""

    statement: Feature | Point
    fact: Fact

    @property
    def kind(self) -> str:
        """`feature` or `point`."""
        return self.statement.kind

    @property
    def id(self) -> str:
        """The id of the statement."""
        return self.statement.id


def switches_of(catalogue: Catalogue) -> tuple[Switch, ...]:
    """Every switch that is the person's own: functions first, then permissions, in the order of the policy."""
    features = [one for one in catalogue.all(Feature) if one.switch == SUBJECT]
    points = [one for one in catalogue.all(Point) if one.closable]
    return (
        *(Switch(one, Fact("on", one.id)) for one in features),
        *(Switch(one, Fact("allowed", one.id)) for one in points),
    )


def switch_of(catalogue: Catalogue, kind: str, id: str) -> Switch | None:
    """The person's switch of a kind and id; None where there is none, or it is somebody else's."""
    return next((one for one in switches_of(catalogue) if (one.kind, one.id) == (kind, id)), None)


def tied(catalogue: Catalogue, switch: Switch) -> tuple[Point, ...]:
    """Permissions that are tied to a function."""
    return tuple(
        one for one in catalogue.all(Point) if switch.kind == "feature" and switch.id in one.features
    )


def purposes_of(catalogue: Catalogue, switch: Switch) -> frozenset[str]:
    """The purposes that a switch is about: its own, and those of the permissions tied to it."""
    named = (switch.statement, *tied(catalogue, switch))
    return frozenset(id for one in named if one.purposes for id in catalogue.expand("purpose", one.purposes))


def ways(catalogue: Catalogue) -> tuple[Question, ...]:
    """What each point may take for each purpose it serves, as it is asked at the gate."""
    return tuple(
        Question("collect", (data,), purpose, via=point.id)
        for point in catalogue.all(Point)
        for purpose in sorted(catalogue.expand("purpose", point.purposes) if point.purposes else ())
        for data in point.data
    )


def seen_by(catalogue: Catalogue) -> tuple[tuple[Right, ...], tuple[Switch, ...]]:
    """The rights to decide who sees something, and the switches that the policy declares for them: those that rest on the same clauses.

    Where there are rights and no switches, the policy promises settings and has no facts for them: only people can see to it then.
    """
    rights = tuple(one for one in catalogue.all(Right) if one.what == VISIBILITY)
    clauses = {clause for one in rights for clause in one.clauses}
    return rights, tuple(one for one in switches_of(catalogue) if clauses & set(one.statement.clauses))


def move(acts: Acts, organisation: Organisation, told: Told, switch: Switch, on: bool, at: datetime) -> int:
    """Turn a switch on or off, in force and on record with this transaction, with what can take nothing any more because of it; the
    number of its entry.

    Raises NotDeclared, SubjectUnknown, SubjectErased.
    """
    room, gate, fact = organisation.directories, organisation.gate, str(switch.fact)
    before = gate.known(acts.work.connection, told.subject)
    acts.set_facts(told.subject, set=[fact] if on else (), clear=() if on else [fact], policy=told.policy)
    after, stopped = gate.known(acts.work.connection, told.subject), set[str]()
    for version in before.keys() & after.keys() if not on else ():
        declared = acts.declared(version)
        stopped |= set(
            room.stopped(declared, Situation(before[version], False), Situation(after[version], False))
        )
    return room.switched(acts.work, told, switch.statement.key, on, tuple(sorted(stopped)), at)
