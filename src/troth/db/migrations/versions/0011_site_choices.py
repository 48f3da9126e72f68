"""What visitors of a site chose, the interfaces they were shown, signals, and items nobody declared."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Make the tables of the room of cookies."""
    op.create_table(
        "cookies_choices",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("policy", sa.String(71), nullable=False),
        sa.Column("interface", sa.String(71), nullable=False),
        sa.Column("language", sa.String(16), nullable=False),
        sa.Column("chosen", sa.Text, nullable=False),
        sa.Column("preselected", sa.Text, nullable=False),
        sa.Column("how", sa.String(8), nullable=False),
        sa.Column("signal", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("organisation", "sequence", name="pk_cookies_choices"),
    )
    op.create_index("ix_cookies_choices_subject", "cookies_choices", ["organisation", "subject", "sequence"])
    op.create_index("ix_cookies_choices_day", "cookies_choices", ["organisation", "day"])
    op.create_table(
        "cookies_interfaces",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("interface", sa.String(71), nullable=False),
        sa.Column("policy", sa.String(71), nullable=False),
        sa.Column("language", sa.String(16), nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("organisation", "interface", name="pk_cookies_interfaces"),
    )
    _beside()


def _beside() -> None:
    """What came from browsers in which nobody chose anything."""
    op.create_table(
        "cookies_signals",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("policy", sa.String(71), nullable=False),
        sa.PrimaryKeyConstraint("organisation", "day", "policy", name="pk_cookies_signals"),
    )
    op.create_table(
        "cookies_strangers",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("what", sa.String(16), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("refused", sa.Boolean, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint(
            "organisation", "day", "what", "name", "refused", name="pk_cookies_strangers"
        ),
    )
