"""Facts and conditions: what may be known when something is asked, and how a statement names it.

A fact is written `family` or `family:name`; a condition is one fact, `not` a fact, or several of these joined by `and` and `or`,
of which `and` binds closer: `paper:order and paper:issuer or consent:search`.

    accepted                       the person accepted this version, by whatever act
    accepted:explicit              the person accepted it by a clear act
    declined · registered · verified · closed · restricted
    consent:ID                     a live consent for that item, of at least the kind the item asks
    shown:ID                       the notice was shown to the person
    objects:ID                     the person's objection (or opt-out) stands
    on:ID                          the feature is switched on
    allowed:ID                     the device permission is on
    is:ID                          the person belongs to that class
    paper:WORD                     a reference of that kind is given with the question
    recipient:WORD                 that is on record about the recipient
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from troth.policy import vocabulary


class Holder(StrEnum):
    """Whom a fact is about."""

    SUBJECT = "subject"
    REQUEST = "request"
    RECIPIENT = "recipient"


@dataclass(frozen=True, slots=True)
class Family:
    """A family of facts: its holder, what its name refers to, and whether knowing it restricts (objections, minors)."""

    holder: Holder
    refers_to: str = ""
    restricts: bool = False


FAMILIES: dict[str, Family] = {
    "accepted": Family(Holder.SUBJECT, "acceptance-kind"),
    "declined": Family(Holder.SUBJECT, restricts=True),
    "registered": Family(Holder.SUBJECT),
    "verified": Family(Holder.SUBJECT),
    "closed": Family(Holder.SUBJECT, restricts=True),
    "restricted": Family(Holder.SUBJECT, restricts=True),
    "consent": Family(Holder.SUBJECT, "consent"),
    "shown": Family(Holder.SUBJECT, "notice"),
    "objects": Family(Holder.SUBJECT, "objection", restricts=True),
    "on": Family(Holder.SUBJECT, "feature"),
    "allowed": Family(Holder.SUBJECT, "point"),
    "is": Family(Holder.SUBJECT, "class"),
    "paper": Family(Holder.REQUEST, "paper"),
    "recipient": Family(Holder.RECIPIENT, "recipient-fact"),
}

BARE = frozenset({"declined", "registered", "verified", "closed", "restricted"})
"""Families whose facts have no name of their own."""

CLOSED_NAMES: dict[str, vocabulary.Vocabulary] = {
    "acceptance-kind": {"explicit": vocabulary.Word("by a clear act")},
    "paper": vocabulary.PAPERS,
    "recipient-fact": vocabulary.RECIPIENT_FACTS,
}


class Fact(NamedTuple):
    """A fact's family and name ('' where the family has none)."""

    family: str
    name: str = ""

    @property
    def holder(self) -> Holder:
        """Whom the fact is about."""
        return FAMILIES[self.family].holder

    def __str__(self) -> str:
        return f"{self.family}:{self.name}" if self.name else self.family

    @classmethod
    def parse(cls, text: str) -> Fact:
        """Read `family` or `family:name`; the loader checks that both are known."""
        family, _, name = text.partition(":")
        return cls(family.strip(), name.strip())


class Literal(NamedTuple):
    """A fact that must hold, or (negated) must not hold."""

    fact: Fact
    negated: bool = False

    def __str__(self) -> str:
        return f"not {self.fact}" if self.negated else str(self.fact)

    def inverse(self) -> Literal:
        """The opposite demand."""
        return Literal(self.fact, not self.negated)


Way = tuple[Literal, ...]
"""Literals that must all hold."""


class Condition(NamedTuple):
    """A demand that holds when any of its ways does."""

    ways: tuple[Way, ...]

    def __str__(self) -> str:
        return " or ".join(way_text(way) for way in self.ways)

    @property
    def literals(self) -> tuple[Literal, ...]:
        """Every literal of every way, in the order in which they are written."""
        return tuple(literal for way in self.ways for literal in way)

    @classmethod
    def any_of(cls, *literals: Literal) -> Condition:
        """The condition that holds when any of some literals does."""
        return cls(tuple((literal,) for literal in literals))

    @classmethod
    def parse(cls, text: str) -> Condition:
        """Read `fact`, `not fact`, or several joined by ` and ` and ` or `, of which ` and ` binds closer."""
        ways = (way.split(" and ") for way in text.split(" or "))
        return cls(tuple(tuple(dict.fromkeys(map(_literal, way))) for way in ways))


def way_text(way: Way) -> str:
    """A way as it is written: its literals joined by ` and `."""
    return " and ".join(map(str, way))


def _literal(text: str) -> Literal:
    words = text.split()
    if len(words) == 2 and words[0] == "not":
        return Literal(Fact.parse(words[1]), negated=True)
    return Literal(Fact.parse(text.strip()))
