"""Which old entries of a ledger lie in archives, and in which file."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make the table of archives."""
    op.create_table(
        "ledger_archives",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("first", sa.BigInteger, nullable=False),
        sa.Column("last", sa.BigInteger, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("marks", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("organisation", "first", name="pk_ledger_archives"),
        sqlite_with_rowid=False,
    )
