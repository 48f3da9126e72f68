"""Accounts: where each stands, counts, and the secrets of their owners: names, hashes, tickets, sessions, devices, tries."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Make the tables of the room of accounts."""
    op.create_table(
        "accounts_states",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("opened_at", sa.BigInteger, nullable=False),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
        sa.Column("level", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("organisation", "account", name="pk_accounts_states"),
    )
    op.create_index("ix_accounts_states_subject", "accounts_states", ["organisation", "subject"])
    op.create_table(
        "accounts_counts",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("what", sa.String(64), nullable=False),
        sa.Column("detail", sa.String(64), nullable=False),
        sa.Column("origin", sa.String(16), nullable=False),
        sa.Column("count", sa.BigInteger, nullable=False),
        sa.Column("last_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("organisation", "what", "detail", "origin", name="pk_accounts_counts"),
    )
    _secrets()
    _comings()


def _secrets() -> None:
    """What is secret, and goes with its person."""
    op.create_table(
        "accounts_secrets",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(400), nullable=False),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("organisation", "account", name="pk_accounts_secrets"),
    )
    op.create_table(
        "accounts_names",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("blind", sa.LargeBinary(64), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("organisation", "kind", "blind", name="pk_accounts_names"),
    )
    op.create_index("ix_accounts_names_account", "accounts_names", ["organisation", "account"])
    op.create_table(
        "accounts_tickets",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("purpose", sa.String(16), nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("asked_at", sa.BigInteger, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=True),
        sa.PrimaryKeyConstraint("organisation", "digest", name="pk_accounts_tickets"),
    )
    op.create_index("ix_accounts_tickets_until", "accounts_tickets", ["organisation", "until"])


def _comings() -> None:
    """Who is signed in, and who knocked."""
    op.create_table(
        "accounts_sessions",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("session", sa.String(64), nullable=False),
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("seen_at", sa.BigInteger, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.Column("level", sa.String(32), nullable=False),
        sa.Column("device", sa.String(64), nullable=False),
        sa.Column("language", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("organisation", "digest", name="pk_accounts_sessions"),
    )
    op.create_index("ix_accounts_sessions_account", "accounts_sessions", ["organisation", "account"])
    op.create_table(
        "accounts_tries",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("locked_until", sa.BigInteger, nullable=True),
        sa.PrimaryKeyConstraint("organisation", "digest", name="pk_accounts_tries"),
    )
    op.create_index("ix_accounts_tries_since", "accounts_tries", ["organisation", "since"])
    op.create_table(
        "accounts_devices",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("device", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("seen_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("organisation", "account", "device", name="pk_accounts_devices"),
    )
