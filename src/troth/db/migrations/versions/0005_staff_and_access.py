"""Who works here, and what is needed to read a person's sealed fields: cells, their blind indexes, tokens, reads counted."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the tables of the rooms staff and access."""
    op.create_table(
        "staff_members",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("member", sa.String(64), nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("left", sa.BigInteger, nullable=True),
        sa.Column("named", sa.BigInteger, nullable=True),
        sa.PrimaryKeyConstraint("organisation", "member", name="pk_staff_members"),
    )
    op.create_table(
        "staff_roles",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("member", sa.String(64), nullable=False),
        sa.Column("role", sa.String(150), nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=True),
        sa.PrimaryKeyConstraint("organisation", "member", "role", name="pk_staff_roles"),
    )
    op.create_table(
        "staff_trainings",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("member", sa.String(64), nullable=False),
        sa.Column("course", sa.String(150), nullable=False),
        sa.Column("taken", sa.BigInteger, nullable=False),
        sa.Column("expires", sa.BigInteger, nullable=False),
        sa.Column("document", sa.String(160), nullable=False),
        sa.PrimaryKeyConstraint("organisation", "member", "course", name="pk_staff_trainings"),
    )
    _access()


def _access() -> None:
    op.create_table(
        "access_fields",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("field", sa.String(140), nullable=False),
        sa.Column("category", sa.String(150), nullable=False),
        sa.Column("search", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("organisation", "field", name="pk_access_fields"),
    )
    op.create_table(
        "access_cells",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("field", sa.String(140), nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("written_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("organisation", "subject", "field", name="pk_access_cells"),
    )
    op.create_table(
        "access_blinds",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("field", sa.String(140), nullable=False),
        sa.Column("purpose", sa.String(150), nullable=False),
        sa.Column("blind", sa.LargeBinary(64), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint(
            "organisation", "field", "purpose", "blind", "subject", name="pk_access_blinds"
        ),
    )
    op.create_index("ix_access_blinds_subject", "access_blinds", ["organisation", "subject", "field"])
    op.create_table(
        "access_tokens",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("token", sa.String(32), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("member", sa.String(64), nullable=False),
        sa.Column("role", sa.String(150), nullable=False),
        sa.Column("purpose", sa.String(150), nullable=False),
        sa.Column("issued_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("organisation", "token", name="pk_access_tokens"),
    )
    op.create_table(
        "access_reads",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("role", sa.String(150), nullable=False),
        sa.Column("purpose", sa.String(150), nullable=False),
        sa.Column("origin", sa.String(16), nullable=False),
        sa.Column("permitted", sa.BigInteger, nullable=False),
        sa.Column("refused", sa.BigInteger, nullable=False),
        sa.Column("last_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("organisation", "role", "purpose", "origin", name="pk_access_reads"),
    )
