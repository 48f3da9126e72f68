"""An organisation that writes."""

from tests.messages.kit import quay, quay_on_sqlite

__all__ = ["quay", "quay_on_sqlite"]
