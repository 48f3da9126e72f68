"""Timestamps of checkpoints by time-stamping authorities, beside the checkpoints."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the table of timestamps."""
    op.create_table(
        "ledger_timestamps",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("authority", sa.String(255), nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("token", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("organisation", "size", "authority", name="pk_ledger_timestamps"),
        sqlite_with_rowid=False,
    )
