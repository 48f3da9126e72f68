"""Guardians of minors, minors found without one, and what tenants attest."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Make the tables of guardians."""
    op.create_table(
        "consent_guardians",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("ticket", sa.String(64), nullable=False),
        sa.Column("minor", sa.String(64), nullable=False),
        sa.Column("guardian", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("proof", sa.String(32), nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("asked_at", sa.BigInteger, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.Column("confirmed_at", sa.BigInteger, nullable=True),
        sa.PrimaryKeyConstraint("organisation", "ticket", name="pk_consent_guardians"),
    )
    op.create_index("ix_consent_guardians_minor", "consent_guardians", ["organisation", "minor"])
    op.create_table(
        "consent_minors",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("minor", sa.String(64), nullable=False),
        sa.Column("rule", sa.String(400), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("due", sa.BigInteger, nullable=True),
        sa.Column("purged_at", sa.BigInteger, nullable=True),
        sa.PrimaryKeyConstraint("organisation", "sequence", name="pk_consent_minors"),
    )
    op.create_table(
        "consent_attestations",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("tenant", sa.String(64), nullable=False),
        sa.Column("minor", sa.String(64), nullable=False),
        sa.Column("document", sa.String(160), nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("organisation", "tenant", "minor", name="pk_consent_attestations"),
    )
