"""A connection to the company's own database, borrowed for a statement: plain DB-API, SQLAlchemy or Django, none of which is imported.

Statements are written with `?`. Nothing here commits but `settle`, which the relay alone calls, on a connection of its own.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from troth.kernel.errors import CallerError

Row = Sequence[Any]
SQLITE: Final = "sqlite"
POSTGRESQL: Final = "postgresql"
MYSQL: Final = "mysql"
_DRIVERS: Final = {
    "sqlite3": SQLITE, "psycopg": POSTGRESQL, "psycopg2": POSTGRESQL, "pg8000": POSTGRESQL,
    "pymysql": MYSQL, "MySQLdb": MYSQL, "mysql": MYSQL, "mariadb": MYSQL,
}  # fmt: skip
_NAMES: Final = {"sqlite": SQLITE, "postgresql": POSTGRESQL, "mysql": MYSQL, "mariadb": MYSQL}
_MARKS: Final = {"qmark": "?", "format": "%s", "pyformat": "%s"}


@dataclass(frozen=True, slots=True)
class Borrowed:
    """A connection, the kind of database behind it, and how its driver marks parameters."""

    connection: Any
    dialect: str
    mark: str
    through_alchemy: bool = False

    @classmethod
    def of(cls, connection: Any) -> Borrowed:
        """Look at a connection. Raises CallerError for one of no kind known here."""
        if hasattr(connection, "get_bind"):  # a session of SQLAlchemy stands on a connection
            connection = connection.connection()
        if hasattr(connection, "exec_driver_sql"):
            dialect = connection.dialect
            return cls(connection, _named(dialect.name), _mark(dialect.paramstyle), through_alchemy=True)
        if hasattr(connection, "vendor"):  # Django
            return cls(connection, _named(connection.vendor), "%s")
        driver = next((one for one in map(_root, type(connection).__mro__) if one in _DRIVERS), None)
        if driver is None:
            raise _unknown()
        return cls(connection, _DRIVERS[driver], _mark(sys.modules[driver].paramstyle))

    def run(self, statement: str, *values: Any) -> None:
        """Carry a statement out, within whatever transaction is open."""
        self._cursor(statement, values).close()

    def rows(self, statement: str, *values: Any) -> list[Row]:
        """What a query finds."""
        cursor = self._cursor(statement, values)
        found = list(cursor.fetchall())
        cursor.close()
        return found

    def settle(self) -> None:
        """Commit."""
        self.connection.commit()

    def close(self) -> None:
        """Give it back."""
        self.connection.close()

    def _cursor(self, statement: str, values: tuple[Any, ...]) -> Any:
        text = statement.replace("?", self.mark)
        if self.through_alchemy:
            return self.connection.exec_driver_sql(text, values)
        cursor = self.connection.cursor()
        cursor.execute(text, values)
        return cursor


def _root(kind: type) -> str:
    return kind.__module__.partition(".")[0]


def _named(name: str) -> str:
    if name not in _NAMES:
        raise _unknown()
    return _NAMES[name]


def _mark(style: str) -> str:
    if style not in _MARKS:
        raise _unknown()
    return _MARKS[style]


def _unknown() -> CallerError:
    return CallerError(
        "The outbox does not know databases of this kind.",
        "Hand it a connection of sqlite3, psycopg, PyMySQL, SQLAlchemy or Django to SQLite, PostgreSQL or MariaDB.",
    )
