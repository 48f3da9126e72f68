"""What every page of the centre is made with: who looks, in which language, the words, and the page itself."""

from __future__ import annotations

import gzip
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Final
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from troth.app.hosting import Hosted
from troth.app.visitors import Visit
from troth.intake import Proof
from troth.subjects import SubjectUnknown
from troth.web.pages import hosted_of, hosting_of, render
from troth.web.plainly import Plainly
from troth.web.speech import LANGUAGES, chosen

COOKIE: Final = "troth_my"
MOST: Final = 8192
"""Bytes of a form that are read; what is longer is no form of ours."""
MOST_FIELDS: Final = 40


@dataclass(frozen=True)
class Looking:
    """A request to the centre: the organisation, who looks (None: nobody is signed in) and the language spoken."""

    request: Request
    hosted: Hosted
    visit: Visit | None
    language: str

    @property
    def id(self) -> str:
        """The organisation's id."""
        return self.hosted.id

    @property
    def base(self) -> str:
        """The address of the centre."""
        return f"/my/{self.id}"

    @property
    def subject(self) -> str:
        """Who is signed in."""
        assert self.visit is not None
        return self.visit.subject

    @property
    def proof(self) -> Proof:
        """How whoever is signed in showed who they are."""
        assert self.visit is not None
        return self.visit.proof

    @property
    def say(self) -> Plainly:
        """Names of what the policy in force declares."""
        return Plainly(self.hosted.catalogue, self.language)

    def page(self, template: str, status: int = 200, *, packed: bool = False, **values: Any) -> HTMLResponse:
        """A page. `packed` where it holds nothing secret and nothing a visitor typed, so that its length tells nothing."""
        common = {"look": self, "say": self.say, "base": self.base, "hosted": self.hosted}
        text = render(self.request, template, self.language, {**common, **values})
        headers = {"vary": "accept-language, cookie"}
        if packed and "gzip" in self.request.headers.get("accept-encoding", ""):
            headers |= {"content-encoding": "gzip", "vary": "accept-encoding, accept-language, cookie"}
            return HTMLResponse(gzip.compress(text.encode(), 6, mtime=0), status, headers)
        return HTMLResponse(text, status, headers)


Page = Callable[[Looking], Awaitable[Response]]
Handler = Callable[[Request], Awaitable[Response]]


def open_page(page: Page) -> Handler:
    """A page for anybody."""

    @wraps(page)
    async def handler(request: Request) -> Response:
        return await page(await look(request))

    return handler


def own_page(page: Page) -> Handler:
    """A page for whoever is signed in; everybody else is asked to."""

    @wraps(page)
    async def handler(request: Request) -> Response:
        looking = await look(request)
        if looking.visit is None:
            return looking.page("my_signin.html", 401, told="")
        try:
            return await page(looking)
        except SubjectUnknown:  # erased meanwhile: the visit opens nothing any more
            hosting_of(request).visitors.leave(request.cookies.get(COOKIE, ""))
            return Looking(request, looking.hosted, None, looking.language).page(
                "my_signin.html", 401, told="gone"
            )

    return handler


async def look(request: Request) -> Looking:
    """Who looks at what. Raises NotThere."""
    hosted = await hosted_of(request)
    secret, visitors = request.cookies.get(COOKIE, ""), hosting_of(request).visitors
    visit = await run_in_threadpool(visitors.visit, hosted.id, secret)  # a session of an account is looked up
    wished = request.query_params.get("lang", "")
    preferred = wished if wished in LANGUAGES else visit.language if visit else ""
    return Looking(request, hosted, visit, chosen(preferred, request.headers.get("accept-language", "")))


async def form_of(request: Request) -> dict[str, str]:
    """The fields of a small form; a larger body is read no further, and is none."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > MOST:
            return {}
    try:
        fields = parse_qs(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except ValueError:
        return {}
    return {name: values[0] for name, values in fields.items()}


__all__ = ["COOKIE", "Looking", "form_of", "look", "open_page", "own_page", "run_in_threadpool"]
