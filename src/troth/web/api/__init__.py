"""The API under `/api/v1`: ask before touching data, record what people chose, keep and read what is sealed, report what was seen."""

from troth.web.api.hot import HotRoutes
from troth.web.api.mounted import api_routes, hot_routes

__all__ = ["HotRoutes", "api_routes", "hot_routes"]
