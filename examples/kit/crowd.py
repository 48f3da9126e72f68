"""Many more people in a company's own database: copies of those who came by the front door, each a person of their own.

What hangs on a person (orders, visits, tickets) is copied with them. Subjects are handed in, so that the company and the product speak
of the same people; names that must stand once are told apart by a number. The company's code has no part in it, and need not change.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import REGCLASS

AT_ONCE: Final = 2000
"""Rows that are put in with one statement."""
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Shape:
    """Where a database keeps its people, and by which columns its other tables speak of them."""

    people: str
    by: tuple[str, ...]
    key: str = "id"
    """What those columns hold: the number of a person, or a name that stands once."""
    schema: str | None = None
    document: str = ""
    """The column with everything else, where tables hold documents."""
    first: str = ""
    """What is to be said to the database before it lets anybody see everybody."""


def crowd(url: str, shape: Shape, subjects: Sequence[str]) -> int:
    """Put in one more person for each of these subjects; how many rows that came to. Raises LookupError where nobody is there yet."""
    engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    try:
        with engine.begin() as connection:
            if shape.first:
                connection.exec_driver_sql(shape.first)
            return _Crowd(connection, shape).grow(subjects)
    finally:
        engine.dispose()


class _Crowd:
    """One database while it grows."""

    def __init__(self, connection: sa.Connection, shape: Shape) -> None:
        self._connection, self._shape = connection, shape
        known = sa.MetaData()
        known.reflect(connection, schema=shape.schema, resolve_fks=False)
        self._tables = {table.name: table for table in known.sorted_tables}

    def grow(self, subjects: Sequence[str]) -> int:
        shape = self._shape
        people = self._tables[shape.people]
        there = self._rows(people)
        if not there:
            raise LookupError(f"Nobody stands in {shape.people} yet.")
        last = max(row["id"] for row in there)
        made = [
            (there[number % len(there)], self._copied(people, there[number % len(there)], subject, last + 1 + number))
            for number, subject in enumerate(subjects)
        ]  # fmt: skip
        rows = self._put(people, (copy for _, copy in made))
        of = defaultdict(list)
        for origin, copy in made:
            of[self._key(origin)].append((self._key(copy), self._plain(copy).get("subject", "")))
        for table in self._tables.values():
            if table is not people:
                rows += self._put(table, self._following(table, of))
        return rows

    def _following(self, table: sa.Table, of: Mapping[Any, list[tuple[Any, str]]]) -> Iterator[Row]:
        """What hangs on somebody, once more for each of their copies."""
        for row in self._rows(table):
            for name in self._shape.by:
                for key, subject in of.get(self._plain(row).get(name), ()):
                    own = {name: key} | ({"subject": subject} if subject else {})
                    yield self._told(table, row, own, key)

    def _copied(self, table: sa.Table, row: Row, subject: str, number: int) -> Row:
        own: Row = {"subject": subject, "id": number}
        if self._shape.key != "id":
            own[self._shape.key] = f"{self._plain(row)[self._shape.key]}.{number}"
        return self._told(table, row, own, number)

    def _told(self, table: sa.Table, row: Row, own: Row, apart: object) -> Row:
        """A row once more, with words of its own where it has such columns; a number of its own is left to the database."""
        plain = self._plain(row)
        fresh = plain | {name: said for name, said in own.items() if name in plain}
        if self._shape.document:
            return {self._shape.document: fresh}
        for name in _once(table) - own.keys():
            if isinstance(fresh.get(name), str):
                fresh[name] = f"{fresh[name]}.{apart}"
        counted = table.autoincrement_column
        return {
            name: said
            for name, said in fresh.items()
            if name in own or counted is None or name != counted.name
        }

    def _plain(self, row: Row) -> Row:
        return dict(row[self._shape.document]) if self._shape.document in row else row

    def _key(self, row: Row) -> Any:
        return row["id"] if self._shape.key == "id" else self._plain(row)[self._shape.key]

    def _rows(self, table: sa.Table) -> list[Row]:
        return [dict(row) for row in self._connection.execute(sa.select(table)).mappings()]

    def _put(self, table: sa.Table, rows: Iterator[Row]) -> int:
        """Put in rows, many at a time; the numbers of whoever comes next go on after the last of them."""
        put = 0
        while batch := list(islice(rows, AT_ONCE)):
            self._connection.execute(sa.insert(table), batch)
            put += len(batch)
        if put and self._connection.dialect.name == "postgresql" and "id" in table.columns:
            name = f"{table.schema}.{table.name}" if table.schema else table.name
            counter = sa.func.pg_get_serial_sequence(name, "id")
            last = sa.select(sa.func.max(table.c.id)).scalar_subquery()
            self._connection.execute(
                sa.select(sa.func.setval(sa.cast(counter, REGCLASS), last)).where(counter.is_not(None))
            )
        return put


def _once(table: sa.Table) -> set[str]:
    """The columns that stand once, by themselves or together with others."""
    found = {column.name for column in table.primary_key}
    for one in table.constraints:
        if isinstance(one, sa.UniqueConstraint):
            found |= {column.name for column in one.columns}
    for index in table.indexes:
        if index.unique:
            found |= {column.name for column in index.columns}
    return found
