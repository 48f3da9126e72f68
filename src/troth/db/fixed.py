"""Statements of the hot path, handed to the driver as they were written once: half of what such a small one takes is saved."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, CursorResult, Executable, Table, insert
from sqlalchemy.dialects import postgresql, sqlite

_DIALECTS: Final = {
    "sqlite": sqlite.dialect(),
    "postgresql": postgresql.dialect(paramstyle="format"),  # type: ignore[no-untyped-call]
}
_Converted = Callable[[Any], Any] | None


class Fixed:
    """One statement; the values it names are given by name, and converted as their columns ask for.

    What comes back is as the driver has it: instants are whole numbers (see `instant_of`), truth values of SQLite 0 and 1,
    and bytes of PostgreSQL whatever it makes of them.
    """

    def __init__(self, statement: Executable) -> None:
        self._statement = statement
        self._written: dict[str, tuple[str, tuple[tuple[str, _Converted], ...], dict[str, object]]] = {}

    def run(self, connection: Connection, **values: object) -> CursorResult[Any]:
        """What the database says to it."""
        name = connection.dialect.name
        if name not in self._written:
            self._written[name] = self._write(name)
        text, order, said = self._written[name]
        if said:
            values = said | values
        return connection.exec_driver_sql(
            text, tuple([convert(values[one]) if convert else values[one] for one, convert in order])
        )

    def _write(self, name: str) -> tuple[str, tuple[tuple[str, _Converted], ...], dict[str, object]]:
        """Its text, the order of its values with what converts each, and the values it says itself."""
        dialect = _DIALECTS[name]
        compiled: Any = self._statement.compile(dialect=dialect)  # type: ignore[attr-defined]
        order = [(one, compiled.binds[one].type.bind_processor(dialect)) for one in compiled.positiontup]
        said = {one: bind.value for one, bind in compiled.binds.items() if not bind.required}
        return str(compiled), tuple(order), said


@cache
def insertion(table: Table, dialect: str) -> str:
    """The statement that inserts rows whose values stand in the order of the columns, for the driver itself: handing rows
    through untouched doubles the speed of a large append."""
    return str(insert(table).compile(dialect=_DIALECTS[dialect]))
