"""Tickets, the mails they came by, their sealed parts, keys that must die; tasks of people, and the documents they brought."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Make the tables of the rooms of intake and tasks."""
    op.create_table(
        "intake_tickets",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("ticket", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("right", sa.String(32), nullable=False),
        sa.Column("ground", sa.String(64), nullable=False),
        sa.Column("route", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("sender", sa.String(64), nullable=False),
        sa.Column("match", sa.String(16), nullable=False),
        sa.Column("proof", sa.String(16), nullable=False),
        sa.Column("tenant", sa.String(64), nullable=False),
        sa.Column("agent", sa.String(64), nullable=False),
        sa.Column("within", sa.String(64), nullable=False),
        sa.Column("policy", sa.String(71), nullable=False),
        sa.Column("purpose", sa.String(150), nullable=False),
        sa.Column("received_at", sa.BigInteger, nullable=False),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
        sa.Column("asked_at", sa.BigInteger, nullable=True),
        sa.Column("proven_at", sa.BigInteger, nullable=True),
        sa.Column("extended", sa.String(500), nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=True),
        sa.Column("provisional", sa.Boolean, nullable=False),
        sa.Column("rule", sa.String(160), nullable=False),
        sa.Column("answered_at", sa.BigInteger, nullable=True),
        sa.Column("ended_at", sa.BigInteger, nullable=True),
        sa.Column("outcome", sa.String(32), nullable=False),
        sa.Column("refusal", sa.String(64), nullable=False),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("into", sa.String(32), nullable=False),
        sa.Column("alerted", sa.String(32), nullable=False),
        sa.Column("challenge", sa.String(64), nullable=False),
        sa.Column("emptied", sa.Boolean, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("origin", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("organisation", "ticket", name="pk_intake_tickets"),
    )
    op.create_index("ix_intake_tickets_due", "intake_tickets", ["organisation", "state", "due_at"])
    op.create_index("ix_intake_tickets_subject", "intake_tickets", ["organisation", "subject"])
    op.create_index("ix_intake_tickets_sender", "intake_tickets", ["organisation", "sender"])
    _parts()
    _tasks()


def _parts() -> None:
    """What is sealed, and what leads to it."""
    op.create_table(
        "intake_mails",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("mail", sa.String(64), nullable=False),
        sa.Column("ticket", sa.String(32), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("organisation", "mail", name="pk_intake_mails"),
    )
    op.create_table(
        "intake_parts",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("ticket", sa.String(32), nullable=False),
        sa.Column("part", sa.Integer, nullable=False),
        sa.Column("what", sa.String(16), nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("organisation", "ticket", "part", name="pk_intake_parts"),
    )
    op.create_index("ix_intake_parts_owner", "intake_parts", ["organisation", "owner"])
    op.create_table(
        "intake_dying",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("organisation", "owner", name="pk_intake_dying"),
    )


def _tasks() -> None:
    """What people are asked to show, and what they brought."""
    op.create_table(
        "tasks_tasks",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("task", sa.String(32), nullable=False),
        sa.Column("statement", sa.String(160), nullable=False),
        sa.Column("item", sa.Integer, nullable=False),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("lasts", sa.String(32), nullable=False),
        sa.Column("done_at", sa.BigInteger, nullable=True),
        sa.Column("done_by", sa.String(64), nullable=False),
        sa.Column("document", sa.String(160), nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=True),
        sa.Column("dropped", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("organisation", "task", name="pk_tasks_tasks"),
    )
    op.create_index("ix_tasks_tasks_due", "tasks_tasks", ["organisation", "due_at"])
    op.create_table(
        "tasks_reminders",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("reminder", sa.String(64), nullable=False),
        sa.Column("task", sa.String(32), nullable=False),
        sa.Column("step", sa.String(32), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("organisation", "reminder", name="pk_tasks_reminders"),
    )
    op.create_table(
        "tasks_documents",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("document", sa.String(160), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("media", sa.String(100), nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("organisation", "document", name="pk_tasks_documents"),
    )
    op.create_table(
        "tasks_addresses",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("organisation", "owner", name="pk_tasks_addresses"),
    )
