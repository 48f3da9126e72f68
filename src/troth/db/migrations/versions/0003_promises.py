"""What the ledger says about each statement: decisions counted, breaches, self-tests, looks of probes."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables of the promises room."""
    op.create_table(
        "promises_tallies",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("statement", sa.String(160), nullable=False),
        sa.Column("origin", sa.String(16), nullable=False),
        sa.Column("grade", sa.String(16), nullable=False),
        sa.Column("permitted", sa.Integer, nullable=False),
        sa.Column("refused", sa.Integer, nullable=False),
        sa.Column("last_at", sa.BigInteger, nullable=False),
        sa.Column("last_sequence", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("organisation", "statement", "origin", "grade", name="pk_promises_tallies"),
    )
    op.create_table(
        "promises_breaches",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("statement", sa.String(160), nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("what", sa.String(160), nullable=False),
        sa.Column("found_at", sa.BigInteger, nullable=False),
        sa.Column("grade", sa.String(16), nullable=False),
        sa.Column("origin", sa.String(16), nullable=False),
        sa.Column("mended_at", sa.BigInteger, nullable=True),
        sa.PrimaryKeyConstraint("organisation", "statement", "sequence", name="pk_promises_breaches"),
    )
    op.create_table(
        "promises_selftests",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("statement", sa.String(160), nullable=False),
        sa.Column("passed", sa.Boolean, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("organisation", "statement", name="pk_promises_selftests"),
    )
    op.create_table(
        "promises_looks",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("probe", sa.String(160), nullable=False),
        sa.Column("statement", sa.String(160), nullable=False),
        sa.Column("passed", sa.Boolean, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("origin", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("organisation", "probe", "statement", name="pk_promises_looks"),
    )
