"""Tables of current state as functions of the ledger: kept in the same transaction, rebuilt by replaying it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Protocol, TypeAlias

from sqlalchemy import Connection, Table, delete, select

from troth.db import Database
from troth.ledger import tables
from troth.ledger.archive import Archives
from troth.ledger.header import read_header
from troth.ledger.model import Event
from troth.ledger.sealing import Body, Seals
from troth.ledger.tables import Stored
from troth.ledger.upcasters import Upcasters, matches

Payload: TypeAlias = Mapping[str, object]


class Projection(Protocol):
    """A room's state as a function of its events.

    `kinds` are kinds, or prefixes that end with a colon. Every table has a column `organisation` and a primary key
    that events determine (no counters of the database). `apply` depends on the event, its payload where that is readable,
    and these tables alone: replayed after an erasure, the tables are as if the payloads of the erased had never been.
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

    @property
    def opens(self) -> tuple[str, ...]:
        """Those of its kinds of which it wants the payload too; mostly none. What it keeps of a payload goes with the key."""

    def apply(self, connection: Connection, event: Event, payload: Payload | None) -> None:
        """Bring the tables up to this event; called once for each, in order of sequence.

        `payload` is None for a kind that is not among `opens`, an event without one, and one that is unreadable because
        its key was destroyed: the same event may have come with its payload when it was recorded.
        """


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


def read_payload(payload: bytes) -> Payload:
    """A payload from its recorded bytes: what a projection is handed is the same when recording and when replaying."""
    found: dict[str, object] = json.loads(payload)
    return found


def replay(
    database: Database,
    projections: Sequence[Projection],
    upcasters: Upcasters,
    seals: Seals,
    archives: Archives,
) -> list[Replayed]:
    """Rebuild the state from the ledger alone, in one transaction, and say whether it came out as it stood.

    Writers of the organisation wait meanwhile. Recorded outcomes are applied; nothing is decided again.
    """
    with database.write() as connection:
        return _replayed(connection, projections, upcasters, seals, archives)


def compare(
    database: Database,
    projections: Sequence[Projection],
    upcasters: Upcasters,
    seals: Seals,
    archives: Archives,
) -> list[Replayed]:
    """What `replay` would find; everything is left as it stands."""
    with database.write() as connection, connection.begin_nested() as trial:
        found = _replayed(connection, projections, upcasters, seals, archives)
        trial.rollback()
    return found


def _replayed(
    connection: Connection,
    projections: Sequence[Projection],
    upcasters: Upcasters,
    seals: Seals,
    archives: Archives,
) -> list[Replayed]:
    organisation = seals.organisation
    tables.lock_head(connection, organisation)
    before = [_fingerprint(connection, organisation, one) for one in projections]
    _rebuild(connection, projections, upcasters, seals, archives)
    after = [_fingerprint(connection, organisation, one) for one in projections]
    return [
        Replayed(projection.name, old == new, old[0], new[0])
        for projection, old, new in zip(projections, before, after, strict=True)
    ]


def _rebuild(
    connection: Connection,
    projections: Sequence[Projection],
    upcasters: Upcasters,
    seals: Seals,
    archives: Archives,
) -> None:
    gone = seals.tombstones.everybody(connection, seals.organisation)
    for projection in projections:
        for table in reversed(projection.tables):
            connection.execute(delete(table).where(table.c.organisation == seals.organisation))
    wanted = sorted({kind for one in projections for kind in upcasters.written_as(one.kinds)})
    if not wanted:
        return
    opens = sorted({kind for one in projections for kind in upcasters.written_as(one.opens)})
    entries = archives.entries(connection, seals.organisation, kinds=wanted)
    while page := list(islice(entries, tables.PAGE)):
        bodies = _bodies(connection, [one for one in page if matches(one.kind, opens)], seals, archives)
        opened = _opened(bodies, seals, gone)
        for entry in page:
            event = upcasters.read(read_header(entry.header))
            for projection in readers(projections, entry.kind, upcasters):
                payload = opened.get(entry.sequence) if matches(event.kind, projection.opens) else None
                projection.apply(connection, event, payload)


def _bodies(
    connection: Connection, entries: Sequence[Stored], seals: Seals, archives: Archives
) -> list[Body]:
    """What lies beside these entries, in the tables or in archives."""
    named = {one.sequence: read_header(one.header).commitment for one in entries}
    wanted = [at for at, commitment in named.items() if commitment is not None]
    lying = tables.get_payloads_at(connection, seals.organisation, wanted) if wanted else {}
    found = []
    for one in entries:
        commitment = named[one.sequence]
        stored = lying.get(one.sequence)
        if commitment is not None and stored is None:
            stored = archives.payload(connection, seals.organisation, one.sequence)
        if commitment is not None and stored is not None:
            found.append(Body(one.sequence, one.subject, commitment, stored))
    return found


def _opened(bodies: Sequence[Body], seals: Seals, gone: Collection[str]) -> dict[int, Payload]:
    """Those that are readable, by sequence."""
    plain = seals.open_but(gone, bodies)
    return {
        body.sequence: read_payload(found.payload)
        for body, found in zip(bodies, plain, strict=True)
        if found is not None
    }


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
