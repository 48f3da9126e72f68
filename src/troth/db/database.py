"""A database: transactions that write one at a time and whole, and reads of one consistent state."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, TimeoutError

from troth.db.errors import DatabaseAddressUnknown, refused, translate

PATIENCE: Final = timedelta(seconds=10)
_ADDRESSES: Final = "Write sqlite:///FILE or postgresql://USER@HOST/NAME."


@dataclass(frozen=True, slots=True)
class Database:
    """An opened database. `where` names it in sentences, without its password."""

    where: str
    dialect: str
    writer: Engine
    reader: Engine

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction that may write: committed durably when the block ends, undone whole when it raises.

        On SQLite it holds the write lock from its start. Raises a DatabaseProblem where the operator must act.
        """
        with self._spoken(), self.writer.begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent state of everything, which later commits do not change; writing in it is refused."""
        with self._spoken(), self.reader.begin() as connection:
            yield connection

    def __enter__(self) -> Database:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give back every idle connection."""
        self.writer.dispose()
        self.reader.dispose()

    @contextmanager
    def _spoken(self) -> Iterator[None]:
        try:
            yield
        except (DBAPIError, TimeoutError) as error:
            problem = translate(error, self.where)
            if problem is None and isinstance(error, DBAPIError):
                raise refused(error, self.where) from None
            raise problem or error from None


def open_database(url: str, *, patience: timedelta = PATIENCE) -> Database:
    """Open `sqlite:///FILE` or `postgresql://…`; a writer waits at most `patience` for the lock of another.

    Nothing is created or changed but an empty SQLite file; `check` says whether it fits this program.
    Raises DatabaseAddressUnknown for any other address, and for SQLite in memory, which no second process could see.
    """
    address = _address(url)
    if address.get_backend_name() == "sqlite":
        return _open_sqlite(address, patience)
    return _open_postgresql(address, patience)


def _address(url: str) -> URL:
    try:
        address = make_url(url)
    except ArgumentError as error:
        raise DatabaseAddressUnknown("The database address cannot be read.", _ADDRESSES) from error
    backend = address.get_backend_name()
    if backend not in {"sqlite", "postgresql"}:
        raise DatabaseAddressUnknown(
            f"A database of the kind '{backend}' is not supported.", _ADDRESSES, kind=backend
        )
    if backend == "sqlite" and (address.database or ":memory:") == ":memory:":
        raise DatabaseAddressUnknown(
            "A database in memory is seen by one process only.", "Name a file: sqlite:///FILE."
        )
    return address


def _open_sqlite(address: URL, patience: timedelta) -> Database:
    def engine(begin: str, query_only: bool) -> Engine:
        made = create_engine(
            address.set(drivername="sqlite+pysqlite"),
            connect_args={"timeout": patience.total_seconds(), "check_same_thread": False},
            hide_parameters=True,
            pool_size=8,
            max_overflow=56,
        )
        _prepare_sqlite(made, begin, query_only)
        return made

    return Database(str(address.database), "sqlite", engine("BEGIN IMMEDIATE", False), engine("BEGIN", True))


def _prepare_sqlite(engine: Engine, begin: str, query_only: bool) -> None:
    """Durable commits (synchronous=FULL), readers beside one writer (WAL), and transactions begun by us."""

    @event.listens_for(engine, "connect")
    def connected(driver: sqlite3.Connection, _record: Any) -> None:
        driver.isolation_level = None  # else the driver opens transactions behind our back
        driver.execute("PRAGMA foreign_keys=ON")
        driver.execute("PRAGMA synchronous=FULL")
        if query_only:
            driver.execute("PRAGMA query_only=ON")
        elif driver.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            driver.execute("PRAGMA journal_mode=WAL")

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        connection.exec_driver_sql(begin)


def _open_postgresql(address: URL, patience: timedelta) -> Database:
    engine = create_engine(
        address.set(drivername="postgresql+psycopg"),
        connect_args={
            "connect_timeout": max(2, int(patience.total_seconds())),
            "options": f"-c lock_timeout={int(patience.total_seconds() * 1000)} -c timezone=UTC",
        },
        hide_parameters=True,
        pool_size=8,
        max_overflow=56,
        pool_pre_ping=True,
    )
    reader = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return Database(address.render_as_string(hide_password=True), "postgresql", engine, reader)
