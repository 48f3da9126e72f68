"""The tables of the ledger and every statement on them; opened by the modules of this room alone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    and_,
    bindparam,
    delete,
    insert,
    not_,
    or_,
    select,
    text,
    update,
)

from troth.db import Fixed, Instant, metadata
from troth.ledger.model import Head
from troth.ledger.tree import EMPTY_ROOT, Edge, Node, number

PAGE: Final = 1000

# Prefixes of kinds are ranges only where text sorts by its bytes.
KindText = String(128).with_variant(String(128, collation="C"), "postgresql")

heads = Table(
    "ledger_heads",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("root", LargeBinary(32), nullable=False),
    Column("edge", LargeBinary, nullable=False),
    PrimaryKeyConstraint("organisation"),
)
entries = Table(
    "ledger_entries",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("kind", KindText, nullable=False),
    Column("subject", String(64)),
    Column("header", LargeBinary, nullable=False),
    Column("leaf", LargeBinary(32), nullable=False),
    PrimaryKeyConstraint("organisation", "sequence"),
    Index("ix_ledger_entries_kind", "organisation", "kind", "sequence"),
    Index("ix_ledger_entries_subject", "organisation", "subject", "sequence"),
    sqlite_with_rowid=False,
)
payloads = Table(
    "ledger_payloads",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("salt", LargeBinary, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("sealed", Boolean, nullable=False),
    PrimaryKeyConstraint("organisation", "sequence"),
    Index(
        "ix_ledger_payloads_clear",
        "organisation",
        "sequence",
        sqlite_where=text("sealed = 0"),
        postgresql_where=text("NOT sealed"),
    ),
    sqlite_with_rowid=False,
)
nodes = Table(
    "ledger_nodes",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("node", BigInteger, nullable=False),
    Column("digest", LargeBinary(32), nullable=False),
    PrimaryKeyConstraint("organisation", "node"),
    sqlite_with_rowid=False,
)

checkpoints = Table(
    "ledger_checkpoints",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("note", LargeBinary, nullable=False),
    PrimaryKeyConstraint("organisation", "size"),
    sqlite_with_rowid=False,
)

_FIRST_HEAD: Final = text(
    "INSERT INTO ledger_heads (organisation, size, root, edge) VALUES (:organisation, 0, :root, :edge) "
    "ON CONFLICT DO NOTHING"
)


_HOLD: Final = text("SELECT pg_advisory_xact_lock(:key)")
_SEALED: Final = (
    update(payloads)
    .where(payloads.c.organisation == bindparam("of"), payloads.c.sequence == bindparam("at"))
    .where(not_(payloads.c.sealed))
    .values(salt=b"", payload=bindparam("body"), sealed=True)
)
_HELD_HEAD: Final = Fixed(
    select(heads.c.size, heads.c.edge).where(heads.c.organisation == bindparam("of")).with_for_update()
)
_GROWN_HEAD: Final = Fixed(
    update(heads)
    .where(heads.c.organisation == bindparam("of"))
    .values(size=bindparam("size"), root=bindparam("root"), edge=bindparam("edge"))
)


@dataclass(frozen=True, slots=True)
class Stored:
    """A row of the entries, as it lies there."""

    sequence: int
    kind: str
    subject: str | None
    header: bytes
    leaf: bytes


@dataclass(frozen=True, slots=True)
class StoredPayload:
    """A payload and its salt as they lie there; where sealed, the salt lies in the payload's seal and its column is empty."""

    salt: bytes
    payload: bytes
    sealed: bool


def lock_head(connection: Connection, organisation: str) -> Edge:
    """The edge of an organisation's tree, held against every other writer until the transaction ends."""
    found = _HELD_HEAD.rows(connection, of=organisation)
    if not found:
        connection.execute(_FIRST_HEAD, {"organisation": organisation, "root": EMPTY_ROOT, "edge": b""})
        found = _HELD_HEAD.rows(connection, of=organisation)
    ((size, held),) = found
    edge = _bytes(held)
    return Edge(size, [edge[at : at + 32] for at in range(0, len(edge), 32)])


