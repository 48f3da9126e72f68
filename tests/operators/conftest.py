"""An organisation whose staff come in."""

from tests.access.kit import quay, quay_on_sqlite

__all__ = ["quay", "quay_on_sqlite"]
