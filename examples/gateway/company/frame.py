"""What every page of gateway's stands in: who is asking, and how a page is answered."""

from __future__ import annotations

from dataclasses import dataclass

from flask import abort, g, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from examples.gateway.company.desk import Desk
from examples.gateway.company.dumps import Dumps
from examples.gateway.company.house import House
from examples.gateway.company.identity import Identity
from examples.gateway.company.interfaces import Interfaces
from examples.gateway.company.lapses import Lapses
from examples.gateway.company.market import Market
from examples.gateway.company.members import Members, Visit
from examples.gateway.company.permissions import Permissions

COOKIE, MEMBER, BINDING = "gateway_visit", "gateway_member", "gateway_messenger"
Answered = str | AnyResponse | tuple[str, int]


@dataclass(frozen=True)
class Company:
    """All that the pages need."""

    house: House
    members: Members
    identity: Identity
    market: Market
    permissions: Permissions
    dumps: Dumps
    desk: Desk
    interfaces: Interfaces
    lapses: Lapses
    policy_text: str
    proxy_port: int

    def visit(self) -> Visit | None:
        """Who is asking, signed in: looked up once a request, so that a page can say so when nobody answers. Raises Away."""
        if "visit" not in g:
            g.visit = None
            g.visit = self.members.visit(request.cookies.get(COOKIE, ""))
        found: Visit | None = g.visit
        return found

    def member(self) -> Visit:
        """The member who is asking; nobody else sees this page."""
        return self.visit() or abort(401)


def page(template: str, /, **values: object) -> str:
    """A page, from its template."""
    return render_template(template, **values)


def said(title: str, words: str, status: int = 200) -> Answered:
    """A page of one sentence."""
    return page("said.html", title=title, said=words), status


def form() -> dict[str, str]:
    """What was typed."""
    return {name: str(value) for name, value in request.form.items()}


def ticked() -> list[str]:
    """The boxes that were ticked."""
    return request.form.getlist("agree")


def sent(name: str) -> bytes:
    """A file that came along; nothing where none did."""
    file = request.files.get(name)
    return file.read() if file else b""


def browser() -> str:
    """By which kind of browser whoever asks came."""
    return (request.user_agent.string or "unknown").split("/")[0][:40]


def came() -> dict[str, str]:
    """How whoever asks came here."""
    return {"whence": request.remote_addr or "", "device": browser(), "language": "en"}
