"""An organisation with accounts."""

from tests.accounts.kit import quay, quay_on_sqlite

__all__ = ["quay", "quay_on_sqlite"]
