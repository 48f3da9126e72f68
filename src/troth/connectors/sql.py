"""Stores that speak SQL, through SQLAlchemy: sessions, and the seven verbs of the protocol.

SQLite writes with `secure_delete`, and empties its write-ahead log when a session ends: what was removed is overwritten in
its files. PostgreSQL and MariaDB reuse the room of removed rows in their own time, and do not declare `SCRUBS`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection

from troth.connectors import reflection
from troth.connectors.conditions import Where
from troth.connectors.dialects import existing, reading_engine, translated, writing_engine
from troth.connectors.documents import parsed, written
from troth.connectors.fingerprints import fingerprint
from troth.connectors.rows import batches, changed, document_columns, field_of, is_nested, meets, unmet
from troth.datamap.connector import Ability, Change, Condition, Key, Row
from troth.datamap.errors import NotAble, StoreRefused
from troth.datamap.model import Dataset, path_of
from troth.datamap.schema import Schema

Live = dict[str, sa.Table]
_BASE = frozenset({Ability.READ, Ability.WRITE, Ability.TRANSACTION, Ability.DOCUMENTS, Ability.REFERENCES})
_BY_DIALECT = {
    "sqlite": frozenset({Ability.READ_ONLY, Ability.SCRUBS}),
    "postgresql": frozenset({Ability.READ_ONLY}),
    "mysql": frozenset({Ability.READ_ONLY}),
    "mariadb": frozenset({Ability.READ_ONLY}),
}

_WAIT = {"sqlite": "PRAGMA defer_foreign_keys=ON", "postgresql": "SET CONSTRAINTS ALL DEFERRED"}
"""What lets the checks that can wait do so until the end of a transaction."""


class SqlConnector:
    """One database. `system` is its name in the map, by which errors speak of it."""

    def __init__(self, system: str, url: sa.URL | str, *, writable: bool = True) -> None:
        self._system = system
        self._url = sa.make_url(url)
        self._reader = reading_engine(self._url, system)
        self._writer = writing_engine(self._url, system) if writable else None
        self._live: Live = {}

    @property
    def abilities(self) -> frozenset[Ability]:
        """What this kind of database can do."""
        able = _BASE | _BY_DIALECT.get(self._reader.dialect.name, frozenset())
        return able if self._writer is not None else able - {Ability.WRITE, Ability.SCRUBS}

    @property
    def lasting(self) -> bool:
        """A file is let go of between uses: whoever moves it away is noticed."""
        return self._reader.dialect.name != "sqlite"

    def fingerprint(self) -> str:
        """A text that changes with the shape. Raises StoreUnreachable."""
        if not self.lasting:
            existing(self._url, self._system)
        with translated(self._system), self._reader.connect() as connection:
            return fingerprint(connection)

    def describe(self) -> Schema:
        """The live shape, read anew."""
        with translated(self._system), self._reader.connect() as connection:
            schema, self._live = reflection.describe(connection)
        return schema

    @contextmanager
    def reading(self) -> Iterator[SqlReading]:
        """A session that the database keeps from writing, at one instant."""
        self._seen()
        with translated(self._system), self._reader.connect() as connection:
            yield SqlReading(self._system, connection, self._live)

    @contextmanager
    def writing(self) -> Iterator[SqlWriting]:
        """One transaction; lasting when the block ends, undone when it raises."""
        if self._writer is None:
            raise NotAble(f"{self._system} was opened for reading alone.", "Open it for writing.")
        self._seen()
        with translated(self._system), self._writer.connect() as connection:
            with connection.begin():
                if connection.dialect.name in _WAIT:
                    connection.exec_driver_sql(_WAIT[connection.dialect.name])
                yield SqlWriting(self._system, connection, self._live)
            if connection.dialect.name == "sqlite":
                # Outside the transaction: the log still holds pages as they were before.
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def close(self) -> None:
        """Close every connection."""
        self._reader.dispose()
        if self._writer is not None:
            self._writer.dispose()

    def _seen(self) -> None:
        if not self._live:
            self.describe()


class SqlReading:
    """A session over one connection."""

    def __init__(self, system: str, connection: Connection, live: Live) -> None:
        self._system = system
        self._connection = connection
        self._live = live
        self._where = Where(connection.dialect.name)

    def find(self, dataset: Dataset, condition: Condition, fields: Sequence[str]) -> Iterator[Row]:
        """Rows that meet a condition, in batches of values; documents are looked into once more by their exact path."""
        table = self._table(dataset.table)
        names = (*fields, *condition.fields, *(name for name, _ in condition.when))
        columns = [self._column(table, name) for name in dict.fromkeys(path_of(name)[0] for name in names)]
        nested = any(map(is_nested, names))
        for values in batches(condition.values):
            part = Condition(condition.fields, tuple(values), condition.when, condition.folded)
            chosen = sa.select(*columns).where(self._where.meets(table, part))
            for row in self._rows(chosen.limit(condition.most) if condition.most else chosen):
                if not nested or self._exactly(dataset, row, part):
                    yield {name: self._value(dataset, row, name) for name in fields}

    def export(self, dataset: Dataset, keys: Sequence[Key]) -> Iterator[Row]:
        """Whole rows by their keys, documents as values."""
        table = self._table(dataset.table)
        names = tuple(dict.fromkeys((*dataset.key, *dataset.columns)))
        documents = document_columns(dataset)
        columns = [self._column(table, name) for name in names]
        for batch in batches(keys):
            for row in self._rows(sa.select(*columns).where(self._keyed(table, dataset, batch))):
                yield {
                    name: self._parsed(dataset, row[name]) if name in documents else row[name]
                    for name in names
                }

    def count(self, table: str, condition: Condition) -> int:
        """How many rows of a table meet a condition."""
        live = self._table(table)
        total = 0
        for values in batches(condition.values):
            part = Condition(condition.fields, tuple(values), condition.when)
            counted = sa.select(sa.func.count()).select_from(live).where(self._where.meets(live, part))
            total += int(self._connection.execute(counted).scalar_one())
        return total

    def verify(self, dataset: Dataset, gone: Sequence[Key], changed: Sequence[Change]) -> tuple[Key, ...]:
        """The keys that are not as they should be, read again."""
        keys = (*gone, *(change.key for change in changed))
        return unmet(dataset, self.export(dataset, keys), gone, changed)

    def _rows(self, statement: sa.Select[Any]) -> Iterator[Row]:
        for row in self._connection.execute(statement).mappings():
            yield dict(row)

    def _table(self, name: str) -> sa.Table:
        if name not in self._live:
            raise StoreRefused(
                f"{self._system} has no table '{name}'.", "Check the map against the store.", table=name
            )
        return self._live[name]

    def _column(self, table: sa.Table, name: str) -> sa.Column[Any]:
        if name not in table.c:
            raise StoreRefused(
                f"{self._system}: '{table.name}' has no column '{name}'.", "Check the map against the store."
            )
        return table.c[name]

    def _keyed(self, table: sa.Table, dataset: Dataset, keys: Sequence[Key]) -> ColumnElement[bool]:
        return self._where.meets(table, Condition(dataset.key, tuple(keys)))

    def _exactly(self, dataset: Dataset, row: Row, condition: Condition) -> bool:
        try:
            return meets(row, condition)
        except ValueError:
            raise self._no_document(dataset) from None

    def _value(self, dataset: Dataset, row: Row, name: str) -> Any:
        try:
            return field_of(dataset, row, name)
        except ValueError:
            raise self._no_document(dataset) from None

    def _parsed(self, dataset: Dataset, value: Any) -> Any:
        try:
            return parsed(value)
        except ValueError:
            raise self._no_document(dataset) from None

    def _no_document(self, dataset: Dataset) -> StoreRefused:
        return StoreRefused(
            f"{dataset.name} holds a document that cannot be read.",
            "Mend the row: a column mapped with paths holds JSON.",
        )


class SqlWriting(SqlReading):
    """A session that writes."""

    def change(self, dataset: Dataset, changes: Sequence[Change]) -> int:
        """Write values: the same ones together, documents row by row."""
        if not changes:
            return 0
        if any(is_nested(name) for change in changes for name, _ in change.values):
            return sum(self._change_documents(dataset, change) for change in changes)
        table = self._table(dataset.table)
        alike: dict[tuple[tuple[str, Any], ...], list[Key]] = {}
        for change in changes:
            alike.setdefault(change.values, []).append(change.key)
        met = 0
        for values, keys in alike.items():
            for batch in batches(keys):
                statement = sa.update(table).where(self._keyed(table, dataset, batch)).values(dict(values))
                met += self._connection.execute(statement).rowcount
        return met

    def remove(self, dataset: Dataset, keys: Sequence[Key]) -> int:
        """Remove rows by their keys."""
        table = self._table(dataset.table)
        statements = (sa.delete(table).where(self._keyed(table, dataset, batch)) for batch in batches(keys))
        return sum(self._connection.execute(statement).rowcount for statement in statements)

    def _change_documents(self, dataset: Dataset, change: Change) -> int:
        table = self._table(dataset.table)
        here = self._keyed(table, dataset, [change.key])
        columns = dict.fromkeys(path_of(name)[0] for name, _ in change.values)
        locked = sa.select(*(self._column(table, name) for name in columns)).where(here).with_for_update()
        row = self._connection.execute(locked).mappings().first()
        if row is None:
            return 0
        documents = document_columns(dataset)
        values = {
            name: self._as_stored(table, name, value) if name in documents else value
            for name, value in changed(dict(row), change.values).items()
        }
        return self._connection.execute(sa.update(table).where(here).values(values)).rowcount

    def _as_stored(self, table: sa.Table, column: str, document: Any) -> Any:
        """A column of documents takes values; a column of text takes their writing; an empty one stays empty."""
        if document is None:
            return sa.null()
        return document if isinstance(table.c[column].type, sa.JSON) else written(document)
