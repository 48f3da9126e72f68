"""Who answers for whom, found from the guardian's side too."""

from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Add the index."""
    op.create_index("ix_consent_guardians_guardian", "consent_guardians", ["organisation", "guardian"])
