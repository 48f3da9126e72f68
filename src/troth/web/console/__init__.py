"""The pages of the console: companies, boards, clauses, questions, the record, policies."""

from __future__ import annotations

from starlette.routing import BaseRoute

from troth.web.console.access import end, keep_passkey, me
from troth.web.console.accounts import accounts
from troth.web.console.approvals import (
    approval,
    approvals,
    ask_activation,
    ask_destruction,
    ask_epoch,
    ask_erasure,
    decide,
)
from troth.web.console.ask import ask, ask_request
from troth.web.console.backups import backups
from troth.web.console.board import board
from troth.web.console.clause import clause
from troth.web.console.consents import consents
from troth.web.console.directories import directories
from troth.web.console.directories import download as directory_file
from troth.web.console.emergencies import emergencies, open_glass, review
from troth.web.console.home import home
from troth.web.console.ledger import ledger, one
from troth.web.console.life import life, time
from troth.web.console.lineage import lineage
from troth.web.console.manage import manage
from troth.web.console.messages import messages
from troth.web.console.minors import minors
from troth.web.console.notices import notices
from troth.web.console.policy import coverage, policy
from troth.web.console.recordings import recordings
from troth.web.console.requests import one as request
from troth.web.console.requests import queue
from troth.web.console.roles import roles
from troth.web.console.sight import sight
from troth.web.console.site import site
from troth.web.console.staff import staff
from troth.web.console.tasks import document, task, tasks
from troth.web.console.tickets import file, new, ticket, tickets
from troth.web.console.tour import tour
from troth.web.rights import OWN, Route

ROUTES: list[BaseRoute] = [
    Route("/", home, action=OWN),
    Route("/{org}", board, action="board.read"),
    Route("/{org}/life", life, action="board.read"),
    Route("/{org}/life/time", time, action=OWN, methods=["POST"]),
    Route("/{org}/tour", tour, action="board.read"),
    Route("/{org}/clauses/{clause}", clause, action="board.read"),
    Route("/{org}/ask", ask, action="gate.ask"),
    Route("/{org}/ask/request", ask_request, action="gate.ask"),
    Route("/{org}/ledger", ledger, action="evidence.read", personal=True),
    Route("/{org}/ledger/{sequence}", one, action="evidence.read", personal=True),
    Route("/{org}/ledger/{sequence}/seen/{number}", sight, action="findings.read", personal=True),
    Route("/{org}/policy", policy, action="policy.read"),
    Route("/{org}/coverage", coverage, action="policy.read"),
    Route("/{org}/site", site, action="site.read"),
    Route("/{org}/directories", directories, action="directories.read"),
    Route("/{org}/directories/{file}", directory_file, action="directories.read"),
    Route("/{org}/staff", staff, action="staff.read"),
    Route("/{org}/staff/roles", roles, action="roles.read"),
    Route("/{org}/staff/manage", manage, action="staff.manage", methods=["POST"]),
    Route("/{org}/accounts", accounts, action="accounts.read"),
    Route("/{org}/messages", messages, action="messages.read"),
    Route("/{org}/notices", notices, action="notices.read"),
    Route("/{org}/consents", consents, action="notices.read"),
    Route("/{org}/minors", minors, action="notices.read"),
    Route("/{org}/tickets", tickets, action="requests.read"),
    Route("/{org}/requests", queue, action="requests.read"),
    Route("/{org}/requests", queue, action="requests.answer", methods=["POST"]),
    Route("/{org}/requests/{number}", request, action="requests.read"),
    Route("/{org}/requests/{number}", request, action="requests.answer", methods=["POST"]),
    Route("/{org}/tasks", tasks, action="requests.read"),
    Route("/{org}/tasks/{task}", task, action="requests.answer", methods=["GET", "POST"]),
    Route("/{org}/tickets/new", new, action="requests.answer", methods=["GET", "POST"]),
    Route(
        "/{org}/tickets/{number}", ticket, action="requests.answer", personal=True, methods=["GET", "POST"]
    ),
    Route(
        "/{org}/tickets/{number}/files/{part:int}",
        file,
        action="requests.answer",
        personal=True,
        methods=["GET"],
    ),
    Route("/{org}/tasks/{task}/document", document, action="requests.answer", personal=True, methods=["GET"]),
    Route("/{org}/backups", backups, action="backups.read"),
    Route("/{org}/lineage", lineage, action="policy.read"),
    Route("/{org}/recordings", recordings, action="policy.read"),
    Route("/{org}/me", me, action=OWN),
    Route("/{org}/me/sessions", end, action=OWN, methods=["POST"]),
    Route("/{org}/me/passkeys", keep_passkey, action=OWN, methods=["POST"]),
    Route("/{org}/approvals", approvals, action="approvals.read"),
    Route("/{org}/approvals/ask", ask_activation, action="policy.activate", methods=["POST"]),
    Route("/{org}/approvals/erase", ask_erasure, action="subjects.erase", methods=["POST"]),
    Route("/{org}/approvals/epoch", ask_epoch, action="keys.epoch", methods=["POST"]),
    Route("/{org}/approvals/destroy", ask_destruction, action="keys.destroy", methods=["POST"]),
    Route("/{org}/approvals/{approval}", approval, action="approvals.read"),
    Route("/{org}/approvals/{approval}/decide", decide, action="approvals.read", methods=["POST"]),
    Route("/{org}/emergencies", emergencies, action=OWN),
    Route("/{org}/emergencies/open", open_glass, action="glass.open", methods=["POST"]),
    Route("/{org}/emergencies/{glass}/review", review, action="glass.review", methods=["POST"]),
]
"""Every page, by its address, with the action it is. One without is refused to operators, and a test tells of it."""
