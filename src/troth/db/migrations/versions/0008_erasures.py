"""Who was erased, which epochs of keys there were, and which backups and drills: what the ledger says of dying."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Mark the erased among people, find payloads that lie unsealed, and make the tables of the room of erasures."""
    op.add_column(
        "subjects_people", sa.Column("erased", sa.Boolean, nullable=False, server_default=sa.false())
    )
    op.create_index(
        "ix_ledger_payloads_clear",
        "ledger_payloads",
        ["organisation", "sequence"],
        sqlite_where=sa.text("sealed = 0"),
        postgresql_where=sa.text("NOT sealed"),
    )
    _tombstones()
    _register()


def _tombstones() -> None:
    """Erased people, and the epochs whose end makes an erasure reach backups."""
    op.create_table(
        "erasures_tombstones",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("known_since", sa.BigInteger, nullable=False),
        sa.Column("begun_at", sa.BigInteger, nullable=False),
        sa.Column("done_at", sa.BigInteger, nullable=True),
        sa.PrimaryKeyConstraint("organisation", "subject", name="pk_erasures_tombstones"),
    )
    op.create_index(
        "ix_erasures_tombstones_pending",
        "erasures_tombstones",
        ["organisation", "subject"],
        sqlite_where=sa.text("done_at IS NULL"),
        postgresql_where=sa.text("done_at IS NULL"),
    )
    op.create_table(
        "erasures_epochs",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("store", sa.String(64), nullable=False),
        sa.Column("opened_at", sa.BigInteger, nullable=False),
        sa.Column("closed_at", sa.BigInteger, nullable=True),
        sa.Column("destroyed_at", sa.BigInteger, nullable=True),
        sa.PrimaryKeyConstraint("organisation", "number", name="pk_erasures_epochs"),
    )


def _register() -> None:
    """Backups that are kept somewhere, and drills that tried them."""
    op.create_table(
        "erasures_backups",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("backup", sa.String(150), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("digest", sa.String(80), nullable=False),
        sa.Column("taken_at", sa.BigInteger, nullable=False),
        sa.Column("keep_until", sa.BigInteger, nullable=True),
        sa.Column("gone_at", sa.BigInteger, nullable=True),
        sa.PrimaryKeyConstraint("organisation", "backup", name="pk_erasures_backups"),
    )
    op.create_table(
        "erasures_drills",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("data", sa.String(150), nullable=False),
        sa.Column("keys", sa.String(150), nullable=False),
        sa.Column("tried", sa.Integer, nullable=False),
        sa.Column("readable", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("organisation", "sequence", name="pk_erasures_drills"),
    )
