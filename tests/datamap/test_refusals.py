"""Over random small schemas with data: a plan refuses itself, or the store carries it out; it never breaks a constraint midway,
never takes a row of somebody else, and leaves nothing of the person but what it said would stay."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from troth.connectors.sql import SqlConnector
from troth.datamap.erasing import erase, plan_erasure
from troth.datamap.model import DataMap, Dataset, Erasure, Field, Follows, Link, System
from troth.datamap.surveying import reach, survey
from troth.datamap.traversal import Proven

MOSTLY_NOT = st.sampled_from((False, False, False, True))
WAYS = (Erasure.DELETE, Erasure.DELETE, Erasure.KEEP, Erasure.ANONYMISE)


@dataclass(frozen=True)
class Reference:
    to: int
    nullable: bool
    cascade: bool
    linked: bool


@dataclass(frozen=True)
class Shape:
    references: tuple[tuple[Reference, ...], ...]
    erasure: tuple[Erasure, ...]
    rows: tuple[tuple[tuple[int | None, ...], ...], ...]
    """For each table and row: to which row of the table referred to each reference points."""
    owners: tuple[int, ...]


@st.composite
def shapes(draw: st.DrawFn) -> Shape:
    tables = draw(st.integers(2, 4))
    references, rows, counts = [], [], [draw(st.integers(1, 4)) for _ in range(tables)]
    for table in range(tables):
        mine = tuple(
            Reference(
                draw(st.integers(0, tables - 1)), draw(st.booleans()), draw(MOSTLY_NOT), not draw(MOSTLY_NOT)
            )
            for _ in range(draw(st.integers(1 if table else 0, 2)))
        )
        references.append(mine)
        rows.append(tuple(
            tuple(None if one.nullable and draw(st.booleans()) else draw(st.integers(0, counts[one.to] - 1)) for one in mine)
            for _ in range(counts[table])
        ))  # fmt: skip
    return Shape(
        tuple(references),
        tuple(draw(st.sampled_from(WAYS)) for _ in range(tables)),
        tuple(rows),
        tuple(draw(st.sampled_from((1, 1, 2))) for _ in range(counts[0])),
    )


def built(shape: Shape, file: Path) -> DataMap:
    with sqlite3.connect(file) as connection:
        for table, references in enumerate(shape.references):
            columns = "".join(
                f", r{n} INTEGER {'' if one.nullable else 'NOT NULL'} REFERENCES t{one.to} (id)"
                f"{' ON DELETE CASCADE' if one.cascade else ''}"
                for n, one in enumerate(references)
            )
            connection.execute(
                f"CREATE TABLE t{table} (id INTEGER PRIMARY KEY, owner INTEGER, word TEXT NOT NULL{columns})"
            )
        for table, rows in enumerate(shape.rows):
            for number, row in enumerate(rows):
                owner = shape.owners[number] if table == 0 else None
                values = (number, owner, f"word-{table}-{number}", *row)
                connection.execute(f"INSERT INTO t{table} VALUES ({', '.join('?' * len(values))})", values)
    connection.close()
    return DataMap((System(id="s", at="x"),), tuple(_dataset(shape, n) for n in range(len(shape.references))))


def _dataset(shape: Shape, number: int) -> Dataset:
    references = shape.references[number]
    return Dataset(
        id=f"t{number}", system="s", table=f"t{number}", erasure=shape.erasure[number], because="it must",
        fields=(
            Field(path=("id",)), Field(path=("owner",), identity="owner", categories=("owner",)),
            Field(path=("word",), categories=("word",)), *(Field(path=(f"r{n}",)) for n in range(len(references))),
        ),
        links=tuple(
            Link(id=f"r{n}", fields=(f"r{n}",), to=f"s/t{one.to}", on=("id",), follows=Follows.DOWN)
            for n, one in enumerate(references) if one.linked
        ),
    )  # fmt: skip


def contents(file: Path, tables: int) -> list[dict[int, tuple[Any, ...]]]:
    connection = sqlite3.connect(file)
    found = [{row[0]: row for row in connection.execute(f"SELECT * FROM t{n}")} for n in range(tables)]
    connection.close()
    return found


@given(shapes())
def test_a_plan_refuses_itself_or_is_carried_out_and_nobody_else_loses_a_row(shape: Shape) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "s.db"
        connector = SqlConnector("s", f"sqlite:///{file}") if (map := built(shape, file)) else None
        assert connector is not None
        try:
            _carried_out(shape, map, connector, file)
        finally:
            connector.close()


def _carried_out(shape: Shape, map: DataMap, connector: SqlConnector, file: Path) -> None:
    found = survey(map, {"s": connector})
    proven: Sequence[Proven] = [Proven("owner", "1")]
    reached = reach(found, proven)
    plan = plan_erasure(found, reached)
    before = contents(file, len(shape.references))
    if plan.refusal:
        return
    done = erase(found, plan, proven, lambda: "0" * 20)
    assert not [one.problem for one in done.outcomes if not one.erased]
    assert done.complete, done
    after = contents(file, len(shape.references))
    own = {(name, row.key[0]): row for name, rows in reached.rows.items() for row in rows}
    for number, rows in enumerate(before):
        for key, row in rows.items():
            mine = own.get((f"s/t{number}", key))
            if mine is None:
                assert after[number][key][:3] == row[:3], "a row of somebody else keeps all that is theirs"
            elif shape.erasure[number] is Erasure.DELETE and not mine.others:
                assert key not in after[number]
            elif shape.erasure[number] is Erasure.ANONYMISE and not mine.others:
                assert after[number][key][2] != row[2]
