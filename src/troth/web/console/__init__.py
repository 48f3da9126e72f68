"""The pages of the console: companies, boards, clauses, questions, the record, policies."""

from __future__ import annotations

from starlette.routing import BaseRoute, Route

from troth.web.console.board import board
from troth.web.console.clause import clause
from troth.web.console.home import home

ROUTES: list[BaseRoute] = [
    Route("/", home),
    Route("/{org}", board),
    Route("/{org}/clauses/{clause}", clause),
]
"""Every page, by its address."""
