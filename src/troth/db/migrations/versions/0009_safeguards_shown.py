"""What shows each safeguard: the last word on every item of evidence that a policy names."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Make the table of the register."""
    op.create_table(
        "promises_shown",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("statement", sa.String(160), nullable=False),
        sa.Column("item", sa.Integer, nullable=False),
        sa.Column("passed", sa.Boolean, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=True),
        sa.Column("heads", sa.Integer, nullable=True),
        sa.Column("grade", sa.String(16), nullable=False),
        sa.Column("origin", sa.String(16), nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("organisation", "statement", "item", name="pk_promises_shown"),
    )
