"""The tables of accounts: two that the headers tell, and five of secrets that are no evidence and go with their person."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
)

from troth.db import Instant, metadata

states: Final = Table(
    "accounts_states",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("account", String(64), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("level", String(32), nullable=False),
    PrimaryKeyConstraint("organisation", "account"),
    Index("ix_accounts_states_subject", "organisation", "subject"),
)
counts: Final = Table(
    "accounts_counts",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("what", String(64), nullable=False),
    Column("detail", String(64), nullable=False),
    Column("origin", String(16), nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("last_at", Instant, nullable=False),
    PrimaryKeyConstraint("organisation", "what", "detail", "origin"),
)
secrets: Final = Table(
    "accounts_secrets",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("account", String(64), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("hash", String(400), nullable=False),
    Column("changed_at", Instant, nullable=False),
    PrimaryKeyConstraint("organisation", "account"),
)
names: Final = Table(
    "accounts_names",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("kind", String(64), nullable=False),
    Column("blind", LargeBinary(64), nullable=False),
    Column("name", String(64), nullable=False),
    Column("account", String(64), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("since", Instant, nullable=False),
    PrimaryKeyConstraint("organisation", "kind", "blind"),
    Index("ix_accounts_names_account", "organisation", "account"),
)
tickets: Final = Table(
    "accounts_tickets",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("id", String(64), nullable=False),
    Column("purpose", String(16), nullable=False),
    Column("code", String(64), nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("account", String(64), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("sealed", LargeBinary, nullable=True),
    PrimaryKeyConstraint("organisation", "digest"),
    Index("ix_accounts_tickets_until", "organisation", "until"),
)
sessions: Final = Table(
    "accounts_sessions",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("session", String(64), nullable=False),
    Column("account", String(64), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("since", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    Column("level", String(32), nullable=False),
    Column("device", String(64), nullable=False),
    Column("language", String(16), nullable=False),
    PrimaryKeyConstraint("organisation", "digest"),
    Index("ix_accounts_sessions_account", "organisation", "account"),
)
tries: Final = Table(
    "accounts_tries",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("count", Integer, nullable=False),
    Column("since", Instant, nullable=False),
    Column("locked_until", Instant, nullable=True),
    PrimaryKeyConstraint("organisation", "digest"),
    Index("ix_accounts_tries_since", "organisation", "since"),
)
devices: Final = Table(
    "accounts_devices",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("account", String(64), nullable=False),
    Column("device", String(64), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("since", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    PrimaryKeyConstraint("organisation", "account", "device"),
)
