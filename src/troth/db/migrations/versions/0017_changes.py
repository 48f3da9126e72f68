"""Changes of the policy: of which kinds, what was done because of them, and who was told."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Make the tables of changes."""
    op.create_table(
        "notices_changes",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("policy", sa.String(71), nullable=False),
        sa.Column("before", sa.String(71), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("kinds", sa.String(400), nullable=False),
        sa.PrimaryKeyConstraint("organisation", "sequence", name="pk_notices_changes"),
    )
    op.create_table(
        "notices_change_marks",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("change", sa.BigInteger, nullable=False),
        sa.Column("mark", sa.String(180), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("organisation", "change", "mark", name="pk_notices_change_marks"),
    )
    op.create_table(
        "notices_told",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("change", sa.BigInteger, nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("message", sa.String(64), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("organisation", "change", "subject", "channel", name="pk_notices_told"),
    )
    op.create_index("ix_notices_told_state", "notices_told", ["organisation", "state"])
