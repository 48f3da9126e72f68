"""The tables of the key store, on a MetaData of their own: they lie in a database of their own.

Keys of tables begin with what tells most rows apart: without statistics SQLite takes an organisation for few rows, and would
rather read all of them than look up some hundred owners.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
)

from troth.db import Instant

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)
stores = Table(
    "keystore",
    metadata,
    Column("one", Integer, primary_key=True, autoincrement=False),
    Column("id", String(32), nullable=False),
    Column("made_at", Instant, nullable=False),
)
organisations = Table(
    "keystore_organisations",
    metadata,
    Column("organisation", String(64), primary_key=True),
    Column("generation", BigInteger, nullable=False),
)
epochs = Table(
    "keystore_epochs",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("number", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("keeper", String(500), nullable=False),
    Column("root", String(150), nullable=False),
    Column("wrapped", LargeBinary, nullable=True),
    Column("opened_at", Instant, nullable=False),
    Column("closed_at", Instant, nullable=True),
    Column("destroyed_at", Instant, nullable=True),
    PrimaryKeyConstraint("organisation", "number"),
)
former_roots = Table(
    "keystore_former_roots",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("number", Integer, nullable=False),
    Column("root", String(150), nullable=False),
    Column("keeper", String(500), nullable=False),
    Column("retired_at", Instant, nullable=False),
    PrimaryKeyConstraint("organisation", "number", "root"),
)
keys = Table(
    "keystore_keys",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("id", LargeBinary(16), nullable=False),
    Column("owner", String(64), nullable=False),
    Column("bucket", String(64), nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
    PrimaryKeyConstraint("id"),
    Index("ux_keystore_keys_owner", "owner", "bucket", "organisation", unique=True),
    sqlite_with_rowid=False,
)
dead_keys = Table(
    "keystore_dead_keys",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("id", LargeBinary(16), nullable=False),
    Column("generation", BigInteger, nullable=False),
    PrimaryKeyConstraint("id"),
    Index("ix_keystore_dead_keys_generation", "organisation", "generation"),
    sqlite_with_rowid=False,
)
dead_owners = Table(
    "keystore_dead_owners",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("owner", String(64), nullable=False),
    Column("destroyed_at", Instant, nullable=False),
    PrimaryKeyConstraint("owner", "organisation"),
    sqlite_with_rowid=False,
)
