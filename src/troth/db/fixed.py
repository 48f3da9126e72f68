"""Statements of the hot path, handed to the driver as they were written once: half of what such a small one takes is saved.

For plain columns alone (text, whole numbers, bytes, truth values): nothing is converted on the way in or out, so truth
values come back from SQLite as 0 and 1, and bytes from PostgreSQL as the driver has them.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection, CursorResult, Executable
from sqlalchemy.dialects import postgresql, sqlite

_DIALECTS: Final = {
    "sqlite": sqlite.dialect(),
    "postgresql": postgresql.dialect(paramstyle="format"),  # type: ignore[no-untyped-call]
}


class Fixed:
    """One statement; the values it names are given by name."""

    def __init__(self, statement: Executable) -> None:
        self._statement = statement
        self._written: dict[str, tuple[str, tuple[str, ...]]] = {}

    def run(self, connection: Connection, **values: object) -> CursorResult[Any]:
        """What the database says to it."""
        name = connection.dialect.name
        if name not in self._written:
            self._written[name] = self._write(name)
        text, order = self._written[name]
        return connection.exec_driver_sql(text, tuple(values[one] for one in order))

    def _write(self, name: str) -> tuple[str, tuple[str, ...]]:
        compiled: Any = self._statement.compile(dialect=_DIALECTS[name])  # type: ignore[attr-defined]
        return str(compiled), tuple(compiled.positiontup)
