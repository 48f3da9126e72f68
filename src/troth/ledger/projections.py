"""Tables of current state as functions of the ledger: kept in the same transaction, rebuilt by replaying it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Connection, Table, delete, select

from troth.db import Database
from troth.ledger import tables
from troth.ledger.header import read_header
from troth.ledger.model import Event
from troth.ledger.upcasters import Upcasters, matches


class Projection(Protocol):
    """A room's state as a function of its events.

    `kinds` are kinds, or prefixes that end with a colon. Every table has a column `organisation` and a primary key
    that events determine (no counters of the database). `apply` depends on the event and these tables alone.
    """

    @property
    def name(self) -> str:
        """How people call it: `consent states`."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """What it reads."""

    @property
    def tables(self) -> tuple[Table, ...]:
        """What it owns, a table before those that refer to it."""

    def apply(self, connection: Connection, event: Event) -> None:
        """Bring the tables up to this event; called once for each, in order of sequence."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay found: per projection, whether the rebuilt tables equal those that stood, and the rows of each."""

    projection: str
    equal: bool
    rows_before: int
    rows_after: int


def readers(projections: Iterable[Projection], kind: str, upcasters: Upcasters) -> Iterator[Projection]:
    """The projections that read what is written under this kind."""
    for projection in projections:
        if matches(kind, upcasters.written_as(projection.kinds)):
            yield projection


def replay(
    database: Database, organisation: str, projections: Sequence[Projection], upcasters: Upcasters
) -> list[Replayed]:
    """Rebuild the state from the ledger alone, in one transaction, and say whether it came out as it stood.

    Writers of the organisation wait meanwhile. Recorded outcomes are applied; nothing is decided again.
    """
    with database.write() as connection:
        tables.lock_head(connection, organisation)
        before = [_fingerprint(connection, organisation, one) for one in projections]
        _rebuild(connection, organisation, projections, upcasters)
        after = [_fingerprint(connection, organisation, one) for one in projections]
    return [
        Replayed(projection.name, old == new, old[0], new[0])
        for projection, old, new in zip(projections, before, after, strict=True)
    ]


def compare(
    database: Database, organisation: str, projections: Sequence[Projection], upcasters: Upcasters
) -> list[Replayed]:
    """What `replay` would find; everything is left as it stands."""
    with database.write() as connection, connection.begin_nested() as trial:
        tables.lock_head(connection, organisation)
        before = [_fingerprint(connection, organisation, one) for one in projections]
        _rebuild(connection, organisation, projections, upcasters)
        after = [_fingerprint(connection, organisation, one) for one in projections]
        trial.rollback()
    return [
        Replayed(projection.name, old == new, old[0], new[0])
        for projection, old, new in zip(projections, before, after, strict=True)
    ]


def _rebuild(
    connection: Connection, organisation: str, projections: Sequence[Projection], upcasters: Upcasters
) -> None:
    for projection in projections:
        for table in reversed(projection.tables):
            connection.execute(delete(table).where(table.c.organisation == organisation))
    wanted = sorted({kind for one in projections for kind in upcasters.written_as(one.kinds)})
    if not wanted:
        return
    for entry in tables.get_entries(connection, organisation, kinds=wanted):
        event = upcasters.read(read_header(entry.header))
        for projection in readers(projections, entry.kind, upcasters):
            projection.apply(connection, event)


def _fingerprint(connection: Connection, organisation: str, projection: Projection) -> tuple[int, bytes]:
    """How many rows a projection has, and a digest of all of them in the order of their keys."""
    count, digest = 0, hashlib.sha256()
    for table in projection.tables:
        query = select(table).where(table.c.organisation == organisation).order_by(*table.primary_key)
        digest.update(table.name.encode())
        for row in connection.execute(query):
            digest.update(repr(tuple(row)).encode())
            count += 1
    return count, digest.digest()
