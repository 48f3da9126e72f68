"""The API under `/api/v1`: ask before touching data, record what people chose, keep and read what is sealed, report what was seen."""

from troth.web.api.app import api_routes, hot_routes
from troth.web.api.hot import HotRoutes

__all__ = ["HotRoutes", "api_routes", "hot_routes"]
