"""Timestamps of checkpoints (RFC 3161): what an authority outside signed to say that a head was there at an instant.

Kept beside the checkpoints, and handed on as they came: whoever trusts the authority needs neither this ledger nor its keys.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    delete,
    insert,
    select,
)

from troth.db import Instant, metadata

timestamps = Table(
    "ledger_timestamps",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("authority", String(255), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("token", LargeBinary, nullable=False),
    PrimaryKeyConstraint("organisation", "size", "authority"),
    sqlite_with_rowid=False,
)


@dataclass(frozen=True, slots=True)
class Timestamp:
    """The answer of an authority on the checkpoint of a size, as it came (DER of a TimeStampResp), and the instant in it."""

    size: int
    authority: str
    at: datetime
    token: bytes


@runtime_checkable
class Authority(Protocol):
    """Whoever signs that a text was there at an instant."""

    @property
    def name(self) -> str:
        """How people call it."""
        ...

    def stamp(self, text: str) -> tuple[datetime, bytes]:
        """Its answer on a text, verified: the instant it names, and the answer itself. Raises WitnessProblem."""
        ...


def put_timestamp(connection: Connection, organisation: str, made: Timestamp) -> None:
    """Keep a timestamp, in place of an earlier one of the same authority on the same checkpoint."""
    same = (timestamps.c.organisation == organisation) & (timestamps.c.size == made.size)
    connection.execute(delete(timestamps).where(same, timestamps.c.authority == made.authority))
    row = {"organisation": organisation, "size": made.size, "authority": made.authority}
    connection.execute(insert(timestamps), row | {"made_at": made.at, "token": made.token})


def get_timestamps(
    connection: Connection, organisation: str, *, size: int | None = None
) -> tuple[Timestamp, ...]:
    """Every timestamp kept here, of the largest checkpoint first; of one checkpoint, where its size is named."""
    chosen = timestamps.c.size, timestamps.c.authority, timestamps.c.made_at, timestamps.c.token
    query = select(*chosen).where(timestamps.c.organisation == organisation)
    if size is not None:
        query = query.where(timestamps.c.size == size)
    rows = connection.execute(query.order_by(timestamps.c.size.desc(), timestamps.c.authority))
    return tuple(Timestamp(of, authority, at, bytes(token)) for of, authority, at, token in rows)
