"""Messages: where each stands, its sealed words, links to unsubscribe, and who is written to no more."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Make the tables of the room of messages."""
    op.create_table(
        "messages_states",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("message", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("message_class", sa.String(150), nullable=False),
        sa.Column("what", sa.String(32), nullable=False),
        sa.Column("purpose", sa.String(150), nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("queued_at", sa.BigInteger, nullable=False),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
        sa.Column("next_at", sa.BigInteger, nullable=True),
        sa.Column("expires_at", sa.BigInteger, nullable=True),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("tracking", sa.String(32), nullable=False),
        sa.Column("origin", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("organisation", "message", name="pk_messages_states"),
    )
    op.create_index("ix_messages_states_due", "messages_states", ["organisation", "state", "next_at"])
    op.create_index("ix_messages_states_subject", "messages_states", ["organisation", "subject"])
    op.create_table(
        "messages_suppressions",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("purpose", sa.String(150), nullable=False),
        sa.Column("why", sa.String(32), nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint(
            "organisation", "digest", "channel", "purpose", name="pk_messages_suppressions"
        ),
    )
    _words()


def _words() -> None:
    """What is sealed, and links that only their digest leads to."""
    op.create_table(
        "messages_letters",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("message", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=True),
        sa.PrimaryKeyConstraint("organisation", "message", name="pk_messages_letters"),
    )
    op.create_index("ix_messages_letters_subject", "messages_letters", ["organisation", "subject"])
    op.create_table(
        "messages_tokens",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("token", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("purpose", sa.String(150), nullable=False),
        sa.Column("message_class", sa.String(150), nullable=False),
        sa.Column("message", sa.String(64), nullable=True),
        sa.PrimaryKeyConstraint("organisation", "token", name="pk_messages_tokens"),
    )
    op.create_index("ix_messages_tokens_message", "messages_tokens", ["organisation", "message"])
