"""Signed checkpoints of each ledger, beside its entries."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the table of checkpoints."""
    op.create_table(
        "ledger_checkpoints",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("note", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("organisation", "size", name="pk_ledger_checkpoints"),
        sqlite_with_rowid=False,
    )
