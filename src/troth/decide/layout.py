"""Where each fact lies in a word: lanes of 62 bits for the person, and above them one more stretch for the request.

A word is one whole number. Lane `n` of it is `word >> 62 * n & LANE`: 62 bits, because whole numbers in SQL are signed.
The layout follows from the bundle alone, so every process that holds the same bundle packs alike; another bundle, another
layout. Both readings of a bundle share one. Only facts that some statement about acts reads have a place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from troth.decide.asks import asks_of, naming_asks
from troth.decide.model import Facts
from troth.policy.bundle import Bundle
from troth.policy.catalogue import Catalogue
from troth.policy.facts import Fact, Holder, Literal

LANE_BITS = 62
LANE = (1 << LANE_BITS) - 1


class Words(NamedTuple):
    """Packed facts: of the person, of the request and its recipient (to be or-ed with it), and bits nothing is known of."""

    subject: int
    request: int
    unknown: int = 0

    @property
    def word(self) -> int:
        """Both in one."""
        return self.subject | self.request


@dataclass(frozen=True)
class Layout:
    """The place of every fact, as a bit position in the whole word, and which facts help or hinder an act."""

    positions: Mapping[Fact, int]
    lanes: int
    """How many lanes of 62 bits a person takes (at least one)."""
    helps: frozenset[Fact]
    """Facts that can turn a denial into a permit by holding."""
    hinders: frozenset[Fact]
    """Facts that can turn a permit into a denial by holding. A fact may do both."""

    @classmethod
    def of(cls, bundle: Bundle) -> Layout:
        """The layout of a bundle, the same for all its readings."""
        return cls.reading([Catalogue(bundle.in_force(name)) for name in ("as_written", "with_regimes")])

    @classmethod
    def reading(cls, catalogues: Iterable[Catalogue]) -> Layout:
        """A layout for everything these catalogues ask of the facts."""
        literals: set[Literal] = set()
        for catalogue in catalogues:
            for statement in catalogue.statements:
                asks = asks_of(catalogue, statement)
                literals.update(asks.literals() if asks else ())
                if getattr(statement, "must_name", ()):
                    literals.update(naming_asks(statement).literals())
        subject = sorted({one.fact for one in literals if one.fact.holder is Holder.SUBJECT})
        request = sorted({one.fact for one in literals if one.fact.holder is not Holder.SUBJECT})
        lanes = max(1, -(-len(subject) // LANE_BITS))
        above = lanes * LANE_BITS
        positions = {fact: at for at, fact in enumerate(subject)}
        positions |= {fact: above + at for at, fact in enumerate(request)}
        return cls(
            MappingProxyType(positions),
            lanes,
            frozenset(one.fact for one in literals if not one.negated),
            frozenset(one.fact for one in literals if one.negated),
        )

    @property
    def subject_facts(self) -> tuple[Fact, ...]:
        """The facts about the person, in the order of their bits."""
        return tuple(fact for fact, at in self.positions.items() if at < self.lanes * LANE_BITS)

    def bit(self, fact: Fact) -> int:
        """The mask of a fact in the whole word; 0 when no statement reads it."""
        at = self.positions.get(fact)
        return 0 if at is None else 1 << at

    def place(self, fact: Fact) -> tuple[int, int] | None:
        """Lane and bit of a fact about the person; None when no statement reads it or it is not about the person."""
        at = self.positions.get(fact)
        return None if at is None or at >= self.lanes * LANE_BITS else divmod(at, LANE_BITS)

    def pack(self, facts: Facts) -> Words:
        """The words of some facts. Facts nobody knows are settled on the strict side; those that can both help and
        hinder cannot be, and stay in `Words.unknown`.
        """
        known = facts.holding - facts.unknown
        strict = {fact for fact in facts.unknown if fact not in self.helps}
        both = (fact for fact in facts.unknown if fact in self.helps and fact in self.hinders)
        word = self._mask(known | strict)
        subject = word & ((1 << self.lanes * LANE_BITS) - 1)
        return Words(subject, word ^ subject, self._mask(both))

    def unpack(self, word: int) -> Facts:
        """The facts whose bits are 1."""
        return Facts(frozenset(fact for fact, at in self.positions.items() if word >> at & 1))

    def split(self, word: int) -> tuple[int, ...]:
        """The lanes of a person's word, lowest first."""
        return tuple(word >> LANE_BITS * lane & LANE for lane in range(self.lanes))

    def join(self, lanes: Sequence[int]) -> int:
        """The word of a person's lanes."""
        return sum(value << LANE_BITS * lane for lane, value in enumerate(lanes))

    def _mask(self, facts: Iterable[Fact]) -> int:
        mask = 0
        for fact in facts:
            mask |= self.bit(fact)
        return mask
