"""Moving a database, or a key store, from one address to another: SQLite to PostgreSQL, or back.

While it moves nobody else reads or writes it. The rows are written in their portable form, put into the empty database, and read
back from there; only then is the old one closed, its tables given other names, so that a process that still runs cannot go on
with it either. One ledger never goes on as two.
"""

from __future__ import annotations

import gzip
import hashlib
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, MetaData, Table, text

from troth.app.config import Home
from troth.app.restoring import RestoredOtherwise, clear, made_room
from troth.db import Database, History, check, open_database
from troth.db.closing import Closed, close, closed_for, reopen
from troth.db.migrate import RECORDS, bring_to, revision_of
from troth.db.portable import SUFFIX, read_rows, write_rows
from troth.kernel.errors import CallerError
from troth.vault import HISTORY

FENCED = "moved_"
_MODULUS = 1 << 256
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Moved:
    """What was moved where; `rows` is None where an earlier, interrupted move was only finished."""

    what: str
    where: str
    rows: int | None


def move(home: Home, *, database: str = "", keystore: str = "") -> list[Moved]:
    """Move the records of a home to another database, its key store to another, or both; each into an empty one.

    Raises PlaceTaken, RestoredOtherwise, DatabaseProblem; the old one stays in use then. What was cut off is gone on with.
    """
    if not database and not keystore:
        raise CallerError("Nothing was named to be moved.", "Name --to-database, --to-keystore, or both.")
    done = []
    for what, old, new, history in (
        ("keys", home.keystore_address, keystore, HISTORY),
        ("data", home.database, database, RECORDS),
    ):
        if new:
            with open_database(old) as source, open_database(made_room(new)) as target:
                done.append(Moved(what, target.where, _move(source, target, history, home.folder)))
    return done


def _move(source: Database, target: Database, history: History, scratch: Path) -> int | None:
    if _state(source, history) is Closed.MOVED and _state(target, history) is Closed.RESTORING:
        _open(target, history)
        return None
    check(source, history)
    clear(target, history)
    with tempfile.TemporaryDirectory(prefix=".move-", dir=scratch) as folder, source.write() as connection:
        tables = _alone(connection, history)
        rows = write_rows(connection, Path(folder), history)
        _fill(target, history, Path(folder), rows)
        _read_back(target, history, Path(folder))
        close(connection, history.table, Closed.MOVED)
        for table in tables:
            connection.execute(text(f'ALTER TABLE "{table.name}" RENAME TO "{FENCED}{table.name}"'))
    _open(target, history)
    return sum(rows.values())


def _fill(target: Database, history: History, folder: Path, rows: dict[str, int]) -> None:
    with target.write() as connection:
        bring_to(connection, history)
        if read_rows(connection, folder, history) != rows:
            raise RestoredOtherwise(f"Not every row came to {target.where}; nothing was moved.")
        close(connection, history.table, Closed.RESTORING)


def _read_back(target: Database, history: History, folder: Path) -> None:
    """What lies there now is what was written, row for row, in whatever order that database keeps text."""
    again = folder / "again"
    again.mkdir()
    with target.read() as connection:
        write_rows(connection, again, history)
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        if _sum(path) != _sum(again / path.name):
            raise RestoredOtherwise(
                f"The table {path.name.removesuffix(SUFFIX)} at {target.where} does not read as it was written; nothing was moved.",
                "Name another database.",
            )


def _sum(path: Path) -> int:
    """A digest of the lines of a file that does not depend on their order."""
    with gzip.open(path, "rb") as file:
        return sum(int.from_bytes(hashlib.sha256(line).digest(), "big") for line in file) % _MODULUS


def _alone(connection: Connection, history: History) -> list[Table]:
    """Every table, and nobody else at any of them until this transaction ends. SQLite has one writer anyway."""
    found = MetaData()
    found.reflect(connection, only=lambda name, _: name != history.table)
    if connection.dialect.name == "postgresql":
        names = ", ".join(f'"{table.name}"' for table in found.sorted_tables)
        connection.execute(text(f"LOCK TABLE {names} IN ACCESS EXCLUSIVE MODE"))
    return found.sorted_tables


def _state(database: Database, history: History) -> Closed | None:
    with database.read() as connection:
        return closed_for(revision_of(connection, history))


def _open(database: Database, history: History) -> None:
    with database.write() as connection:
        reopen(connection, history.table)
