"""Runs and their steps: work that outlives whoever does it. Nothing here is about anybody."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Make the two tables."""
    op.create_table(
        "steps_runs",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("run", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("opened_at", sa.BigInteger, nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=True),
        sa.Column("ended_at", sa.BigInteger, nullable=True),
        sa.PrimaryKeyConstraint("organisation", "run", name="pk_steps_runs"),
    )
    op.create_table(
        "steps_steps",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("run", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("rank", sa.Integer, nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("about", sa.String(150), nullable=False),
        sa.Column("standing", sa.String(16), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("fence", sa.Integer, nullable=False),
        sa.Column("worker", sa.String(64), nullable=False),
        sa.Column("lease_until", sa.BigInteger, nullable=True),
        sa.Column("not_before", sa.BigInteger, nullable=True),
        sa.Column("intended_at", sa.BigInteger, nullable=True),
        sa.Column("said", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("organisation", "run", "number", name="pk_steps_steps"),
    )
    op.create_index("ix_steps_steps_standing", "steps_steps", ["organisation", "standing", "not_before"])
