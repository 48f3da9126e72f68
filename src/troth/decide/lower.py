"""Statements lowered to masks: what is left of a policy once its words have become bits.

A `Barrier` forbids unless its hurdles are taken, a `Permit` allows, a `Limit` makes permits count or not, a `Home` keeps data
in its regions. `Lowered` holds them in the order of the bit sets of `Scopes`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from troth.decide.asks import BARS, QUESTION_SIDE, Asks, asks_of, naming_asks, namings
from troth.decide.masks import Demand, demand_of
from troth.decide.model import Question
from troth.decide.scopes import Scopes
from troth.policy.catalogue import Catalogue
from troth.policy.facts import Condition, Fact, Way
from troth.policy.model import (
    Bar,
    Export,
    Frame,
    Ground,
    LawfulBasis,
    Message,
    Point,
    Purpose,
    Recipient,
    Residency,
    Scoped,
    Source,
    Statement,
)

Bit = Callable[[Fact], int]

FRAMES: tuple[tuple[str, type[Frame]], ...] = (
    ("purpose", Purpose),
    ("via", Point),
    ("source", Source),
    ("message", Message),
    ("recipient", Recipient),
)
"""Sides of a question that name something declared, in the order in which an answer speaks of them."""


@dataclass(frozen=True, slots=True)
class Hurdle:
    """One thing a barrier demands, and the ways any of which would do."""

    demand: Demand
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class Barrier:
    """Stands while every `when` is met; then it forbids, unless an `unless` is met or every hurdle is taken."""

    key: str
    clauses: tuple[str, ...]
    duties: tuple[str, ...]
    when: tuple[Demand, ...]
    unless: tuple[Demand, ...]
    hurdles: tuple[Hurdle, ...]


@dataclass(frozen=True, slots=True)
class Naming:
    """A side that must be named: what forbids an act that leaves it out."""

    side: str
    barrier: Barrier


@dataclass(frozen=True, slots=True)
class Permit:
    """A ground: allows when all its demands are met. `code` is its number in the order in which grounds are tried."""

    key: str
    clauses: tuple[str, ...]
    duties: tuple[str, ...]
    basis: str
    code: int
    demands: tuple[Demand, ...]
    needs: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Limit:
    """A closed list of bases: while every `when` is met, permits on another basis do not count."""

    key: str
    only: frozenset[str]
    when: tuple[Demand, ...]


@dataclass(frozen=True, slots=True)
class Home:
    """The regions in which data must be kept."""

    key: str
    clauses: tuple[str, ...]
    regions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far something declared reaches; None leaves a side open."""

    data: tuple[str, ...] | None
    purposes: frozenset[str] | None
    acts: frozenset[str] | None
    places: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Declared:
    """A purpose, point, source, message class or recipient: how far it reaches, and the barrier of what it needs."""

    key: str
    clauses: tuple[str, ...]
    duties: tuple[str, ...]
    bounds: Bounds
    barrier: Barrier
    namings: tuple[Naming, ...] = ()

    def nameless(self, question: Question) -> Iterator[Naming]:
        """What a question that names it leaves out."""
        return (one for one in self.namings if not getattr(question, QUESTION_SIDE[one.side]))


Part = Barrier | Home | Permit | Limit | Naming


class Lowered:
    """Everything a catalogue says about acts, as masks of one layout."""

    def __init__(self, catalogue: Catalogue, bit: Bit) -> None:
        bars = [bar for kind in BARS for bar in catalogue.all(kind) if asks_of(catalogue, bar)]
        homes = catalogue.all(Residency)
        grounds = in_order((*catalogue.all(Ground), *catalogue.all(Export)))
        limits = catalogue.all(LawfulBasis)
        named = namings(catalogue)
        statements: list[Scoped] = [*bars, *homes, *grounds, *limits]
        self.scopes = Scopes(catalogue, [*((statement, "") for statement in statements), *named])
        self.parts: list[Part] = [
            *(_barrier(bar, asks_of(catalogue, bar) or Asks(), bit) for bar in bars),
            *(Home(home.key, home.clauses, home.regions) for home in homes),
            *(_permit(ground, code, bit) for code, ground in enumerate(grounds, 1)),
            *(Limit(limit.key, frozenset(limit.only), _demands(limit.when, bit)) for limit in limits),
            *(_naming(statement, side, bit) for statement, side in named),
        ]
        self.homes = ((1 << len(homes)) - 1) << len(bars)
        """The bits that stand for residencies."""
        self.declared: dict[str, dict[str, Declared]] = {
            side: {frame.id: _declared(catalogue, frame, bit) for frame in catalogue.all(kind)}
            for side, kind in FRAMES
        }

    @property
    def codes(self) -> dict[int, str]:
        """The grounds by their number."""
        return {part.code: part.key for part in self.parts if isinstance(part, Permit)}


def in_order(grounds: Iterable[Ground | Export]) -> list[Ground | Export]:
    """Grounds as they are tried: ordinary ones first, exceptions after, each by key."""
    return sorted(grounds, key=lambda ground: (isinstance(ground, Ground) and ground.exception, ground.key))


def _demands(conditions: Iterable[Condition], bit: Bit) -> tuple[Demand, ...]:
    return tuple(demand_of(condition, bit) for condition in conditions)


def _barrier(statement: Statement, asks: Asks, bit: Bit) -> Barrier:
    ways = tuple(way for condition in asks.unless for way in condition.ways)
    hurdles = [Hurdle(demand_of(need, bit), (*need.ways, *ways)) for need in asks.needs]
    if isinstance(statement, Bar) and not hurdles:
        hurdles = [Hurdle(Demand(0, 0), ways)]
    duties = statement.duties if isinstance(statement, Bar) else ()
    when, unless = _demands(asks.when, bit), _demands(asks.unless, bit)
    return Barrier(statement.key, statement.clauses, duties, when, unless, tuple(hurdles))


def _permit(ground: Ground | Export, code: int, bit: Bit) -> Permit:
    demands = _demands(ground.needs, bit)
    return Permit(ground.key, ground.clauses, ground.duties, ground.basis, code, demands, ground.needs)


def _declared(catalogue: Catalogue, frame: Frame, bit: Bit) -> Declared:
    asks = asks_of(catalogue, frame) or Asks()
    named = tuple(_naming(frame, side, bit) for side in frame.must_name)
    return Declared(
        frame.key, frame.clauses, frame.duties, _bounds(catalogue, frame), _barrier(frame, asks, bit), named
    )


def _naming(statement: Statement, side: str, bit: Bit) -> Naming:
    asks = naming_asks(statement)
    when, unless = _demands(asks.when, bit), _demands(asks.unless, bit)
    never = Hurdle(Demand(0, 0), tuple(way for condition in asks.unless for way in condition.ways))
    return Naming(side, Barrier(statement.key, statement.clauses, (), when, unless, (never,)))


def _bounds(catalogue: Catalogue, frame: Frame) -> Bounds:
    data = tuple(getattr(frame, "data", ()))
    if isinstance(frame, Purpose):
        data += frame.optional
    closed = isinstance(frame, (Purpose, Point))
    named = (
        catalogue.expand("purpose", getattr(frame, "purposes", ())),
        frozenset(getattr(frame, "acts", ())),
        frozenset(getattr(frame, "places", ())),
    )
    purposes, acts, places = (values or None for values in named)
    return Bounds(data if data or closed else None, purposes, acts, places)
