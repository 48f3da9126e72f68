"""The API under `/api/v1`: ask before touching data, record what people chose, report what was seen, read what is shown."""

from troth.web.api.app import api_routes
from troth.web.api.peek import HotPeek

__all__ = ["HotPeek", "api_routes"]
