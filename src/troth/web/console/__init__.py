"""The pages of the console: companies, boards, clauses, questions, the record, policies."""

from __future__ import annotations

from starlette.routing import BaseRoute, Route

from troth.web.console.accounts import accounts
from troth.web.console.ask import ask, ask_request
from troth.web.console.backups import backups
from troth.web.console.board import board
from troth.web.console.clause import clause
from troth.web.console.home import home
from troth.web.console.ledger import ledger, one
from troth.web.console.messages import messages
from troth.web.console.policy import coverage, policy
from troth.web.console.sight import sight
from troth.web.console.site import site
from troth.web.console.staff import staff

ROUTES: list[BaseRoute] = [
    Route("/", home),
    Route("/{org}", board),
    Route("/{org}/clauses/{clause}", clause),
    Route("/{org}/ask", ask),
    Route("/{org}/ask/request", ask_request),
    Route("/{org}/ledger", ledger),
    Route("/{org}/ledger/{sequence}", one),
    Route("/{org}/ledger/{sequence}/seen/{number}", sight),
    Route("/{org}/policy", policy),
    Route("/{org}/coverage", coverage),
    Route("/{org}/site", site),
    Route("/{org}/staff", staff),
    Route("/{org}/accounts", accounts),
    Route("/{org}/messages", messages),
    Route("/{org}/backups", backups),
]
"""Every page, by its address."""
