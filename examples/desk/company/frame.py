"""What every page of desk's stands in: who is asking, what came with a form, and how a page is answered."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Final

from fastapi import Depends, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, select_autoescape
from starlette.datastructures import UploadFile

from examples.desk.company.house import House, Upload
from examples.desk.company.joining import Joining, Visit
from examples.desk.company.manage import Managing
from examples.desk.company.work import Work
from troth.client import Http

COOKIE: Final = "desk_visit"
LARGEST: Final = 1_000_000
PAGES: Final = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "pages"), autoescape=select_autoescape()
)


@dataclass(frozen=True)
class Company(House):
    """All that the pages need."""

    joining: Joining
    work: Work
    managing: Managing
    phones: Http
    troth: str
    """Where the product's own pages stand, for links."""
    organisation: str
    policy_text: str


@dataclass(frozen=True, slots=True)
class Form:
    """What was typed, and the files that came along."""

    said: dict[str, str] = field(default_factory=dict)
    files: dict[str, Upload] = field(default_factory=dict)

    def get(self, name: str, otherwise: str = "") -> str:
        """What stands in a field."""
        return self.said.get(name, otherwise)


async def _form(request: Request) -> Form:
    sent = Form()
    async with request.form(max_part_size=LARGEST) as fields:
        for name, value in fields.multi_items():
            if isinstance(value, UploadFile):
                body = await value.read(LARGEST + 1)
                if len(body) > LARGEST:
                    raise HTTPException(413, "A file may have a megabyte")
                if body:
                    sent.files[name] = Upload((value.filename or "file")[:120], body)
            else:
                sent.said[name] = value
    return sent


def company_of(request: Request) -> Company:
    """The company that answers."""
    found: Company = request.app.state.company
    return found


def visit_of(request: Request) -> Visit | None:
    """Who is asking, if they are signed in; looked up once a request. Raises Away."""
    if not hasattr(request.state, "visit"):
        request.state.visit = None
        request.state.visit = company_of(request).joining.visit(request.cookies.get(COOKIE, ""))
    found: Visit | None = request.state.visit
    return found


def signed_in(request: Request) -> Visit:
    """Who is signed in; nobody else gets further."""
    found = visit_of(request)
    if found is None:
        raise HTTPException(401, "Please sign in first")
    return found


def administrator(request: Request) -> Visit:
    """Who is signed in, if they administer an enterprise."""
    found = signed_in(request)
    if not found.administers:
        raise HTTPException(403, "This page is for administrators")
    return found


At = Annotated[Company, Depends(company_of)]
Sent = Annotated[Form, Depends(_form)]
SignedIn = Annotated[Visit, Depends(signed_in)]
Administrator = Annotated[Visit, Depends(administrator)]


def page(request: Request, template: str, /, status: int = 200, **values: Any) -> HTMLResponse:
    """A page, from its template."""
    company = company_of(request)
    base = {
        "troth": company.troth,
        "org": company.organisation,
        "visit": getattr(request.state, "visit", None),
    }
    return HTMLResponse(PAGES.get_template(template).render(base | values), status)


def said(request: Request, title: str, words: str = "", status: int = 200) -> HTMLResponse:
    """A page that says one thing."""
    return page(request, "said.html", status, title=title, said=words)


def to(path: str) -> RedirectResponse:
    """Go and look there."""
    return RedirectResponse(path, 303)


def came(request: Request) -> dict[str, str]:
    """How whoever asks came here."""
    host, _ = request.scope["client"] or ("", 0)
    browser = request.headers.get("User-Agent", "unknown").split("/")[0][:40]
    return {"whence": host, "device": browser, "language": "en"}


def signed(session: str) -> Response:
    """In, with the session in the one cookie that this needs."""
    answer = to("/me")
    answer.set_cookie(COOKIE, session, httponly=True, samesite="lax")
    return answer
