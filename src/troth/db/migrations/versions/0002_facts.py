"""Policies in their versions, subjects, consents, recipients, and what was answered under an idempotency key."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables of the facts, and the gate's own."""
    _policies()
    _subjects()
    _consent()
    _recipients()
    _gate()


def _policies() -> None:
    """Activations, and documents under their digests."""
    op.create_table(
        "policies_versions",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("digest", sa.String(71), nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("organisation", "sequence", name="pk_policies_versions"),
    )
    op.create_table(
        "policies_documents",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(71), nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("organisation", "digest", name="pk_policies_documents"),
    )


def _subjects() -> None:
    """People, their facts and identities."""
    op.create_table(
        "subjects_people",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("root", sa.String(64), nullable=False),
        sa.Column("id", sa.String(64), nullable=True),
        sa.PrimaryKeyConstraint("organisation", "subject", name="pk_subjects_people"),
    )
    op.create_index("ix_subjects_people_root", "subjects_people", ["organisation", "root"])
    op.create_table(
        "subjects_facts",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("fact", sa.String(160), nullable=False),
        sa.Column("standing", sa.String(16), nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("policy", sa.String(71), nullable=False),
        sa.Column("version", sa.String(71), nullable=False),
        sa.Column("language", sa.String(16), nullable=False),
        sa.Column("rendered", sa.String(160), nullable=False),
        sa.PrimaryKeyConstraint("organisation", "subject", "fact", name="pk_subjects_facts"),
    )
    op.create_table(
        "subjects_bound",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("policy", sa.String(71), nullable=False),
        sa.PrimaryKeyConstraint("organisation", "subject", "policy", name="pk_subjects_bound"),
    )
    op.create_table(
        "subjects_identities",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("organisation", "digest", name="pk_subjects_identities"),
    )
    op.create_index("ix_subjects_identities_subject", "subjects_identities", ["organisation", "subject"])


def _consent() -> None:
    """Consents, acceptances, objections."""
    op.create_table(
        "consent_states",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("item", sa.String(150), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("act", sa.String(16), nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("expires", sa.BigInteger, nullable=True),
        sa.Column("policy", sa.String(71), nullable=False),
        sa.Column("notice", sa.String(150), nullable=False),
        sa.Column("version", sa.String(71), nullable=False),
        sa.Column("language", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("organisation", "subject", "item", "kind", name="pk_consent_states"),
    )
    op.create_index("ix_consent_states_expires", "consent_states", ["organisation", "expires"])
    op.create_table(
        "consent_acceptances",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("policy", sa.String(71), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("organisation", "subject", "policy", "kind", name="pk_consent_acceptances"),
    )
    op.create_table(
        "consent_objections",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("objection", sa.String(150), nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("organisation", "subject", "objection", name="pk_consent_objections"),
    )


def _recipients() -> None:
    """What is on record about recipients."""
    op.create_table(
        "recipients_facts",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("recipient", sa.String(150), nullable=False),
        sa.Column("fact", sa.String(64), nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=True),
        sa.Column("stake", sa.String(32), nullable=True),
        sa.PrimaryKeyConstraint("organisation", "recipient", "fact", name="pk_recipients_facts"),
    )


def _gate() -> None:
    """Answers under idempotency keys."""
    op.create_table(
        "gate_answered",
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("key", sa.String(71), nullable=False),
        sa.Column("request", sa.String(71), nullable=False),
        sa.Column("answer", sa.LargeBinary, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("organisation", "key", name="pk_gate_answered"),
    )
    op.create_index("ix_gate_answered_at", "gate_answered", ["organisation", "at"])
