"""The tables of access: sealed cells with their blind indexes, tokens (a digest each), and reads counted by role and purpose."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    BindParameter,
    Column,
    Connection,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    bindparam,
    delete,
    insert,
    select,
    tuple_,
    update,
)

from troth.access.model import Cell, Counted, Field, Token
from troth.db import Instant, metadata
from troth.kernel.ids import StaffId

fields = Table(
    "access_fields",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("field", String(140), nullable=False),
    Column("category", String(150), nullable=False),
    Column("search", Text, nullable=False),
    PrimaryKeyConstraint("organisation", "field"),
)
cells = Table(
    "access_cells",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("field", String(140), nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("written_at", Instant, nullable=False),
    PrimaryKeyConstraint("organisation", "subject", "field"),
)
blinds = Table(
    "access_blinds",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("field", String(140), nullable=False),
    Column("purpose", String(150), nullable=False),
    Column("blind", LargeBinary(64), nullable=False),
    Column("subject", String(64), nullable=False),
    PrimaryKeyConstraint("organisation", "field", "purpose", "blind", "subject"),
    Index("ix_access_blinds_subject", "organisation", "subject", "field"),
)
tokens = Table(
    "access_tokens",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("token", String(32), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("member", String(64), nullable=False),
    Column("role", String(150), nullable=False),
    Column("purpose", String(150), nullable=False),
    Column("issued_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    PrimaryKeyConstraint("organisation", "token"),
)
reads = Table(
    "access_reads",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("role", String(150), nullable=False),
    Column("purpose", String(150), nullable=False),
    Column("origin", String(16), nullable=False),
    Column("permitted", BigInteger, nullable=False),
    Column("refused", BigInteger, nullable=False),
    Column("last_at", Instant, nullable=False),
    PrimaryKeyConstraint("organisation", "role", "purpose", "origin"),
)
AT_ONCE: Final = 400
"""How many names stand in one question to the database."""
_OF: Final[BindParameter[str]] = bindparam("of")
_CELLS: Final = select(cells).where(
    cells.c.organisation == _OF,
    cells.c.subject.in_(bindparam("whom", expanding=True)),
    cells.c.field.in_(bindparam("which", expanding=True)),
)
_TOKENS: Final = select(tokens).where(
    tokens.c.organisation == _OF, tokens.c.token.in_(bindparam("which", expanding=True))
)
_FIELDS: Final = select(fields).where(fields.c.organisation == _OF)
_RENEWED: Final = (
    update(cells)
    .where(
        cells.c.organisation == bindparam("of"),
        cells.c.subject == bindparam("who"),
        cells.c.field == bindparam("which"),
    )
    .values(version=bindparam("number"), sealed=bindparam("bytes"), written_at=bindparam("at"))
)
_COUNTED: Final = (
    update(reads)
    .where(
        *(reads.c[name] == bindparam(f"of_{name}") for name in ("organisation", "role", "purpose", "origin"))
    )
    .values(
        permitted=reads.c.permitted + bindparam("permits"),
        refused=reads.c.refused + bindparam("refusals"),
        last_at=bindparam("at"),
    )
)


# --- fields -----------------------------------------------------------------------------------------------------------------


def declared(connection: Connection, organisation: str) -> dict[str, Field]:
    """Every field that was declared, by name."""
    rows = connection.execute(_FIELDS, {"of": organisation})
    return {row.field: Field(row.field, row.category, tuple(row.search.split())) for row in rows}


def declare(connection: Connection, organisation: str, field: Field) -> None:
    """Declare a field, in place of what was said of it."""
    mine = (fields.c.organisation == organisation) & (fields.c.field == field.name)
    connection.execute(delete(fields).where(mine))
    row = {"organisation": organisation, "field": field.name, "category": field.category}
    connection.execute(insert(fields), row | {"search": " ".join(field.search)})


# --- cells ------------------------------------------------------------------------------------------------------------------


def find(
    connection: Connection, organisation: str, subjects: Collection[str], names: Collection[str]
) -> dict[tuple[str, str], Cell]:
    """The cells of these people in these fields, by subject and field."""
    found = {}
    for some in _parts(sorted(subjects)):
        rows = connection.execute(_CELLS, {"of": organisation, "whom": some, "which": sorted(names)})
        for row in rows:
            found[row.subject, row.field] = _cell(row)
    return found


def every(connection: Connection, organisation: str, field: str, after: str, limit: int) -> list[Cell]:
    """Cells of a field, of the people after this one, in their order."""
    query = select(cells).where(
        cells.c.organisation == organisation, cells.c.field == field, cells.c.subject > after
    )
    return [_cell(row) for row in connection.execute(query.order_by(cells.c.subject).limit(limit))]


def named(connection: Connection, organisation: str, subjects: Collection[str]) -> list[tuple[str, str]]:
    """Which fields of these people hold something, as (subject, field)."""
    query = select(cells.c.subject, cells.c.field).where(
        cells.c.organisation == organisation, cells.c.subject.in_(tuple(subjects))
    )
    return [(row.subject, row.field) for row in connection.execute(query.order_by(cells.c.field))]


def put(connection: Connection, organisation: str, new: Sequence[Cell], renewed: Sequence[Cell]) -> None:
    """Write cells that were empty, and put others in place of what was there."""
    if new:
        rows = [
            {"organisation": organisation, "subject": one.subject, "field": one.field, "version": one.version,
             "sealed": one.sealed, "written_at": one.written_at}
            for one in new
        ]  # fmt: skip
        connection.execute(insert(cells), rows)
    if renewed:
        rows = [
            {"of": organisation, "who": one.subject, "which": one.field, "number": one.version,
             "bytes": one.sealed, "at": one.written_at}
            for one in renewed
        ]  # fmt: skip
        connection.execute(_RENEWED, rows)


def remove(connection: Connection, organisation: str, names: Collection[tuple[str, str]]) -> None:
    """Take cells away, and with them whatever leads to their values."""
    for table in (cells, blinds):
        for some in _parts(sorted(names)):
            key = tuple_(table.c.subject, table.c.field)
            connection.execute(delete(table).where(table.c.organisation == organisation, key.in_(some)))


def forget(connection: Connection, organisation: str, subjects: Collection[str]) -> None:
    """Take everything of these people away."""
    for table in (cells, blinds):
        for some in _parts(sorted(subjects)):
            connection.execute(
                delete(table).where(table.c.organisation == organisation, table.c.subject.in_(some))
            )


# --- blind indexes ----------------------------------------------------------------------------------------------------------


def index(
    connection: Connection,
    organisation: str,
    names: Collection[tuple[str, str]],
    rows: Iterable[tuple[str, str, bytes, str]],
) -> None:
    """Let (field, purpose, blind, subject) lead to people, in place of what led to the cells named."""
    for some in _parts(sorted(names)):
        key = tuple_(blinds.c.subject, blinds.c.field)
        connection.execute(delete(blinds).where(blinds.c.organisation == organisation, key.in_(some)))
    made = [
        {"organisation": organisation, "field": field, "purpose": purpose, "blind": blind, "subject": subject}
        for field, purpose, blind, subject in rows
    ]
    if made:
        connection.execute(insert(blinds), made)


def leads_to(
    connection: Connection, organisation: str, field: str, purpose: str, blind: Collection[bytes], limit: int
) -> list[str]:
    """The people whom a blinded value leads to."""
    query = select(blinds.c.subject).where(
        blinds.c.organisation == organisation,
        blinds.c.field == field,
        blinds.c.purpose == purpose,
        blinds.c.blind.in_(tuple(blind)),
    )
    return list(connection.scalars(query.distinct().order_by(blinds.c.subject).limit(limit)))


# --- tokens and counts ------------------------------------------------------------------------------------------------------


def tokens_of(connection: Connection, organisation: str, ids: Collection[str]) -> dict[str, Token]:
    """The tokens with these ids, live or not."""
    if not ids:
        return {}
    rows = connection.execute(_TOKENS, {"of": organisation, "which": sorted(ids)})
    return {
        row.token: Token(
            row.token, row.digest, StaffId(row.member), row.role, row.purpose, row.issued_at, row.expires_at
        )
        for row in rows
    }


def keep(connection: Connection, organisation: str, one: Token) -> None:
    """Keep a token, and let go of those that had run out when it was given out."""
    old = (tokens.c.organisation == organisation) & (tokens.c.expires_at <= one.issued_at)
    connection.execute(delete(tokens).where(old))
    row = {
        "organisation": organisation, "token": one.id, "digest": one.digest, "member": one.member,
        "role": one.role, "purpose": one.purpose, "issued_at": one.issued_at, "expires_at": one.expires_at,
    }  # fmt: skip
    connection.execute(insert(tokens), row)


def drop(connection: Connection, organisation: str, id: str) -> None:
    """Let a token count no more."""
    connection.execute(delete(tokens).where(tokens.c.organisation == organisation, tokens.c.token == id))


def count(connection: Connection, organisation: str, one: Counted) -> None:
    """Add to how many reads there were."""
    key = {"organisation": organisation, "role": one.role, "purpose": one.purpose, "origin": one.origin}
    told: dict[str, Any] = {f"of_{name}": value for name, value in key.items()}
    told |= {"permits": one.permitted, "refusals": one.refused, "at": one.last_at}
    if not connection.execute(_COUNTED, told).rowcount:
        row = {"permitted": one.permitted, "refused": one.refused, "last_at": one.last_at}
        connection.execute(insert(reads), key | row)


def counts(connection: Connection, organisation: str) -> list[Counted]:
    """How many reads there were, by role, purpose and origin."""
    query = select(reads).where(reads.c.organisation == organisation).order_by(*reads.primary_key)
    return [
        Counted(row.role, row.purpose, row.origin, row.permitted, row.refused, row.last_at)
        for row in connection.execute(query)
    ]


def _cell(row: Any) -> Cell:
    return Cell(row.subject, row.field, row.version, bytes(row.sealed), row.written_at)


def _parts(names: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (names[at : at + AT_ONCE] for at in range(0, len(names), AT_ONCE))
