"""How each kind of database is opened for reading and for writing, and what its complaints mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Engine, event
from sqlalchemy.exc import (
    DBAPIError,
    IntegrityError,
    InterfaceError,
    NoSuchModuleError,
    OperationalError,
    SQLAlchemyError,
)

from troth.datamap.errors import StoreRefused, StoreUnreachable

PATIENCE: Final = 10
"""Seconds to wait for a database that is busy or does not answer."""
_TIMEOUT: Final = {
    "sqlite": "timeout",
    "postgresql": "connect_timeout",
    "mysql": "connect_timeout",
    "mariadb": "connect_timeout",
}
_READ_AT_CONNECT: Final = {
    "sqlite": ("PRAGMA query_only=ON",),
    "mysql": ("SET SESSION TRANSACTION READ ONLY",),
    "mariadb": ("SET SESSION TRANSACTION READ ONLY",),
}
_WRITE_AT_CONNECT: Final = {"sqlite": ("PRAGMA foreign_keys=ON", "PRAGMA secure_delete=ON")}
_SQLITE_REFUSALS: Final = ("no such", "malformed JSON", "constraint failed", "readonly", "read-only")
_STATES: Final = {
    "42P01": "a table is not there",
    "42703": "a column is not there",
    "42501": "the user it is opened as may not do that",
    "25006": "this session is for reading alone",
    "28P01": "the password is wrong",
}
"""States of SQL (ISO 9075, and PostgreSQL's own) that say which way to look."""


def reading_engine(url: sa.URL, system: str) -> Engine:
    """Connections that the database keeps from writing, where it knows how."""
    engine = _engine(url, system, _READ_AT_CONNECT)
    if engine.dialect.name == "postgresql":
        return engine.execution_options(postgresql_readonly=True, isolation_level="REPEATABLE READ")
    return engine


def writing_engine(url: sa.URL, system: str) -> Engine:
    """Connections that write; SQLite holds its references and overwrites what it removes."""
    return _engine(url, system, _WRITE_AT_CONNECT)


def _engine(url: sa.URL, system: str, at_connect: Mapping[str, tuple[str, ...]]) -> Engine:
    kind = url.get_backend_name()
    options: dict[str, Any] = {"connect_args": {_TIMEOUT[kind]: PATIENCE}} if kind in _TIMEOUT else {}
    if kind == "sqlite":
        url = existing(url, system)
    try:
        engine = sa.create_engine(url, pool_pre_ping=kind != "sqlite", hide_parameters=True, **options)
    except (SQLAlchemyError, ImportError) as problem:
        raise StoreUnreachable(
            f"{system}: no driver for '{url.drivername}' is installed.",
            "Install it, or write another address.",
        ) from problem
    if kind == "sqlite":
        _begin_when_told(engine)
    statements = at_connect.get(kind, ())
    if statements:

        @event.listens_for(engine, "connect")
        def prepare(raw: Any, _record: Any) -> None:
            cursor = raw.cursor()
            for statement in statements:
                cursor.execute(statement)
            cursor.close()

    return engine


def existing(url: sa.URL, system: str) -> sa.URL:
    """The address of a SQLite file that is there: a mistyped one must not make an empty database."""
    if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
        return url
    if not Path(url.database).is_file():
        raise StoreUnreachable(
            f"{system}: there is no database file {Path(url.database).name}.", "Check its address in the map."
        )
    return url


def _begin_when_told(engine: Engine) -> None:
    """The driver of SQLite begins a transaction at the first write, too late for reads to agree with it."""

    @event.listens_for(engine, "connect")
    def leave_alone(raw: Any, _record: Any) -> None:
        raw.isolation_level = None

    @event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN")


@contextmanager
def translated(system: str) -> Iterator[None]:
    """What a database says, in one sentence of ours. Its own words may quote somebody's data, and are not repeated."""
    try:
        yield
    except IntegrityError as problem:
        raise StoreRefused(
            f"{system} refused a change: a constraint{_named(problem)} would be broken.",
            "Nothing was changed; look at the plan and the map.", system=system,
        ) from None  # fmt: skip
    except (OperationalError, InterfaceError) as problem:
        raise _not_reached(system, problem) from None
    except NoSuchModuleError:
        raise StoreUnreachable(
            f"{system}: this kind of database is not known here.", "Check its address."
        ) from None
    except DBAPIError as problem:
        raise _refused(system, problem) from None
    except SQLAlchemyError as problem:
        raise StoreRefused(
            f"{system} could not do what was asked ({type(problem).__name__}).", "", system=system
        ) from None


def _not_reached(system: str, problem: DBAPIError) -> StoreRefused | StoreUnreachable:
    said = str(problem.orig)
    refusal = next((word for word in _SQLITE_REFUSALS if word in said), None)
    if refusal and type(problem.orig).__module__.startswith("sqlite3"):
        return StoreRefused(
            f"{system} could not do what was asked: {said}.",
            "Check the map against the store.",
            system=system,
        )
    if _state(problem) in _STATES:
        return _refused(system, problem)
    return StoreUnreachable(
        f"{system} cannot be reached ({type(problem.orig).__name__}).",
        "Look whether it runs, where the map says it is, and whether its credentials still hold.",
        system=system,
    )


def _refused(system: str, problem: DBAPIError) -> StoreRefused:
    state = _state(problem)
    why = _STATES.get(state, f"{type(problem.orig).__name__}{f', state {state}' if state else ''}")
    return StoreRefused(
        f"{system} could not do what was asked: {why}.", "Check grants and map.", system=system, state=state
    )


def _state(problem: DBAPIError) -> str:
    return str(getattr(problem.orig, "sqlstate", "") or "")


def _named(problem: DBAPIError) -> str:
    """The name of a constraint, which is a name of the schema and nobody's data."""
    diagnosis = getattr(problem.orig, "diag", None)
    name = getattr(diagnosis, "constraint_name", None)
    return f" ({name})" if name else ""
