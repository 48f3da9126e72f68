"""The privacy centre: the pages of the person whom data are about. One door, one person, every action a form.

`/my/{org}` opens by a one-use code and shows that person alone; `/my/{org}/notice` and the policy versions are for anybody.
"""

from __future__ import annotations

from starlette.routing import BaseRoute, Route

from troth.web.centre.account import account, close, closing, password, sessions
from troth.web.centre.changes import agree
from troth.web.centre.consents import consent, consents, objection, say, say_objection
from troth.web.centre.contact import contact
from troth.web.centre.directories import directories
from troth.web.centre.directories import download as directory_file
from troth.web.centre.disclosures import disclosures
from troth.web.centre.door import ask, enter, leave, prefer, provider
from troth.web.centre.door import password as by_password
from troth.web.centre.guardian import guardian
from troth.web.centre.joining import bind, bound, recover, recovered, register, registered
from troth.web.centre.leaving import leaving
from troth.web.centre.notice import notice
from troth.web.centre.overview import overview
from troth.web.centre.policy import policies, policy
from troth.web.centre.receipts import download, receipts
from troth.web.centre.rights import rights
from troth.web.centre.switches import switch, switches
from troth.web.centre.tickets import file, new, ticket, tickets
from troth.web.centre.versions import version, versions
from troth.web.centre.wards import child, wards

DOOR = "/my/"
"""What every address of the centre begins with; nothing there asks for a session of the console."""

ROUTES: list[BaseRoute] = [
    Route("/my/{org}", overview, methods=["GET"]),
    Route("/my/{org}/sign-in", ask, methods=["GET", "POST"]),
    Route("/my/{org}/sign-in/password", by_password, methods=["POST"]),
    Route("/my/{org}/sign-in/provider/{provider}", provider, methods=["GET", "POST"]),
    Route("/my/{org}/register", register, methods=["GET", "POST"]),
    Route("/my/{org}/register/code", registered, methods=["POST"]),
    Route("/my/{org}/recover", recover, methods=["GET", "POST"]),
    Route("/my/{org}/recover/code", recovered, methods=["POST"]),
    Route("/my/{org}/enter", enter, methods=["POST"]),
    Route("/my/{org}/account", account, methods=["GET"]),
    Route("/my/{org}/account/sessions", sessions, methods=["POST"]),
    Route("/my/{org}/account/password", password, methods=["POST"]),
    Route("/my/{org}/account/bind", bind, methods=["POST"]),
    Route("/my/{org}/account/bind/code", bound, methods=["POST"]),
    Route("/my/{org}/account/close", closing, methods=["GET"]),
    Route("/my/{org}/account/close", close, methods=["POST"]),
    Route("/my/{org}/leave", leave, methods=["POST"]),
    Route("/my/{org}/language", prefer, methods=["POST"]),
    Route("/my/{org}/notice", notice, methods=["GET"]),
    Route("/my/{org}/notice/versions", versions, methods=["GET"]),
    Route("/my/{org}/notice/versions/{number}", version, methods=["GET"]),
    Route("/my/{org}/leaving", leaving, methods=["GET"]),
    Route("/my/{org}/guardian/{ticket}", guardian, methods=["GET", "POST"]),
    Route("/my/{org}/policy", policies, methods=["GET"]),
    Route("/my/{org}/policy", agree, methods=["POST"]),
    Route("/my/{org}/policy/{digest}", policy, methods=["GET"]),
    Route("/my/{org}/consents", consents, methods=["GET"]),
    Route("/my/{org}/consents/{item}", consent, methods=["GET"]),
    Route("/my/{org}/consents/{item}", say, methods=["POST"]),
    Route("/my/{org}/objections/{item}", objection, methods=["GET"]),
    Route("/my/{org}/objections/{item}", say_objection, methods=["POST"]),
    Route("/my/{org}/directories", directories, methods=["GET"]),
    Route("/my/{org}/directories/{file}", directory_file, methods=["GET"]),
    Route("/my/{org}/switches", switches, methods=["GET"]),
    Route("/my/{org}/switches/{kind}/{item}", switch, methods=["GET", "POST"]),
    Route("/my/{org}/wards", wards, methods=["GET"]),
    Route("/my/{org}/wards/{ticket}", child, methods=["GET", "POST"]),
    Route("/my/{org}/disclosures", disclosures, methods=["GET"]),
    Route("/my/{org}/receipts", receipts, methods=["GET"]),
    Route("/my/{org}/receipts/{sequence}", download, methods=["GET"]),
    Route("/my/{org}/rights", rights, methods=["GET"]),
    Route("/my/{org}/contact", contact, methods=["GET", "POST"]),
    Route("/my/{org}/tickets", tickets, methods=["GET", "POST"]),
    Route("/my/{org}/tickets/new", new, methods=["GET"]),
    Route("/my/{org}/tickets/{number}", ticket, methods=["GET", "POST"]),
    Route("/my/{org}/tickets/{number}/files/{part:int}", file, methods=["GET"]),
]
"""Every page, by its address."""
