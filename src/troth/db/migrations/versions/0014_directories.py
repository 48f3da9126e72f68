"""What runs on people's devices, what they were asked for, what should not have been, and counts of what was done."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Make the tables of the room of directories."""
    op.create_table(
        "directories_installs",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("install", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("app", sa.String(64), nullable=False),
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("policy", sa.String(71), nullable=False),
        sa.Column("sessions", sa.Integer, nullable=False),
        sa.Column("upto", sa.BigInteger, nullable=False),
        sa.Column("told_to", sa.BigInteger, nullable=False),
        sa.Column("first_at", sa.BigInteger, nullable=False),
        sa.Column("last_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("organisation", "install", name="pk_directories_installs"),
    )
    op.create_index("ix_directories_installs_subject", "directories_installs", ["organisation", "subject"])
    op.create_table(
        "directories_prompts",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("install", sa.String(64), nullable=False),
        sa.Column("point", sa.String(160), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("moment", sa.String(16), nullable=False),
        sa.Column("said", sa.String(16), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("organisation", "install", "point", name="pk_directories_prompts"),
    )
    op.create_index("ix_directories_prompts_subject", "directories_prompts", ["organisation", "subject"])
    _seen_and_counted()


def _seen_and_counted() -> None:
    op.create_table(
        "directories_troubles",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("what", sa.String(32), nullable=False),
        sa.Column("name", sa.String(160), nullable=False),
        sa.Column("breach", sa.Boolean, nullable=False),
        sa.Column("times", sa.Integer, nullable=False),
        sa.Column("first_at", sa.BigInteger, nullable=False),
        sa.Column("last_at", sa.BigInteger, nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("organisation", "what", "name", "breach", name="pk_directories_troubles"),
    )
    op.create_table(
        "directories_deeds",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("action", sa.String(16), nullable=False),
        sa.Column("purpose", sa.String(160), nullable=False),
        sa.Column("recipient", sa.String(160), nullable=False),
        sa.Column("point", sa.String(160), nullable=False),
        sa.Column("category", sa.String(160), nullable=False),
        sa.Column("count", sa.BigInteger, nullable=False),
        sa.Column("breaches", sa.BigInteger, nullable=False),
        sa.Column("last_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint(
            "organisation", "subject", "action", "purpose", "recipient", "point", "category",
            name="pk_directories_deeds",
        ),
    )  # fmt: skip
    op.create_table(
        "directories_counted",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("organisation", name="pk_directories_counted"),
    )
