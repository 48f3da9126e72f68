"""What shows that a published contact can be reached: a way that a program can try, or somebody's word, and how old that may be.

A contact whose last try failed is broken; one with a way that nobody tried lately is unproven. Pure: ages and outcomes are handed in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from troth.decide.register import Standing
from troth.policy.catalogue import Catalogue
from troth.policy.model import Entity

TRIED: Final = timedelta(days=30)
"""How old a try by a program may grow. Chosen."""
ATTESTED: Final = timedelta(days=92)
"""How old somebody's word may grow. Chosen."""
SELF: Final = frozenset({"controller", "joint_controller"})
WORD: Final = "word"


@dataclass(frozen=True, slots=True)
class Tried:
    """The last word on one way to a contact: whether it was reached, and how long ago."""

    reached: bool
    age: timedelta


@dataclass(frozen=True, slots=True)
class ContactAnswer:
    """How a contact stands, by which clauses it is published, and which ways were not tried lately."""

    outcome: Standing
    clauses: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


def ways_of(entity: Entity) -> tuple[str, ...]:
    """What has to show that a contact is reached: `email` or `form` where a program can try, else somebody's `word`."""
    mail = ("email",) if "email" in entity.channels and "@" in entity.address else ()
    page = (
        ("form",) if "form" in entity.channels and entity.address.startswith(("http://", "https://")) else ()
    )
    return (*mail, *page) or (WORD,)


def answer_contact(catalogue: Catalogue, id: str, tried: Mapping[str, Tried]) -> ContactAnswer:
    """How a contact of the policy stands; one that is not published is unproven, by no clause."""
    entity = catalogue.get(Entity, id)
    if entity is None or entity.role in SELF:
        return ContactAnswer(Standing.UNPROVEN)
    ways = ways_of(entity)
    if any(way in tried and not tried[way].reached for way in ways):
        return ContactAnswer(Standing.BROKEN, entity.clauses)
    missing = tuple(way for way in ways if way not in tried or tried[way].age > _lasts(way))
    return ContactAnswer(Standing.UNPROVEN if missing else Standing.KEPT, entity.clauses, missing)


def _lasts(way: str) -> timedelta:
    return ATTESTED if way == WORD else TRIED
