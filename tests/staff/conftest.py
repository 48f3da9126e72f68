"""An organisation whose staff read."""

from tests.access.kit import quay, quay_on_sqlite

__all__ = ["quay", "quay_on_sqlite"]
