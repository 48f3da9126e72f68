"""Many people looked for at once: one question for five hundred of them instead of five hundred questions; pure, as `traverse`.

Nobody is guessed here either: whoever's identities lead to several people is left out, and told. Rows that belong to several of
those who are looked for belong to none but them.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from troth.datamap.connector import Condition, Key, Row
from troth.datamap.model import DataMap, Dataset, Field
from troth.datamap.surveying import Looking, Survey, referred
from troth.datamap.traversal import AT_ONCE, Ask, Proven, Reached, Walk

Everybody = Sequence[Sequence[Proven]]


@dataclass(frozen=True, slots=True)
class Together:
    """Every row that is anybody's of them; `asks` are those, by their place, of whom it must be asked who is meant."""

    reached: Reached
    asks: frozenset[int]


def reach_together(survey: Survey, everybody: Everybody) -> Together:
    """Every row of many people, from the stores. Raises StoreUnreachable, StoreRefused."""
    with Looking(survey) as looking:
        return looking.answer(traverse_together(survey.map, everybody, referred(survey)))


def traverse_together(
    map: DataMap, everybody: Everybody, also: Mapping[str, Iterable[str]] | None = None
) -> Generator[Ask, Sequence[Row], Together]:
    """Walk from everybody's identities to rows."""
    found = {one.name: dict.fromkeys((also or {}).get(one.name, ())) for one in map.datasets}
    for dataset, field in _ways(map):
        found[dataset.name][field.name] = None
    walk = Walk(map, found)
    rows: list[tuple[Dataset, int, Row]] = []
    for dataset, field in _ways(map):
        rows += [(dataset, who, row) for who, row in (yield from _asked(walk, dataset, field, everybody))]
    asks = frozenset(_several(rows))
    for dataset, who, row in rows:
        if who not in asks:
            walk.take(dataset, [row])
    yield from walk.on()
    yield from walk.shared()
    return Together(walk.reached(), asks)


def _ways(map: DataMap) -> Iterable[tuple[Dataset, Field]]:
    return ((dataset, one) for dataset in map.datasets for one in dataset.fields if one.identity)


def _asked(
    walk: Walk, dataset: Dataset, field: Field, everybody: Everybody
) -> Generator[Ask, Sequence[Row], list[tuple[int, Row]]]:
    """The rows that somebody's identity leads to by one field, each with whose it is."""
    whose: dict[str, list[int]] = {}
    said: dict[str, str] = {}
    for who, proven in enumerate(everybody):
        for one in (one for one in proven if one.kind == field.identity):
            whose.setdefault(_alike(field, one.value), []).append(who)
            said[_alike(field, one.value)] = one.value
    left, found = iter(said.values()), []
    while values := [(value,) for value in islice(left, AT_ONCE)]:
        for row in (
            yield from walk.find(dataset, Condition((field.name,), tuple(values), folded=field.folded))
        ):
            held = row[field.name] if isinstance(row[field.name], list) else [row[field.name]]
            found += [(who, row) for value in held for who in whose.get(_alike(field, value), ())]
    return found


def _alike(field: Field, value: object) -> str:
    return str(value).casefold() if field.folded else str(value)


def _several(rows: Iterable[tuple[Dataset, int, Row]]) -> Iterable[int]:
    """Who is led to more than one person, and whoever else is led to one of those."""
    led: dict[tuple[int, str], set[Key]] = {}
    for dataset, who, row in rows:
        if dataset.people:
            led.setdefault((who, dataset.name), set()).add(tuple(row[name] for name in dataset.key))
    return (who for (who, _), keys in led.items() if len(keys) > 1)
