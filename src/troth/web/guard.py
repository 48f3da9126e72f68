"""What stands before every page and route: who enters, and from where."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from troth.app.signin import SignIn
from troth.web.headers import host_of
from troth.web.problems import problem_response

COOKIE: Final = "troth_session"
DOOR: Final = "/sign-in"
API: Final = "/api/"
SITE: Final = "/site/"
"""What companies' own pages ask for: their origins are checked where they are known, and no session counts there."""
SITE_FORM: Final = "/choices"
LEAVING: Final = "/u/"
"""Links to unsubscribe. Mail programs and the servers behind them post there (RFC 8058), so nothing says where from: the link
alone is what counts, and no cookie is read."""
OPEN: Final = ("/static/", f"{DOOR}/", "/.well-known/", SITE, LEAVING, "/my/")
"""What anybody may ask for: the style sheet, the door itself, and the public keys."""
MARK: Final = "/favicon.ico"
"""Browsers ask for it on their own, before anybody has signed in."""
SAFE: Final = frozenset({"GET", "HEAD"})


class Entrance:
    """Lets in who has a session; pages turn to the sign-in page without one, and programs show their key to the API itself.

    A request that changes something must come from our own pages (Sec-Fetch-Site, Origin), and every request must name a
    host that is this one, so that no other site can be made to lead here.
    """

    def __init__(self, app: ASGIApp, signin: SignIn, hosts: frozenset[str]) -> None:
        self.app = app
        self._signin = signin
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it here."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        # Only operators' sessions lie in a database: no other request waits for a thread.
        if self._signin.of_operator(Request(scope).cookies.get(COOKIE, "")):
            refused = await run_in_threadpool(self._refused, scope)
        else:
            refused = self._refused(scope)
        if refused is None:
            await self.app(scope, receive, send)
        else:
            await refused(scope, receive, send)

    def _refused(self, scope: Scope) -> Response | None:
        headers, path = Headers(scope=scope), scope["path"]
        if host_of(headers.get("host", "")) not in self._hosts:
            return problem_response(400, "host", "This server does not answer under that name.")
        if path.startswith(API) or (path.startswith(SITE) and not path.endswith(SITE_FORM)):
            return None
        if scope["method"] not in SAFE and not path.startswith(LEAVING) and not _from_here(headers):
            return self._page(scope, 403)
        if path.startswith(OPEN) or path in (MARK, DOOR):
            return None
        session = self._signin.session(Request(scope).cookies.get(COOKIE, ""))
        if session is None:
            return self._page(scope, 401)
        scope.setdefault("state", {})["session"] = session
        return None

    def _page(self, scope: Scope, status: int) -> Response:
        from troth.web.pages import plain_page

        return plain_page(Request(scope), status)


def _from_here(headers: Headers) -> bool:
    """Whether a browser says that one of our own pages sent this. Sec-Fetch-Site cannot be forged by a page and decides alone:
    beside it Origin is `null`, because our pages send no referrer. A browser too old for it must name our origin.
    """
    site, origin = headers.get("sec-fetch-site", ""), headers.get("origin", "")
    if site:
        return site == "same-origin"
    return bool(origin) and urlsplit(origin).netloc == headers.get("host", "")
