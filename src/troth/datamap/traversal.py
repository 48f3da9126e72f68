"""From proven identities to every row that is a person's; pure: it asks, and whoever runs it answers from the stores.

`traverse` is a generator: it yields an Ask, is sent the rows that answer it, and returns what was Reached. It looks up by
equality alone, in batches, each value over each link once, so that its cost follows the person's rows and no table's size.
Cycles end because a row is taken once. Where an identity fits more than one person, it raises WhoIsMeant and never guesses.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product
from typing import Any

from troth.datamap.connector import Condition, Key, Row
from troth.datamap.errors import WhoIsMeant
from troth.datamap.model import DataMap, Dataset, Link

AT_ONCE = 500
"""How many values one question carries."""
Value = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Proven:
    """An identity that a person has proven: its kind (`email`, `phone` …) and value."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Ask:
    """The named fields of the rows of a dataset that meet a condition."""

    dataset: str
    condition: Condition
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """One row of the person: its key, the values that links use, and through which links it is whose."""

    key: Key
    values: Row
    mine: tuple[str, ...] = ()
    """Links through which it belongs to the person."""
    others: tuple[str, ...] = ()
    """Links through which it belongs to somebody else as well."""


@dataclass(frozen=True, slots=True)
class Reached:
    """Every row that is the person's, by dataset, and how many questions that took."""

    rows: Mapping[str, tuple[Found, ...]]
    asked: int

    @property
    def count(self) -> int:
        """How many rows there are."""
        return sum(map(len, self.rows.values()))


@dataclass(frozen=True, slots=True)
class _Step:
    """A link, walked one way: from values of `fields` here to rows there."""

    link: Link
    down: bool
    fields: tuple[str, ...]
    when: tuple[tuple[str, str], ...]
    to: Dataset
    to_fields: tuple[str, ...]
    to_when: tuple[tuple[str, str], ...]


Asking = Generator[Ask, Sequence[Row], Reached]


def traverse(
    map: DataMap, proven: Sequence[Proven], also: Mapping[str, Iterable[str]] | None = None
) -> Asking:
    """Walk from identities to rows. `also` names further fields that the rows shall carry. Raises WhoIsMeant."""
    walk = Walk(map, also or {})
    yield from walk.begin(proven)
    yield from walk.on()
    yield from walk.shared()
    return walk.reached()


