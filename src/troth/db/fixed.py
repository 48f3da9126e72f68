"""Statements of the hot path, handed to the driver as they were written once: most of what such a small one takes is saved.

What they cost through the toolkit's own execution is reading the description of a result, over and over. Here the toolkit
writes the statement, for each dialect, and the driver runs it, in the same transaction; errors are the toolkit's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, Executable, Table, insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError

_DIALECTS: Final = {
    "sqlite": sqlite.dialect(),
    "postgresql": postgresql.dialect(paramstyle="format"),  # type: ignore[no-untyped-call]
}
_SAVEPOINT: Final = "troth_work"
_Converted = Callable[[Any], Any] | None


class TransactionLost(Exception):
    """A savepoint is gone, and the whole transaction with it; `because` of what."""

    def __init__(self, because: BaseException) -> None:
        super().__init__("the transaction is lost")
        self.because = because


class Fixed:
    """One statement; the values it names are given by name, and converted as their columns ask for.

    What comes back is as the driver has it: instants are whole numbers (see `instant_of`), truth values of SQLite 0 and 1,
    and bytes of PostgreSQL whatever it makes of them. Values that lead to an error are never repeated in it.
    """

    def __init__(self, statement: Executable) -> None:
        self._statement = statement
        self._written: dict[str, tuple[str, tuple[tuple[str, _Converted], ...], dict[str, object]]] = {}

    def rows(self, connection: Connection, **values: object) -> list[tuple[Any, ...]]:
        """What it finds."""
        with _driving(connection, *self._told(connection, values)) as cursor:
            found: list[tuple[Any, ...]] = cursor.fetchall()
        return found

    def change(self, connection: Connection, **values: object) -> int:
        """Change what it says; how many rows that were."""
        with _driving(connection, *self._told(connection, values)) as cursor:
            return int(cursor.rowcount)

    def _told(self, connection: Connection, values: dict[str, object]) -> tuple[str, tuple[object, ...]]:
        name = connection.dialect.name
        if name not in self._written:
            self._written[name] = self._write(name)
        text, order, said = self._written[name]
        if said:
            values = said | values
        return text, tuple([convert(values[one]) if convert else values[one] for one, convert in order])

    def _write(self, name: str) -> tuple[str, tuple[tuple[str, _Converted], ...], dict[str, object]]:
        """Its text, the order of its values with what converts each, and the values it says itself."""
        dialect = _DIALECTS[name]
        compiled: Any = self._statement.compile(dialect=dialect)  # type: ignore[attr-defined]
        order = [(one, compiled.binds[one].type.bind_processor(dialect)) for one in compiled.positiontup]
        said = {one: bind.value for one, bind in compiled.binds.items() if not bind.required}
        return str(compiled), tuple(order), said


def insert_all(connection: Connection, table: Table, rows: Sequence[tuple[object, ...]]) -> None:
    """Insert rows, whose values stand in the order of the columns, untouched and in one go."""
    if rows:
        with _driving(connection, _insertion(table, connection.dialect.name), list(rows)):
            pass


@contextmanager
def savepoint(connection: Connection) -> Iterator[None]:
    """What the block writes stays when it ends, and goes, alone, when it raises.

    Raises TransactionLost where the savepoint itself fails: then nothing of the transaction stands any more, and whoever goes on
    in it would write past it (SQLite ends a transaction by itself when its disk is full).
    """
    _run(connection, f"SAVEPOINT {_SAVEPOINT}")
    try:
        yield
    except BaseException as error:
        _run(connection, f"ROLLBACK TO SAVEPOINT {_SAVEPOINT}", error)
        _run(connection, f"RELEASE SAVEPOINT {_SAVEPOINT}", error)
        raise
    _run(connection, f"RELEASE SAVEPOINT {_SAVEPOINT}")


def _run(connection: Connection, text: str, because: BaseException | None = None) -> None:
    try:
        with _driving(connection, text, ()):
            pass
    except DBAPIError as error:
        raise TransactionLost(because or error) from error


@contextmanager
def _driving(
    connection: Connection, text: str, values: tuple[object, ...] | list[tuple[object, ...]]
) -> Iterator[Any]:
    """A cursor of the driver that ran it, closed afterwards."""
    cursor = connection.connection.cursor()
    try:
        if isinstance(values, list):
            cursor.executemany(text, values)
        else:
            cursor.execute(text, values)
        yield cursor
    except Exception as error:
        driver: Any = connection.dialect.dbapi
        if not isinstance(error, driver.Error):
            raise
        raise DBAPIError.instance(
            text, None, error, driver.Error, hide_parameters=True, dialect=connection.dialect
        ) from error
    finally:
        cursor.close()


@cache
def _insertion(table: Table, dialect: str) -> str:
    """The statement that inserts rows whose values stand in the order of the columns, for the driver itself: handing rows
    through untouched doubles the speed of a large append."""
    return str(insert(table).compile(dialect=_DIALECTS[dialect]))
