"""Operators: who enrolled, product roles, second persons, elevations; and their secrets, sealed or as digests."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Make the tables of the room of operators."""
    op.create_table(
        "operators_accounts",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("member", sa.String(64), nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("ways", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("organisation", "member", name="pk_operators_accounts"),
    )
    op.create_table(
        "operators_roles",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("member", sa.String(64), nullable=False),
        sa.Column("role", sa.String(64), nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=True),
        sa.PrimaryKeyConstraint("organisation", "member", "role", name="pk_operators_roles"),
    )
    op.create_table(
        "operators_approvals",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("approval", sa.String(64), nullable=False),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(160), nullable=False),
        sa.Column("stage", sa.String(16), nullable=False),
        sa.Column("asked_by", sa.String(64), nullable=False),
        sa.Column("asked_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("decided_by", sa.String(64), nullable=True),
        sa.Column("decided_at", sa.BigInteger, nullable=True),
        sa.Column("carried_at", sa.BigInteger, nullable=True),
        sa.PrimaryKeyConstraint("organisation", "approval", name="pk_operators_approvals"),
    )
    op.create_table(
        "operators_elevations",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("elevation", sa.String(64), nullable=False),
        sa.Column("member", sa.String(64), nullable=False),
        sa.Column("role", sa.String(64), nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.Column("told", sa.Integer, nullable=False),
        sa.Column("acts", sa.Integer, nullable=False),
        sa.Column("reviewed_by", sa.String(64), nullable=True),
        sa.Column("reviewed_at", sa.BigInteger, nullable=True),
        sa.Column("justified", sa.Boolean, nullable=True),
        sa.PrimaryKeyConstraint("organisation", "elevation", name="pk_operators_elevations"),
    )
    _secrets()


def _secrets() -> None:
    """What is no evidence: it goes when its owner leaves."""
    op.create_table(
        "operators_credentials",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("name", sa.String(160), nullable=False),
        sa.Column("member", sa.String(64), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=True),
        sa.Column("step", sa.BigInteger, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("organisation", "kind", "name", name="pk_operators_credentials"),
    )
    op.create_index("ix_operators_credentials_member", "operators_credentials", ["organisation", "member"])
    op.create_table(
        "operators_sessions",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("session", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("member", sa.String(64), nullable=False),
        sa.Column("ways", sa.String(100), nullable=False),
        sa.Column("opened_at", sa.BigInteger, nullable=False),
        sa.Column("seen_at", sa.BigInteger, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.PrimaryKeyConstraint("organisation", "session", name="pk_operators_sessions"),
    )
    op.create_index(
        "ix_operators_sessions_digest", "operators_sessions", ["organisation", "digest"], unique=True
    )
    op.create_index("ix_operators_sessions_member", "operators_sessions", ["organisation", "member"])
    op.create_table(
        "operators_tickets",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("member", sa.String(64), nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=True),
        sa.PrimaryKeyConstraint("organisation", "digest", name="pk_operators_tickets"),
    )
    op.create_index("ix_operators_tickets_member", "operators_tickets", ["organisation", "member"])
    op.create_table(
        "operators_tries",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("about", sa.String(64), nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("last_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("organisation", "about", name="pk_operators_tries"),
    )
    op.create_table(
        "operators_papers",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("approval", sa.String(64), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("organisation", "approval", name="pk_operators_papers"),
    )
