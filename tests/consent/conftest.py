"""An organisation to test with, and a server."""

from tests.gate.kit import quay, quay_on_sqlite
from tests.web.conftest import harbour

__all__ = ["harbour", "quay", "quay_on_sqlite"]
