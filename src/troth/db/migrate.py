"""Bringing a database to the shape this program needs, whole or not at all, and saying when it does not fit."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from troth.db.database import Database
from troth.db.errors import DatabaseNewer, MigrationMissing

VERSIONS_TABLE: Final = "troth_schema_version"
_SCRIPTS: Final = Path(__file__).parent / "migrations"
_LOCK: Final = 7238617211  # any number, the same in every process that migrates


def migrate(database: Database) -> None:
    """Bring the database to the newest migration, in one transaction under one lock; harmless when it is there.

    Raises DatabaseNewer when a newer program has already been here, and any DatabaseProblem.
    """
    with database.write() as connection:
        if database.dialect == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        _refuse_newer(connection, database.where)
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def check(database: Database) -> None:
    """Pass when the database has exactly the shape this program needs.

    Raises MigrationMissing (older, or empty), DatabaseNewer, and any DatabaseProblem that reading it meets.
    """
    with database.read() as connection:
        found = _refuse_newer(connection, database.where)
    if found == newest():
        return
    state = f"stands at migration {found}" if found else "is empty"
    raise MigrationMissing(
        f"The database {database.where} {state} and this program needs migration {newest()}; nothing was changed.",
        "Run the migration first.",
        database=database.where,
        found=found,
        needed=newest(),
    )


def newest() -> str:
    """The number of the newest migration this program knows."""
    head = _scripts().get_current_head()
    if head is None:
        raise RuntimeError("this program ships no migration")
    return head


def _refuse_newer(connection: Connection, where: str) -> str | None:
    context = MigrationContext.configure(connection, opts={"version_table": VERSIONS_TABLE})
    found = context.get_current_revision()
    if found is None or found in {script.revision for script in _scripts().walk_revisions()}:
        return found
    raise DatabaseNewer(
        f"The database {where} stands at migration {found}, which this program (up to {newest()}) does not know; "
        "nothing was changed.",
        "Use the newer program that made it.",
        database=where,
        found=found,
        needed=newest(),
    )


@cache
def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    return config
