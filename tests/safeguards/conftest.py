"""An organisation with safeguards to show."""

from tests.safeguards.kit import quay, quay_on_sqlite

__all__ = ["quay", "quay_on_sqlite"]
