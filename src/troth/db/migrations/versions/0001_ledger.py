"""The ledger: head and lock of each organisation, its entries, their payloads, the nodes of its tree."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the four tables of the ledger."""
    op.create_table(
        "ledger_heads",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("root", sa.LargeBinary(32), nullable=False),
        sa.Column("edge", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("organisation", name="pk_ledger_heads"),
    )
    op.create_table(
        "ledger_entries",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column(
            "kind", sa.String(128).with_variant(sa.String(128, collation="C"), "postgresql"), nullable=False
        ),
        sa.Column("subject", sa.String(64), nullable=True),
        sa.Column("header", sa.LargeBinary, nullable=False),
        sa.Column("leaf", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("organisation", "sequence", name="pk_ledger_entries"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_ledger_entries_kind", "ledger_entries", ["organisation", "kind", "sequence"])
    op.create_index("ix_ledger_entries_subject", "ledger_entries", ["organisation", "subject", "sequence"])
    op.create_table(
        "ledger_payloads",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("salt", sa.LargeBinary, nullable=False),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.Column("sealed", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("organisation", "sequence", name="pk_ledger_payloads"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "ledger_nodes",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("node", sa.BigInteger, nullable=False),
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("organisation", "node", name="pk_ledger_nodes"),
        sqlite_with_rowid=False,
    )
