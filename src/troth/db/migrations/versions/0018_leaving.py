"""On which days the leaving page was shown for which third party: nothing about anybody."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Make the table of days on which somebody was led out."""
    op.create_table(
        "notices_leavings",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("destination", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("organisation", "day", "destination", name="pk_notices_leavings"),
    )
