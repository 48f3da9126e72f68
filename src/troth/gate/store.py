"""The table of idempotency keys: what was answered to a request that may come again. No state: nothing is decided from it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    Column,
    Connection,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    delete,
    insert,
    select,
)

from troth.db import Instant, metadata

answered = Table(
    "gate_answered",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("key", String(71), nullable=False),
    Column("request", String(71), nullable=False),
    Column("answer", LargeBinary, nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("organisation", "key"),
    Index("ix_gate_answered_at", "organisation", "at"),
)


def find(connection: Connection, organisation: str, key: str) -> tuple[str, bytes] | None:
    """The digest of the request that came under a key, and what was answered."""
    query = select(answered).where(answered.c.organisation == organisation, answered.c.key == key)
    row = connection.execute(query).one_or_none()
    return (row.request, bytes(row.answer)) if row else None


def keep(
    connection: Connection, organisation: str, key: str, request: str, answer: bytes, at: datetime
) -> None:
    """Keep what was answered under a key."""
    connection.execute(
        insert(answered),
        {"organisation": organisation, "key": key, "request": request, "answer": answer, "at": at},
    )


def forget(connection: Connection, organisation: str, before: datetime) -> None:
    """Forget what was answered before an instant."""
    connection.execute(
        delete(answered).where(answered.c.organisation == organisation, answered.c.at < before)
    )
