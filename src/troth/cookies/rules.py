"""From a policy and its engine to choices: what is on before a choice, what a yes gives, what a no stops."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from troth.cookies.model import KINDS, NECESSARY, Choice, Mode, Plan, Served
from troth.decide.model import Answer, Facts, Question
from troth.policies import Declared
from troth.policy.catalogue import Catalogue
from troth.policy.facts import Fact
from troth.policy.model import Consent, Feature, Objection, Point, Purpose

Ask = Callable[[Question, Facts], Answer]
ACCEPTED: Final = "accepted"
_GIVEN: Final = ("consent:", "allowed:")


def plan(declared: Declared, ask: Ask) -> Plan:
    """The choices of a policy version under the reading it enforces, in the order of their ids; necessary ones first.

    Of a visitor nothing is known: in particular not whether a regime that applies to a class of persons applies to this one.
    Where regimes are enforced it is taken to apply (its class is an unknown fact, which helps nobody); nobody is looked up by
    address to find out. Where the text alone is enforced, no regime applies to anybody.
    """
    known = _Known(declared, ask)
    groups: list[tuple[set[str], list[_Found]]] = []
    for found in map(known.found, served(declared.catalogue)):
        keys = set(found.keys)
        touched = [group for group in groups if group[0] & keys]
        groups = [group for group in groups if not group[0] & keys]
        joined = [one for _, members in touched for one in members]
        groups.append((keys.union(*(named for named, _ in touched)), [*joined, found]))
    choices = [_choice(declared.catalogue, members) for _, members in groups]
    order = list(Mode)
    order.insert(0, order.pop(order.index(Mode.NECESSARY)))
    return Plan(declared.digest, tuple(sorted(choices, key=lambda one: (order.index(one.mode), one.id))))


def served(catalogue: Catalogue) -> Iterator[Served]:
    """Every declared item of a site with each purpose it serves, and the data it may take for that."""
    for point in catalogue.all(Point):
        if point.what not in KINDS:
            continue
        for id in sorted(catalogue.expand("purpose", point.purposes) or catalogue.ids("purpose")):
            purpose = catalogue.get(Purpose, id)
            if purpose is None:
                continue
            reach = (*purpose.data, *purpose.optional)
            data = tuple(one for one in point.data if catalogue.covers(reach, one))
            if data:
                yield Served(point.id, point.what, id, data)


class _Found:
    """What the engine says of one item for one purpose."""

    __slots__ = ("clauses", "gives", "necessary", "open", "rests", "served", "shows", "stops")

    def __init__(self, served: Served, needs: Iterable[str] | None, deemed: frozenset[str]) -> None:
        listed = sorted(needs or ())
        self.served = served
        self.open = needs is not None
        self.shows = tuple(one for one in listed if one.startswith("shown:"))
        self.rests = tuple(one for one in listed if one in deemed)
        self.gives = tuple(one for one in listed if one not in self.rests and one not in self.shows)
        self.stops: tuple[str, ...] = ()
        self.clauses: tuple[str, ...] = ()
        self.necessary = False

    @property
    def keys(self) -> tuple[str, ...]:
        """What it hangs on: items with a key in common are one choice."""
        return self.gives or self.stops or (f"point:{self.served.point}",)


class _Known:
    """Asks the engine about a visitor of whom nothing is known but what the banner itself brings about."""

    def __init__(self, declared: Declared, ask: Ask) -> None:
        self._catalogue, self._ask = declared.catalogue, ask
        items = self._catalogue.all(Consent)
        self._deemed = frozenset({ACCEPTED, *(f"consent:{one.id}" for one in items if one.what == "deemed")})
        self._running = frozenset(
            Fact("on", one.id) for one in self._catalogue.all(Feature) if one.switch != "subject"
        )
        header = declared.bundle.header
        regimes = header.regimes if header.enforced == "with_regimes" else ()
        classes = (named.partition(" for ")[2].strip() for named in regimes)
        self._unknown = frozenset(Fact("is", one) for one in classes if one)
        self._objections = tuple(one.id for one in self._catalogue.all(Objection))

    def found(self, served: Served) -> _Found:
        """What has to hold for this item and purpose, and which objections end it."""
        question = Question("collect", served.data, served.purpose, via=served.point)
        first = self._answer(question, frozenset())
        found = _Found(served, self._needs(question, first), self._deemed)
        purpose = self._catalogue.get(Purpose, served.purpose)
        found.necessary = not found.gives and purpose is not None and purpose.dpv in NECESSARY
        if found.open:
            held = frozenset(map(Fact.parse, (*found.shows, *found.rests, *found.gives)))
            found.clauses = self._answer(question, held).clauses
            found.stops = tuple(self._stopping(question, held))
        else:
            found.clauses = first.clauses
        return found

    def _needs(self, question: Question, first: Answer) -> tuple[str, ...] | None:
        """The least that must be brought about, what browsing on brings before what has to be asked; None: not by a banner."""
        if first.permitted:
            return ()
        ways = [way for way in first.missing if all(self._can_be_brought(one) for one in way)]
        ways.sort(
            key=lambda way: (sum(one.startswith(_GIVEN) and one not in self._deemed for one in way), way)
        )
        for way in ways:
            if self._answer(question, frozenset(map(Fact.parse, way))).permitted:
                return way
        return None

    def _can_be_brought(self, literal: str) -> bool:
        return literal == ACCEPTED or literal.startswith((*_GIVEN, "shown:"))

    def _stopping(self, question: Question, held: frozenset[Fact]) -> Iterator[str]:
        for id in self._objections:
            if not self._answer(question, held | {Fact("objects", id)}).permitted:
                yield id

    def _answer(self, question: Question, held: frozenset[Fact]) -> Answer:
        return self._ask(question, Facts(held | self._running, self._unknown))


def _choice(catalogue: Catalogue, members: list[_Found]) -> Choice:
    gives = _each(one.gives for one in members)
    return Choice(
        _name(gives, members),
        _mode(members, gives),
        tuple(one.served for one in members),
        gives,
        _each(one.rests for one in members),
        _each((*one.shows, *_notices(catalogue, (*one.gives, *one.rests))) for one in members),
        _each(one.stops for one in members),
        _each(one.clauses for one in members),
    )


def _mode(members: list[_Found], gives: tuple[str, ...]) -> Mode:
    if not all(one.open for one in members):
        return Mode.SHUT
    if gives:
        return Mode.ASKED
    return Mode.NECESSARY if all(one.necessary for one in members) else Mode.OPEN


def _name(gives: tuple[str, ...], members: list[_Found]) -> str:
    """A name that stays as long as what the choice hangs on does."""
    stops = _each(one.stops for one in members)
    return (gives or tuple(f"unless:{one}" for one in stops) or (f"point:{members[0].served.point}",))[0]


def _notices(catalogue: Catalogue, facts: Iterable[str]) -> Iterator[str]:
    """The notices that consents name."""
    for fact in facts:
        item = catalogue.get(Consent, fact.removeprefix("consent:"))
        if item is not None and item.notice:
            yield f"shown:{item.notice}"


def _each(lists: Iterable[Iterable[str]]) -> tuple[str, ...]:
    return tuple(sorted({one for some in lists for one in some}))


def allowed(plan: Plan, on: frozenset[str]) -> frozenset[str]:
    """The purposes for which something may be loaded: those of which every choice that serves them is on."""
    off = {purpose for one in plan.choices if one.id not in on for purpose in one.purposes}
    return frozenset(purpose for one in plan.choices for purpose in one.purposes) - off
