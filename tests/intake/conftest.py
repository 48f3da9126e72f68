"""An organisation that is asked."""

from tests.intake.kit import quay, quay_on_sqlite

__all__ = ["quay", "quay_on_sqlite"]
