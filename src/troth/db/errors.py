"""What can go wrong with a database, each as one sentence that says what, where and how to mend it."""

from __future__ import annotations

import re
import sqlite3
from typing import Final

from sqlalchemy.exc import DBAPIError, TimeoutError

from troth.kernel.errors import CallerError, OperatorError


class DatabaseProblem(OperatorError):
    """Something the operator of the database has to mend; the transaction it struck left nothing behind."""


class DatabaseLocked(DatabaseProblem):
    """Another process holds the write lock for longer than we wait."""


class DatabaseFull(DatabaseProblem):
    """No room is left to write in."""


class DatabaseReadOnly(DatabaseProblem):
    """The database can be read and not written."""


class DatabaseUnreachable(DatabaseProblem):
    """The file cannot be opened, or the server does not answer."""


class DatabaseDamaged(DatabaseProblem):
    """What lies there is no database, or a damaged one."""


class MigrationMissing(DatabaseProblem):
    """The database is older than the program."""


class DatabaseNewer(DatabaseProblem):
    """The database is newer than the program."""


class DatabaseClosed(DatabaseProblem):
    """The database is being restored, or was moved elsewhere: nobody may read or write it."""


class RowsDamaged(DatabaseProblem):
    """Rows in their portable form are cut, altered, or do not fit."""


class DatabaseAddressUnknown(DatabaseProblem):
    """The address is of no kind this program speaks."""


class StatementRefused(CallerError):
    """The database refused a statement of the program: a constraint, a type. Values are not repeated here."""


_LACKS: Final = re.compile(r"^no such (table|column)|has no column named")
_SQLITE: Final = {
    sqlite3.SQLITE_BUSY: DatabaseLocked,
    sqlite3.SQLITE_LOCKED: DatabaseLocked,
    sqlite3.SQLITE_READONLY: DatabaseReadOnly,
    sqlite3.SQLITE_PERM: DatabaseReadOnly,
    sqlite3.SQLITE_FULL: DatabaseFull,
    sqlite3.SQLITE_IOERR: DatabaseFull,
    sqlite3.SQLITE_CANTOPEN: DatabaseUnreachable,
    sqlite3.SQLITE_NOTADB: DatabaseDamaged,
    sqlite3.SQLITE_CORRUPT: DatabaseDamaged,
}
_POSTGRESQL: Final = {
    "55P03": DatabaseLocked,
    "40P01": DatabaseLocked,
    "25006": DatabaseReadOnly,
    "42501": DatabaseReadOnly,
    "53100": DatabaseFull,
    "53300": DatabaseUnreachable,
    "57P01": DatabaseUnreachable,
    "57P03": DatabaseUnreachable,
    "3D000": DatabaseUnreachable,
    "28P01": DatabaseUnreachable,
    "28000": DatabaseUnreachable,
    "XX001": DatabaseDamaged,
    "42P01": MigrationMissing,
    "42703": MigrationMissing,
}
_SENTENCE: Final[dict[type[DatabaseProblem], tuple[str, str]]] = {
    DatabaseLocked: (
        "The database {where} is locked by another process and stayed so while we waited; nothing was written.",
        "End the process that holds it, or try again.",
    ),
    DatabaseFull: (
        "The database {where} has no room left to write in; nothing was written.",
        "Make room on its disk, or raise its size limit, and try again.",
    ),
    DatabaseReadOnly: (
        "The database {where} can be read and not written; nothing was written.",
        "Let the user who runs troth write it and its folder.",
    ),
    DatabaseUnreachable: (
        "The database {where} cannot be opened.",
        "See that its folder or server exists, runs, and lets this user in.",
    ),
    DatabaseDamaged: (
        "What lies at {where} is not a database, or a damaged one; it was left as it is.",
        "Name another place, or restore it from a backup.",
    ),
    MigrationMissing: (
        "The database {where} lacks a table or column of this program; nothing was written.",
        "Run the migration first.",
    ),
}


def translate(error: DBAPIError | TimeoutError, where: str) -> DatabaseProblem | None:
    """The sentence for a driver's error, or None when it is a fault of the program rather than of the database."""
    cause = getattr(error, "orig", None)
    kind = _kind(error, cause)
    if kind is None:
        return None
    message, help = _SENTENCE[kind]
    return kind(message.format(where=where), help, database=where)


def sqlite_problem(error: sqlite3.Error, where: str) -> DatabaseProblem:
    """The sentence for an error of SQLite that came past SQLAlchemy."""
    kind = _sqlite_kind(error) or DatabaseDamaged
    message, help = _SENTENCE.get(kind, _SENTENCE[DatabaseDamaged])
    return kind(message.format(where=where), help, database=where)


def refused(error: DBAPIError, where: str) -> StatementRefused:
    """What the program may be told of its own fault: drivers quote the values they stumble over, and we don't."""
    diagnosis = getattr(error.orig, "diag", None)
    return StatementRefused(
        f"The database {where} refused a statement ({type(error).__name__}); nothing was written.",
        database=where,
        statement=error.statement,
        state=getattr(error.orig, "sqlstate", None) or getattr(error.orig, "sqlite_errorname", None),
        constraint=getattr(diagnosis, "constraint_name", None),
    )


def _kind(error: Exception, cause: object) -> type[DatabaseProblem] | None:
    if isinstance(error, TimeoutError):
        return DatabaseLocked
    if isinstance(cause, sqlite3.Error):
        return _sqlite_kind(cause)
    state = getattr(cause, "sqlstate", None)
    if state is not None:
        return _POSTGRESQL.get(state, DatabaseUnreachable if state.startswith("08") else None)
    return DatabaseUnreachable if type(cause).__name__ in {"OperationalError", "ConnectionTimeout"} else None


def _sqlite_kind(cause: sqlite3.Error) -> type[DatabaseProblem] | None:
    code = getattr(cause, "sqlite_errorcode", None)
    if code is None:
        return None
    if code == sqlite3.SQLITE_ERROR and _LACKS.search(str(cause)):
        return MigrationMissing
    return _SQLITE.get(code & 0xFF)  # the low byte is the primary code, the rest tells which variant
