"""What companies' own pages ask for: the SDK, choices, signals, undeclared items, and a form for whoever runs no JavaScript."""

from troth.web.site.routes import ROUTES

__all__ = ["ROUTES"]
