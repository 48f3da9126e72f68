"""The key store: its id, generations and epochs of each organisation, wrapped data keys, and what died."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the seven tables of the key store."""
    _stores_and_organisations()
    _epochs()
    _keys()
    _dead()


def _stores_and_organisations() -> None:
    op.create_table(
        "keystore",
        sa.Column("one", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("one", name="pk_keystore"),
    )
    op.create_table(
        "keystore_organisations",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("generation", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("organisation", name="pk_keystore_organisations"),
    )


def _epochs() -> None:
    op.create_table(
        "keystore_epochs",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("keeper", sa.String(500), nullable=False),
        sa.Column("root", sa.String(150), nullable=False),
        sa.Column("wrapped", sa.LargeBinary, nullable=True),
        sa.Column("opened_at", sa.BigInteger, nullable=False),
        sa.Column("closed_at", sa.BigInteger, nullable=True),
        sa.Column("destroyed_at", sa.BigInteger, nullable=True),
        sa.PrimaryKeyConstraint("organisation", "number", name="pk_keystore_epochs"),
    )
    op.create_table(
        "keystore_former_roots",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("root", sa.String(150), nullable=False),
        sa.Column("keeper", sa.String(500), nullable=False),
        sa.Column("retired_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("organisation", "number", "root", name="pk_keystore_former_roots"),
    )


def _keys() -> None:
    op.create_table(
        "keystore_keys",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("id", sa.LargeBinary(16), nullable=False),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("bucket", sa.String(64), nullable=False),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("wrapped", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_keystore_keys"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ux_keystore_keys_owner", "keystore_keys", ["owner", "bucket", "organisation"], unique=True
    )


def _dead() -> None:
    op.create_table(
        "keystore_dead_keys",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("id", sa.LargeBinary(16), nullable=False),
        sa.Column("generation", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_keystore_dead_keys"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_keystore_dead_keys_generation", "keystore_dead_keys", ["organisation", "generation"])
    op.create_table(
        "keystore_dead_owners",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("destroyed_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("owner", "organisation", name="pk_keystore_dead_owners"),
        sqlite_with_rowid=False,
    )
