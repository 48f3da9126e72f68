"""The planned way to a person's rows finds exactly what following every link by hand finds, over random small schemas."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.datamap.connector import Row
from troth.datamap.errors import WhoIsMeant
from troth.datamap.model import DataMap, Dataset, Field, Follows, Link
from troth.datamap.traversal import Ask, Proven, Reached, traverse

COLUMNS = ("k", "l", "a", "b")
Tables = dict[str, list[dict[str, Any]]]


def equal(row: Row, fields: Sequence[str], values: Sequence[Any]) -> bool:
    return all(row[f] is not None and row[f] == v for f, v in zip(fields, values, strict=True))


def answered(asking: Generator[Ask, Sequence[Row], Reached], tables: Tables) -> Reached:
    """Answer from lists, and hold every question to what it may be: a look-up by values that are there."""
    rows: list[Row] | None = None
    while True:
        try:
            ask = asking.send(rows)  # type: ignore[arg-type]
        except StopIteration as done:
            found: Reached = done.value
            return found
        assert 0 < len(ask.condition.values) <= 500
        rows = [{name: row[name] for name in ask.fields} for row in tables[ask.dataset] if answers(row, ask)]


def answers(row: Row, ask: Ask) -> bool:
    met = any(equal(row, ask.condition.fields, values) for values in ask.condition.values)
    return met and all(str(row[f]) == w for f, w in ask.condition.when)


def closure(map: DataMap, tables: Tables, proven: Proven) -> dict[str, set[tuple[Any, ...]]]:
    """The specification: compare everything with everything until nothing changes."""
    mine = {
        d.name: [
            r
            for r in tables[d.name]
            if any(f.identity and r[f.name] is not None and r[f.name] == proven.value for f in d.fields)
        ]
        for d in map.datasets
    }
    changed = True
    while changed:
        changed = False
        for child, link in map.links():
            for below in tables[child.name]:
                for above in tables[link.to]:
                    joined = all(
                        below[f] is not None and below[f] == above[o]
                        for f, o in zip(link.fields, link.on, strict=True)
                    )
                    if not joined or any(str(below[f]) != w for f, w in link.when):
                        continue
                    if link.direction.leads_down and above in mine[link.to] and below not in mine[child.name]:
                        mine[child.name].append(below)
                        changed = True
                    if link.direction.leads_up and below in mine[child.name] and above not in mine[link.to]:
                        mine[link.to].append(above)
                        changed = True
    keys = {d.name: d.key for d in map.datasets}
    return {name: {tuple(r[k] for k in keys[name]) for r in rows} for name, rows in mine.items() if rows}


@st.composite
def worlds(draw: st.DrawFn) -> tuple[DataMap, Tables]:
    names = [f"s/d{n}" for n in range(draw(st.integers(1, 4)))]
    tables: Tables = {}
    datasets = []
    cell = st.one_of(st.none(), st.integers(0, 3))
    for name in names:
        count = draw(st.integers(0, 5))
        tables[name] = [
            {"k": n // 2, "l": n % 2, "a": draw(cell), "b": draw(cell)} for n in range(count)
        ]  # composite keys
        links = []
        for number in range(draw(st.integers(0, 3))):
            width = draw(st.integers(1, 2))
            links.append(
                Link(
                    id=f"l{number}",
                    fields=tuple(draw(st.permutations(COLUMNS))[:width]),
                    to=draw(st.sampled_from(names)),
                    on=tuple(draw(st.permutations(COLUMNS))[:width]),
                    when=(("b", "1"),) if draw(st.booleans()) else (),
                    follows=draw(st.sampled_from(Follows)),
                )
            )
        fields = tuple(
            Field(path=(c,), identity="id" if c == "a" and draw(st.booleans()) else "") for c in COLUMNS
        )
        datasets.append(
            Dataset(id=name[2:], system="s", table=name, fields=fields, key=("k", "l"), links=tuple(links))
        )
    return DataMap(datasets=tuple(datasets)), tables


@given(worlds(), st.integers(0, 3))
def test_the_planned_way_finds_what_the_naive_closure_finds(
    world: tuple[DataMap, Tables], value: int
) -> None:
    map, tables = world
    proven = Proven("id", value)  # type: ignore[arg-type]
    reached = answered(traverse(map, [proven]), tables)
    assert {name: {one.key for one in rows} for name, rows in reached.rows.items()} == closure(
        map, tables, proven
    )


@given(worlds(), st.integers(0, 3))
def test_a_row_is_shared_exactly_when_somebody_elses_row_holds_it_too(
    world: tuple[DataMap, Tables], value: int
) -> None:
    map, tables = world
    reached = answered(traverse(map, [Proven("id", value)]), tables)  # type: ignore[arg-type]
    own = {name: {one.key for one in rows} for name, rows in reached.rows.items()}
    for dataset in map.datasets:
        for found in reached.rows.get(dataset.name, ()):
            row = next(r for r in tables[dataset.name] if (r["k"], r["l"]) == found.key)
            expected = {
                link.id
                for link in dataset.links
                if link.direction.leads_down and all(str(row[f]) == w for f, w in link.when)
                and not any(joined(row, above, link) and (above["k"], above["l"]) in own.get(link.to, set()) for above in tables[link.to])
                and any(joined(row, above, link) for above in tables[link.to])
            }  # fmt: skip
            for child, link in map.links():
                if link.direction is Follows.UP and link.to == dataset.name:
                    for below in tables[child.name]:
                        met = all(str(below[f]) == w for f, w in link.when) and joined(below, row, link)
                        if met and (below["k"], below["l"]) not in own.get(child.name, set()):
                            expected.add(f"{child.name}:{link.id}")
            assert set(found.others) == expected


def joined(below: dict[str, Any], above: dict[str, Any], link: Link) -> bool:
    return all(
        below[f] is not None and below[f] == above[o] for f, o in zip(link.fields, link.on, strict=True)
    )


def people(*rows: dict[str, Any]) -> tuple[DataMap, Tables]:
    fields = (
        Field(path=("id",)),
        Field(path=("mail",), identity="email"),
        Field(path=("phone",), identity="phone"),
    )
    return DataMap(
        datasets=(Dataset(id="people", system="s", table="people", fields=fields, key=("id",), people=True),)
    ), {"s/people": list(rows)}


def test_an_identity_of_two_people_is_asked_about() -> None:
    map, tables = people({"id": 1, "mail": "x", "phone": "1"}, {"id": 2, "mail": "x", "phone": "2"})
    with pytest.raises(WhoIsMeant, match="belongs to 2 people"):
        answered(traverse(map, [Proven("email", "x")]), tables)


def test_identities_of_two_people_are_asked_about() -> None:
    map, tables = people({"id": 1, "mail": "x", "phone": "1"}, {"id": 2, "mail": "y", "phone": "2"})
    with pytest.raises(WhoIsMeant, match="another"):
        answered(traverse(map, [Proven("email", "x"), Proven("phone", "2")]), tables)
    both = answered(traverse(map, [Proven("email", "x"), Proven("phone", "1"), Proven("phone", "9")]), tables)
    assert [one.key for one in both.rows["s/people"]] == [(1,)]


def test_many_rows_are_asked_for_in_bounded_questions() -> None:
    below = Dataset(
        id="lines", system="s", table="lines", key=("id",), fields=(Field(path=("id",)), Field(path=("up",))),
        links=(Link(id="up", fields=("up",), to="s/lines", on=("id",)),),
    )  # fmt: skip
    head = Dataset(
        id="heads", system="s", table="heads", key=("id",), fields=(Field(path=("id",), identity="id"),),
    )  # fmt: skip
    child = Dataset(
        id="rows", system="s", table="rows", key=("id",), fields=(Field(path=("id",)), Field(path=("head",))),
        links=(
            Link(id="head", fields=("head",), to="s/heads", on=("id",)),
            Link(id="id", fields=("id",), to="s/lines", on=("up",), follows=Follows.UP),
        ),
    )  # fmt: skip
    tables: Tables = {
        "s/heads": [{"id": 7}],
        "s/rows": [{"id": n, "head": 7} for n in range(1200)],
        "s/lines": [{"id": 5000 + n, "up": n} for n in range(1200)],
    }
    reached = answered(traverse(DataMap(datasets=(head, child, below)), [Proven("id", 7)]), tables)  # type: ignore[arg-type]
    assert (reached.count, len(reached.rows["s/lines"])) == (2401, 1200)
    assert reached.asked < 20
