"""Closing a database: until it is opened again, no program of this kind reads or writes it, on whichever host.

The mark stands where the number of the last migration stands, which every program looks at before anything else.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from sqlalchemy import Connection, column, table, update

from troth.db.errors import DatabaseClosed


class Closed(StrEnum):
    """Why a database is closed."""

    RESTORING = "restoring"
    MOVED = "moved"


_SENTENCES: Final = {
    Closed.RESTORING: (
        "The database {where} is being restored and stays closed until that is done.",
        "Where the restore was interrupted, run the same troth restore again: it starts over.",
    ),
    Closed.MOVED: (
        "The database {where} was moved to another place and stays closed, so that one ledger does not go on as two.",
        "Name the database it was moved to.",
    ),
}


def close(connection: Connection, version_table: str, why: Closed) -> None:
    """Let nobody in from the commit of this transaction on."""
    _set(connection, version_table, f"{why}:{_revision(connection, version_table)}")


def reopen(connection: Connection, version_table: str) -> None:
    """Let everybody in again from the commit of this transaction on."""
    _set(connection, version_table, _revision(connection, version_table))


def closed_for(found: str | None) -> Closed | None:
    """Why a database that stands at this revision is closed; None for one that is open."""
    why, colon, _ = (found or "").partition(":")
    return Closed(why) if colon else None


def refuse_closed(found: str | None, where: str) -> None:
    """Pass when a database that stands at this revision is open. Raises DatabaseClosed."""
    why = closed_for(found)
    if why is not None:
        message, help = _SENTENCES[why]
        raise DatabaseClosed(message.format(where=where), help, database=where, why=why.value)


def _revision(connection: Connection, version_table: str) -> str:
    versions = table(version_table, column("version_num"))
    found = str(connection.execute(versions.select()).scalar_one())
    return found.partition(":")[2] or found


def _set(connection: Connection, version_table: str, value: str) -> None:
    connection.execute(update(table(version_table, column("version_num"))).values(version_num=value))
