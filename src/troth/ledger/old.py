"""Payloads that an earlier program left unsealed: sealed in chunks, each a transaction, so that an interrupted run goes on later."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from sqlalchemy import text

from troth.db import Database
from troth.ledger import tables
from troth.ledger.header import read_header
from troth.ledger.sealing import NOTHING_LEFT, Body, Seals
from troth.ledger.tables import StoredPayload

CHUNK: Final = 1000


def seal_old(database: Database, seals: Seals, told: Callable[[int], None] | None = None) -> int:
    """Seal every payload that lies unsealed; how many. `told` hears the count after each chunk.

    What is left of a person who was erased since is wiped instead. SQLite overwrites what it frees here, and its log is
    emptied at the end. PostgreSQL keeps old versions of rows until VACUUM FULL, and its log until that is recycled.
    """
    done, last = 0, 0
    while clear := _clear(database, seals, last):
        last = max(clear)
        done += _put(database, seals, _sealed(database, seals, clear))
        if told is not None:
            told(done)
    if done and database.dialect == "sqlite":
        _empty_log(database)
    return done


def _clear(database: Database, seals: Seals, after: int) -> dict[int, StoredPayload]:
    with database.read() as connection:
        return tables.get_clear(connection, seals.organisation, after, CHUNK)


def _sealed(database: Database, seals: Seals, clear: Mapping[int, StoredPayload]) -> dict[int, bytes]:
    """What takes their place, by sequence. A payload without its entry stays as it lies: recomputing the ledger names it."""
    with database.read() as connection:
        entries = tables.get_entries(connection, seals.organisation, after=min(clear) - 1, until=max(clear))
        events = [read_header(entry.header) for entry in entries if entry.sequence in clear]
        bodies = [
            Body(event.sequence, event.subject, event.commitment, clear[event.sequence])
            for event in events
            if event.commitment is not None
        ]
        named = {body.subject for body in bodies if body.subject is not None}
        gone = seals.tombstones.among(connection, seals.organisation, named) if named else frozenset()
    kept = [body for body in bodies if body.subject not in gone]
    items = [(body.subject, body.commitment, body.stored.salt, body.stored.payload) for body in kept]
    found = dict.fromkeys((body.sequence for body in bodies), NOTHING_LEFT)
    return found | dict(zip((body.sequence for body in kept), seals.seal(items), strict=True))


def _put(database: Database, seals: Seals, sealed: Mapping[int, bytes]) -> int:
    with database.write() as connection:
        if database.dialect == "sqlite":
            connection.execute(text("PRAGMA secure_delete = ON"))
        tables.set_sealed(connection, seals.organisation, sealed)
    return len(sealed)


def _empty_log(database: Database) -> None:
    """Let SQLite's write-ahead log, which still has the old pages, be of no length."""
    kept = database.writer.raw_connection()
    try:
        kept.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        kept.close()
