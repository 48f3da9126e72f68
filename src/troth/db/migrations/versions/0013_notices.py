"""What was shown to whom: texts by digest, displays, and submissions by form."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Make the tables of the room of notices."""
    op.create_table(
        "notices_texts",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(71), nullable=False),
        sa.Column("notice", sa.String(150), nullable=False),
        sa.Column("version", sa.String(71), nullable=False),
        sa.Column("language", sa.String(16), nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("organisation", "digest", "notice", "version", name="pk_notices_texts"),
    )
    op.create_table(
        "notices_displays",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("notice", sa.String(150), nullable=False),
        sa.Column("version", sa.String(71), nullable=False),
        sa.Column("language", sa.String(16), nullable=False),
        sa.Column("interface", sa.String(16), nullable=False),
        sa.Column("point", sa.String(150), nullable=False),
        sa.Column("level", sa.String(16), nullable=False),
        sa.Column("rendered", sa.String(71), nullable=False),
        sa.Column("own", sa.Boolean, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("organisation", "sequence", name="pk_notices_displays"),
    )
    op.create_index("ix_notices_displays_subject", "notices_displays", ["organisation", "subject", "notice"])
    op.create_table(
        "notices_submissions",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("point", sa.String(150), nullable=False),
        sa.Column("taken", sa.Boolean, nullable=False),
        sa.Column("origin", sa.String(16), nullable=False),
        sa.Column("times", sa.Integer, nullable=False),
        sa.Column("last", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("organisation", "point", "taken", "origin", name="pk_notices_submissions"),
    )
