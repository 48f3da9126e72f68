"""Bringing a database to the shape this program needs, whole or not at all, and saying when it does not fit."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

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
        _refuse_newer(connection, database.where, history)
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
    head = _scripts(history).get_current_head()
    if head is None:
        raise RuntimeError("this program ships no migration")
    return head


def bring_to(connection: Connection, history: History = RECORDS, revision: str = "head") -> None:
    """Run the migrations up to a revision, as part of the transaction at hand."""
    config = _config(history)
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def revision_of(connection: Connection, history: History = RECORDS) -> str | None:
    """The migration a database stands at; None where it is empty."""
    return MigrationContext.configure(
        connection, opts={"version_table": history.table}
    ).get_current_revision()


def _refuse_newer(connection: Connection, where: str, history: History) -> str | None:
    found = revision_of(connection, history)
    refuse_closed(found, where)
    if found is None or found in {script.revision for script in _scripts(history).walk_revisions()}:
        return found
    raise DatabaseNewer(
        f"The database {where} stands at migration {found}, which this program (up to {newest(history)}) does not know; "
        "nothing was changed.",
        "Use the newer program that made it.",
        database=where,
        found=found,
        needed=newest(history),
    )


@cache
def _scripts(history: History) -> ScriptDirectory:
    return ScriptDirectory.from_config(_config(history))


def _config(history: History) -> Config:
    config = Config()
    config.set_main_option("script_location", str(history.folder).replace("%", "%%"))
    return config
