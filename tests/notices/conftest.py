"""An organisation that shows notices."""

from tests.notices.kit import quay, quay_on_sqlite

__all__ = ["quay", "quay_on_sqlite"]
