"""An organisation to test with."""

from tests.gate.kit import quay, quay_on_sqlite

__all__ = ["quay", "quay_on_sqlite"]
