"""The key store: a database of its own, and a cheap look whether another process destroyed or changed something in it."""

from __future__ import annotations

import sqlite3
import threading
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Protocol

import psycopg
from sqlalchemy import event, make_url
from sqlalchemy.exc import OperationalError

from troth.db import Database, History, migrate, open_database
from troth.db.errors import DatabaseProblem, translate
from troth.kernel.entropy import Entropy
from troth.vault import store
from troth.vault.errors import KeyStoreForeign, KeyStoreMissing

HISTORY: Final = History(Path(__file__).parent / "migrations", "keystore_schema_version", 7238617212)
_ASKED: Final = "SELECT generation FROM keystore_organisations WHERE organisation = "


class KeyStore:
    """An opened key store. `id` is random and as old as the store; records name it, so that a swapped one is noticed."""

    def __init__(self, database: Database, id: str) -> None:
        self.database = database
        self.id = id

    def watch(self, organisation: str) -> Watch:
        """A cheap look whether anything of an organisation died or changed."""
        if self.database.dialect == "sqlite":
            return _SqliteWatch(self.database, organisation)
        return _PostgresWatch(self.database, organisation)

    def forget(self) -> None:
        """Leave no deleted byte in SQLite's log of writes, unless somebody still reads from it.

        PostgreSQL keeps deleted bytes until its own cleaning. Only the end of an epoch reaches copies of either.
        """
        if self.database.dialect != "sqlite":
            return
        raw = self.database.writer.raw_connection()
        try:
            raw.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()  # type: ignore[union-attr]
        except sqlite3.Error as error:
            raise _spoken(error, self.database.where) from None
        finally:
            raw.close()

    def close(self) -> None:
        """Give its connections back."""
        self.database.close()


def open_keystore(url: str, entropy: Entropy, at: datetime, *, expected: str | None = None) -> KeyStore:
    """Open a key store, or make one where no particular one is `expected`.

    Raises KeyStoreMissing, KeyStoreForeign, and any DatabaseProblem.
    """
    _refuse_missing(url, expected)
    database = open_database(url)
    try:
        if database.dialect == "sqlite":
            _forget_what_is_deleted(database)
        migrate(database, HISTORY)
        found = _named(database, entropy, at, expected)
        if expected not in {None, found}:
            raise KeyStoreForeign(
                f"The key store {database.where} is {found}, and these records were sealed with {expected}; nothing was written.",
                "Put the key store back that belongs to them (TROTH_KEYSTORE names it).",
                keystore=found, expected=expected,
            )  # fmt: skip
    except BaseException:
        database.close()
        raise
    return KeyStore(database, found)


def _spoken(error: sqlite3.Error, where: str) -> DatabaseProblem:
    """What the driver met, outside any transaction, as the sentence that says what to mend."""
    met = OperationalError("PRAGMA wal_checkpoint", None, error)
    return translate(met, where) or DatabaseProblem(
        f"The key store {where} cannot be cleared of deleted keys."
    )


def _named(database: Database, entropy: Entropy, at: datetime, expected: str | None) -> str:
    with database.read() as connection:
        found = store.store_id(connection)
    if found is None and expected is not None:
        raise _missing(database.where, expected)
    if found is None:
        with database.write() as connection:
            return store.name_store(connection, entropy.bytes(16).hex(), at)
    return found


def _refuse_missing(url: str, expected: str | None) -> None:
    """A SQLite file that must be there is not made by opening it; one that may be made lies in a folder of its owner."""
    if not url.startswith("sqlite"):
        return
    file = Path(make_url(url).database or "")
    if expected is not None and not file.is_file():
        raise _missing(str(file), expected)
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)


def _missing(where: str, expected: str) -> KeyStoreMissing:
    return KeyStoreMissing(
        f"The key store {where} is missing, and these records were sealed with {expected}; nothing was written.",
        "Bring it back from its own backup (TROTH_KEYSTORE names it).",
        keystore=where, expected=expected,
    )  # fmt: skip


def _forget_what_is_deleted(database: Database) -> None:
    """Deleted bytes are overwritten in the file (PRAGMA secure_delete)."""

    @event.listens_for(database.writer, "connect")
    def connected(driver: sqlite3.Connection, _record: Any) -> None:
        driver.execute("PRAGMA secure_delete=ON").fetchall()


class Watch(Protocol):
    """Asks a key store how often anything of one organisation died or changed, by whichever process."""

    def __call__(self) -> int:
        """The generation now."""
        ...

    def close(self) -> None:
        """Give the connection back."""
        ...


class _SqliteWatch:
    """`PRAGMA data_version` says whether anybody else committed; only then is the generation read."""

    def __init__(self, database: Database, organisation: str) -> None:
        self._organisation = organisation
        self._mutex = threading.Lock()
        self._driver: Any = _kept(database)
        self._version, self._generation = -1, 0

    def __call__(self) -> int:
        with self._mutex:
            version = self._driver.execute("PRAGMA data_version").fetchone()[0]
            if version != self._version:
                row = self._driver.execute(f"{_ASKED}?", (self._organisation,)).fetchone()
                self._version, self._generation = version, row[0] if row else 0
            return self._generation

    def close(self) -> None:
        self._driver.close()


class _PostgresWatch:
    """One row, read on a connection that is kept, and made anew when the server ended it."""

    def __init__(self, database: Database, organisation: str) -> None:
        self._database, self._organisation = database, organisation
        self._mutex = threading.Lock()
        self._driver: Any = None

    def __call__(self) -> int:
        with self._mutex:
            try:
                return self._ask()
            except psycopg.OperationalError:
                self._driver = None
                return self._ask()

    def close(self) -> None:
        if self._driver is not None:
            self._driver.close()

    def _ask(self) -> int:
        if self._driver is None or self._driver.closed:
            with self._database.read():
                pass  # says what is wrong with the server, if anything is
            self._driver = _kept(self._database)
            self._driver.autocommit = True
        row = self._driver.execute(f"{_ASKED}%s", (self._organisation,)).fetchone()
        return int(row[0]) if row else 0


def _kept(database: Database) -> Any:
    """A connection of the driver's own, which belongs to no pool."""
    raw = database.reader.raw_connection()
    driver = raw.driver_connection
    raw.detach()
    return driver