def hold(connection: Connection, organisation: str, pseudonym: str) -> None:
    """Wait for, and keep until the transaction ends, what stands for a subject. SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        name = sha256(f"troth subject {organisation} {pseudonym}".encode()).digest()
        connection.execute(_HOLD, {"key": int.from_bytes(name[:8], "big", signed=True)})


def set_head(connection: Connection, organisation: str, edge: Edge) -> None:
    """Write the grown tree's head."""
    _GROWN_HEAD.change(
        connection, of=organisation, size=edge.size, root=edge.root(), edge=b"".join(edge.roots)
    )


def get_head(connection: Connection, organisation: str) -> Head:
    """The head as last committed; of an organisation without entries, the empty tree's."""
    row = connection.execute(
        select(heads.c.size, heads.c.root).where(heads.c.organisation == organisation)
    ).one_or_none()
    return Head(organisation, row.size, _bytes(row.root)) if row else Head(organisation, 0, EMPTY_ROOT)


def get_edge(connection: Connection, organisation: str) -> bytes:
    """The stored right edge of the tree, unparsed."""
    found = connection.scalar(select(heads.c.edge).where(heads.c.organisation == organisation))
    return _bytes(found or b"")


def organisations(connection: Connection) -> list[str]:
    """Every organisation that has a ledger here, by name."""
    return list(connection.scalars(select(heads.c.organisation).order_by(heads.c.organisation)))


def get_entries(
    connection: Connection,
    organisation: str,
    *,
    after: int = 0,
    until: int | None = None,
    kinds: Iterable[str] = (),
    subject: str | None = None,
    limit: int | None = None,
    newest_first: bool = False,
) -> Iterator[Stored]:
    """Entries in order, page by page, so that any number of them costs little memory."""
    last, left = (until, limit) if newest_first else (after, limit)
    chosen = _chosen(organisation, kinds, subject)
    while left is None or left > 0:
        count = PAGE if left is None else min(PAGE, left)
        bounds = (after, last) if newest_first else (last or 0, until)
        page = _page(connection, chosen, bounds, count, newest_first)
        yield from page
        if len(page) < count:
            return
        last = page[-1].sequence - 1 if newest_first else page[-1].sequence
        left = None if left is None else left - count


def _page(
    connection: Connection,
    chosen: ColumnElement[bool],
    bounds: tuple[int, int | None],
    count: int,
    newest_first: bool,
) -> list[Stored]:
    after, until = bounds
    column = entries.c.sequence
    query = select(column, entries.c.kind, entries.c.subject, entries.c.header, entries.c.leaf)
    query = query.where(chosen, column > after).limit(count)
    if until is not None:
        query = query.where(column <= until)
    query = query.order_by(column.desc() if newest_first else column)
    return [Stored(s, k, p, _bytes(h), _bytes(f)) for s, k, p, h, f in connection.execute(query)]


def _chosen(organisation: str, kinds: Iterable[str], subject: str | None) -> ColumnElement[bool]:
    chosen = entries.c.organisation == organisation
    wanted = [_kind_matches(kind) for kind in kinds]
    if wanted:
        chosen = and_(chosen, or_(*wanted))
    if subject is not None:
        chosen = and_(chosen, entries.c.subject == subject)
    return chosen


def _kind_matches(kind: str) -> ColumnElement[bool]:
    """A kind, or with a colon at its end all kinds that begin so (`;` follows `:`)."""
    if kind.endswith(":"):
        return and_(entries.c.kind >= kind, entries.c.kind < kind[:-1] + ";")
    return entries.c.kind == kind


def get_payload(connection: Connection, organisation: str, sequence: int) -> StoredPayload | None:
    """The payload of one entry."""
    query = select(payloads.c.salt, payloads.c.payload, payloads.c.sealed)
    row = connection.execute(
        query.where(payloads.c.organisation == organisation, payloads.c.sequence == sequence)
    ).one_or_none()
    return StoredPayload(_bytes(row.salt), _bytes(row.payload), row.sealed) if row else None


def get_payloads(
    connection: Connection, organisation: str, first: int, last: int
) -> dict[int, StoredPayload]:
    """The payloads of the entries from `first` to `last`, by sequence."""
    rows = connection.execute(
        select(payloads.c.sequence, payloads.c.salt, payloads.c.payload, payloads.c.sealed).where(
            payloads.c.organisation == organisation, payloads.c.sequence.between(first, last)
        )
    )
    return {
        sequence: StoredPayload(_bytes(salt), _bytes(body), sealed) for sequence, salt, body, sealed in rows
    }