class Walk:
    """What was found so far, what was asked, and what is still to be followed."""

    def __init__(self, map: DataMap, also: Mapping[str, Iterable[str]]) -> None:
        self._map = map
        self._rows: dict[str, dict[Key, Row]] = {one.name: {} for one in map.datasets}
        self._new: list[tuple[Dataset, list[Row]]] = []
        self._asked: set[tuple[str, str, bool, Value]] = set()
        self._others: dict[tuple[str, Key], list[str]] = {}
        self._steps: dict[str, list[_Step]] = {one.name: [] for one in map.datasets}
        self._carried = {one.name: dict.fromkeys((*one.key, *also.get(one.name, ()))) for one in map.datasets}
        self._count = 0
        for dataset, link in map.links():
            self._know(dataset, link)

    def _know(self, child: Dataset, link: Link) -> None:
        parent = self._map.dataset(link.to)
        if parent is None:
            return
        self._carried[child.name] |= dict.fromkeys((*link.fields, *(name for name, _ in link.when)))
        self._carried[parent.name] |= dict.fromkeys(link.on)
        if link.direction.leads_down:
            self._steps[parent.name].append(_Step(link, True, link.on, (), child, link.fields, link.when))
        if link.direction.leads_up:
            self._steps[child.name].append(_Step(link, False, link.fields, link.when, parent, link.on, ()))

    def begin(self, proven: Sequence[Proven]) -> Generator[Ask, Sequence[Row], None]:
        """Look up each identity wherever the map says that people are found by its kind."""
        people: dict[str, dict[Key, str]] = {}
        for dataset in self._map.datasets:
            for field in dataset.fields:
                for one in proven:
                    if field.identity != one.kind:
                        continue
                    condition = Condition((field.name,), ((one.value,),), folded=field.folded)
                    rows = yield from self.find(dataset, condition)
                    if dataset.people:
                        _meant(dataset, one.kind, rows, people.setdefault(dataset.name, {}))
                    self.take(dataset, rows)

    def on(self) -> Generator[Ask, Sequence[Row], None]:
        """Follow every link from every new row until nothing new is found."""
        while self._new:
            dataset, rows = self._new.pop()
            for step in self._steps[dataset.name]:
                values = self._unasked(dataset, step, rows)
                for batch in _batches(values):
                    condition = Condition(step.to_fields, tuple(batch), step.to_when)
                    found = yield from self.find(step.to, condition)
                    self.take(step.to, found)

    def shared(self) -> Generator[Ask, Sequence[Row], None]:
        """Which rows belong to somebody else too: they point at, or are pointed at by, rows that are not this person's."""
        for child, link in self._map.links():
            parent = self._map.dataset(link.to)
            if parent is None:
                continue
            if link.direction.leads_down:
                yield from self._pointing_elsewhere(child, link, parent)
            elif link.direction.leads_up:
                yield from self._pointed_at_by_others(child, link, parent)

    def reached(self) -> Reached:
        """What was found."""
        rows = {
            dataset.name: tuple(
                self._found(dataset, key, row) for key, row in self._rows[dataset.name].items()
            )
            for dataset in self._map.datasets
            if self._rows[dataset.name]
        }
        return Reached(rows, self._count)

    def _found(self, dataset: Dataset, key: Key, row: Row) -> Found:
        others = tuple(self._others.get((dataset.name, key), ()))
        mine = tuple(
            link.id
            for link in dataset.links
            if link.id not in others
            and link.direction.leads_down
            and list(_values(row, link.fields, link.when))
        )
        return Found(key, row, mine, others)

    def _pointing_elsewhere(
        self, child: Dataset, link: Link, parent: Dataset
    ) -> Generator[Ask, Sequence[Row], None]:
        own = {value for row in self._rows[parent.name].values() for value in _values(row, link.on)}
        strange: dict[Value, list[Key]] = {}
        for key, row in self._rows[child.name].items():
            for value in _values(row, link.fields, link.when):
                if value not in own:
                    strange.setdefault(value, []).append(key)
        there: set[Value] = set()
        for batch in _batches(strange):
            rows = yield from self.find(parent, Condition(link.on, tuple(batch)))
            there |= {value for row in rows for value in _values(row, link.on)}
        for value in strange.keys() & there:
            for key in strange[value]:
                self._mark(child, key, link.id)

    def _pointed_at_by_others(
        self, child: Dataset, link: Link, parent: Dataset
    ) -> Generator[Ask, Sequence[Row], None]:
        keys: dict[Value, list[Key]] = {}
        for key, row in self._rows[parent.name].items():
            for value in _values(row, link.on):
                keys.setdefault(value, []).append(key)
        for batch in _batches(keys):
            rows = yield from self.find(child, Condition(link.fields, tuple(batch), link.when))
            for row in rows:
                if tuple(row[name] for name in child.key) not in self._rows[child.name]:
                    for key in (key for value in _values(row, link.fields) for key in keys.get(value, ())):
                        self._mark(parent, key, f"{child.name}:{link.id}")

    def _mark(self, dataset: Dataset, key: Key, link: str) -> None:
        marks = self._others.setdefault((dataset.name, key), [])
        if link not in marks:
            marks.append(link)

    def find(self, dataset: Dataset, condition: Condition) -> Generator[Ask, Sequence[Row], Sequence[Row]]:
        """Ask, and give back the rows."""
        self._count += 1
        rows = yield Ask(dataset.name, condition, tuple(self._carried[dataset.name]))
        return rows

    def take(self, dataset: Dataset, rows: Sequence[Row]) -> None:
        """Rows are theirs, and lead on."""
        known, new = self._rows[dataset.name], []
        for row in rows:
            key = tuple(row[name] for name in dataset.key)
            if key not in known:
                known[key] = row
                new.append(row)
        if new:
            self._new.append((dataset, new))

    def _unasked(self, dataset: Dataset, step: _Step, rows: Sequence[Row]) -> Iterable[Value]:
        for row in rows:
            for value in _values(row, step.fields, step.when):
                question = (dataset.name if not step.down else step.to.name, step.link.id, step.down, value)
                if question not in self._asked:
                    self._asked.add(question)
                    yield value


def _meant(dataset: Dataset, kind: str, rows: Sequence[Row], before: dict[Key, str]) -> None:
    """Refuse to choose between people."""
    keys = {tuple(row[name] for name in dataset.key) for row in rows}
    if len(keys) > 1:
        raise WhoIsMeant(
            f"This {kind} belongs to {len(keys)} people in {dataset.name}.",
            "Ask for something that only one of them can prove.",
            dataset=dataset.name, kind=kind,
        )  # fmt: skip
    other = next((earlier for key, earlier in before.items() if keys and key not in keys), None)
    if other is not None:
        raise WhoIsMeant(
            f"In {dataset.name} this {kind} belongs to one person and the proven {other} to another.",
            "Ask which of the two is meant.",
            dataset=dataset.name, kind=kind,
        )  # fmt: skip
    before.update(dict.fromkeys(keys, kind))


def _values(row: Row, fields: Sequence[str], when: Sequence[tuple[str, str]] = ()) -> Iterable[Value]:
    """The values a row holds in some fields, where its condition holds: none with a null, several where a list is among them."""
    if any(str(row[name]) != wanted for name, wanted in when):
        return
    held = [row[name] if isinstance(row[name], list) else [row[name]] for name in fields]
    for values in product(*held):
        if all(value is not None for value in values):
            yield values


def _batches(values: Iterable[Value]) -> Iterable[list[Value]]:
    left = iter(values)
    while batch := list(islice(left, AT_ONCE)):
        yield batch
