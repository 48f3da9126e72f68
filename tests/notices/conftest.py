"""An organisation that shows notices, and a server."""

from tests.notices.kit import quay, quay_on_sqlite
from tests.web.conftest import harbour

__all__ = ["harbour", "quay", "quay_on_sqlite"]