def get_payloads_at(
    connection: Connection, organisation: str, sequences: Collection[int]
) -> dict[int, StoredPayload]:
    """The payloads of these entries, by sequence."""
    query = select(payloads.c.sequence, payloads.c.salt, payloads.c.payload, payloads.c.sealed)
    rows = connection.execute(
        query.where(payloads.c.organisation == organisation, payloads.c.sequence.in_(sequences))
    )
    return {
        sequence: StoredPayload(_bytes(salt), _bytes(body), sealed) for sequence, salt, body, sealed in rows
    }


def get_clear(connection: Connection, organisation: str, after: int, limit: int) -> dict[int, StoredPayload]:
    """The first payloads past an entry that lie unsealed, by sequence."""
    query = select(payloads.c.sequence, payloads.c.salt, payloads.c.payload, payloads.c.sealed)
    query = query.where(
        payloads.c.organisation == organisation, not_(payloads.c.sealed), payloads.c.sequence > after
    )
    rows = connection.execute(query.order_by(payloads.c.sequence).limit(limit))
    return {
        sequence: StoredPayload(_bytes(salt), _bytes(body), sealed) for sequence, salt, body, sealed in rows
    }


def set_sealed(connection: Connection, organisation: str, sealed: Mapping[int, bytes]) -> None:
    """Put sealed payloads, with their salts in them, in the place of those that lie unsealed."""
    if sealed:
        rows = [{"of": organisation, "at": sequence, "body": body} for sequence, body in sealed.items()]
        connection.execute(_SEALED, rows)


def get_nodes(connection: Connection, organisation: str, wanted: Collection[Node]) -> dict[Node, bytes]:
    """The stored hashes of these nodes; those of level 0 are the leaves of the entries. What is missing is left out."""
    inner = {number(level, position): (level, position) for level, position in wanted if level > 0}
    leaves = [position + 1 for level, position in wanted if level == 0]
    found: dict[Node, bytes] = {}
    if inner:
        query = select(nodes.c.node, nodes.c.digest)
        rows = connection.execute(query.where(nodes.c.organisation == organisation, nodes.c.node.in_(inner)))
        found |= {inner[node]: _bytes(digest) for node, digest in rows}
    if leaves:
        query = select(entries.c.sequence, entries.c.leaf)
        rows = connection.execute(
            query.where(entries.c.organisation == organisation, entries.c.sequence.in_(leaves))
        )
        found |= {(0, sequence - 1): _bytes(leaf) for sequence, leaf in rows}
    return found


def put_checkpoint(
    connection: Connection, organisation: str, size: int, made_at: datetime, note: bytes
) -> None:
    """Keep a checkpoint, in place of one of the same size with fewer signatures."""
    same = (checkpoints.c.organisation == organisation) & (checkpoints.c.size == size)
    connection.execute(delete(checkpoints).where(same))
    row = {"organisation": organisation, "size": size, "made_at": made_at, "note": note}
    connection.execute(insert(checkpoints), row)


def get_checkpoints(
    connection: Connection, organisation: str, limit: int | None = None
) -> list[tuple[int, datetime, bytes]]:
    """The checkpoints kept here as (size, instant, note), the largest first."""
    query = select(checkpoints.c.size, checkpoints.c.made_at, checkpoints.c.note)
    query = query.where(checkpoints.c.organisation == organisation)
    rows = connection.execute(query.order_by(checkpoints.c.size.desc()).limit(limit))
    return [(size, made_at, _bytes(note)) for size, made_at, note in rows]


def get_checkpoint_over(
    connection: Connection, organisation: str, sequence: int
) -> tuple[int, datetime, bytes] | None:
    """The smallest checkpoint kept here whose tree holds an entry, as (size, instant, note)."""
    query = select(checkpoints.c.size, checkpoints.c.made_at, checkpoints.c.note)
    query = query.where(checkpoints.c.organisation == organisation, checkpoints.c.size >= sequence)
    row = connection.execute(query.order_by(checkpoints.c.size).limit(1)).one_or_none()
    return (row.size, row.made_at, _bytes(row.note)) if row else None


def _bytes(value: bytes | memoryview | str) -> bytes:
    """The bytes of a column. A tampered SQLite may hold text where bytes belong: that is found, not stumbled over."""
    return value.encode(errors="surrogatepass") if isinstance(value, str) else bytes(value)
