"""Bringing a database to the shape this program needs, whole or not at all, and saying when it does not fit."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, column, inspect, select, table, text

from troth.db.closing import Closed, closed_for, refuse_closed
from troth.db.database import Database
from troth.db.errors import DatabaseNewer, MigrationMissing

VERSIONS_TABLE: Final = "troth_schema_version"


@dataclass(frozen=True, slots=True)
class History:
    """The migrations of one kind of database: their folder, the table that remembers the last one, and a lock.

    `lock` is any number, the same in every process that migrates such a database.
    """

    folder: Path
    table: str
    lock: int


RECORDS: Final = History(Path(__file__).parent / "migrations", VERSIONS_TABLE, 7238617211)
"""The database of all rooms; keys lie in one of their own."""


def migrate(database: Database, history: History = RECORDS) -> None:
    """Bring the database to the newest migration, in one transaction under one lock; harmless when it is there.

    Raises DatabaseNewer when a newer program has already been here, and any DatabaseProblem.
    """
    with database.write() as connection:
        if database.dialect == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": history.lock})
        if _refuse_newer(connection, database.where, history) != newest(history):
            bring_to(connection, history)


def check(database: Database, history: History = RECORDS, *, closed: Closed | None = None) -> None:
    """Pass when the database has exactly the shape this program needs, and is open; or `closed`, for whoever closed it.

    Raises DatabaseClosed, MigrationMissing (older, or empty), DatabaseNewer, and any DatabaseProblem that reading it meets.
    """
    with database.read() as connection:
        found = revision_of(connection, history)
        if closed is None or closed_for(found) is not closed:
            found = _refuse_newer(connection, database.where, history)
    needed = newest(history)
    if found == f"{closed}:{needed}":
        return
    if found == needed:
        return
    state = f"stands at migration {found}" if found else "is empty"
    raise MigrationMissing(
        f"The database {database.where} {state} and this program needs migration {needed}; nothing was changed.",
        "Run the migration first.",
        database=database.where,
        found=found,
        needed=needed,
    )


def newest(history: History = RECORDS) -> str:
    """The number of the newest migration this program knows."""
    return known(history)[-1]


@cache
def known(history: History = RECORDS) -> tuple[str, ...]:
    """The numbers of all migrations this program knows, in their order: each file is named by its own."""
    files = sorted(path.name for path in (history.folder / "versions").glob("[0-9]*.py"))
    if not files:
        raise RuntimeError("this program ships no migration")
    return tuple(name.partition("_")[0] for name in files)


def bring_to(connection: Connection, history: History = RECORDS, revision: str = "head") -> None:
    """Run the migrations up to a revision, as part of the transaction at hand."""
    from alembic import (
        command,
    )  # takes a while to load, and a database that is as it should be needs none of it
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(history.folder).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def revision_of(connection: Connection, history: History = RECORDS) -> str | None:
    """The migration a database stands at; None where it is empty."""
    if not inspect(connection).has_table(history.table):
        return None
    return connection.execute(select(table(history.table, column("version_num")))).scalar_one_or_none()


def _refuse_newer(connection: Connection, where: str, history: History) -> str | None:
    found = revision_of(connection, history)
    refuse_closed(found, where)
    if found is None or found in known(history):
        return found
    raise DatabaseNewer(
        f"The database {where} stands at migration {found}, which this program (up to {newest(history)}) does not know; "
        "nothing was changed.",
        "Use the newer program that made it.",
        database=where,
        found=found,
        needed=newest(history),
    )
