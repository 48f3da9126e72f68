"""Who may ask from a site: its declared origins, not too often, in small plain JSON. No session and no cookie counts here."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any, Final
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from troth.app.hosting import Hosted
from troth.app.site import site_of
from troth.cookies import Site
from troth.kernel.errors import TrothError
from troth.web.pages import NotThere, hosted_of, hosting_of
from troth.web.problems import of_error, problem_response
from troth.web.site.limits import Limit

MOST_SENT: Final = 4096
EACH: Final = Limit(120, 60)
"""For one address."""
ALL: Final = Limit(6000, 60)
"""For one organisation."""
Taken = Callable[[Request, Hosted, Site, dict[str, Any]], Awaitable[dict[str, Any]]]


async def site_here(request: Request) -> tuple[Hosted, Site]:
    """The organisation that an address names, and its site. Raises NotThere, SiteUnreadable."""
    hosted = await hosted_of(request)
    found = await run_in_threadpool(site_of, hosted.home, hosted.folder, hosted.id, hosted.catalogue)
    return hosted, found


def taking(take: Taken) -> Callable[[Request], Awaitable[Response]]:
    """A route that takes JSON from a site's pages: preflight, origin, rate and form are looked at before anything else."""

    async def answer(request: Request) -> Response:
        try:
            hosted, site = await site_here(request)
        except NotThere:
            return problem_response(404, "not-there", "There is no such organisation.")
        except TrothError as error:
            return of_error(error)
        origin = request.headers.get("origin", "")
        if not may_ask(request, site, origin):
            return problem_response(403, "origin", "Pages of this origin may not ask here.")
        found = _preflight() if request.method == "OPTIONS" else await _taken(request, hosted, site, take)
        found.headers["vary"] = "origin, sec-gpc"
        if origin:
            found.headers["access-control-allow-origin"] = origin
        return found

    return answer


def may_ask(request: Request, site: Site, origin: str) -> bool:
    """Whether a browser says that a page of the site asks. `null` and origins that merely look alike are strangers."""
    return origin in site.origins or (
        bool(origin) and urlsplit(origin).netloc == request.headers.get("host", "")
    )


def signalled(request: Request) -> bool:
    """Whether the browser sends Global Privacy Control: exactly `Sec-GPC: 1`, as its specification has it."""
    return request.headers.get("sec-gpc") == "1"


def too_often(request: Request, organisation: str) -> int:
    """Seconds to wait; 0 when it may go ahead."""
    now = hosting_of(request).clock.now()
    client = request.client.host if request.client else ""
    return EACH.wait(f"{organisation} {client}", now) or ALL.wait(organisation, now)


def too_many(seconds: int) -> Response:
    """Not now, and when."""
    found = problem_response(429, "too-often", "This came too often; wait and send it again.")
    found.headers["retry-after"] = str(seconds)
    return found


def _preflight() -> Response:
    headers = {
        "access-control-allow-methods": "POST",
        "access-control-allow-headers": "content-type",
        "access-control-max-age": "600",
    }
    return Response(status_code=204, headers=headers)


async def _taken(request: Request, hosted: Hosted, site: Site, take: Taken) -> Response:
    wait = too_often(request, hosted.id)
    if wait:
        return too_many(wait)
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        return problem_response(415, "not-json", "Send application/json.")
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MOST_SENT:
            return problem_response(413, "too-large", f"Send at most {MOST_SENT} bytes.")
    try:
        sent = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        sent = None
    if not isinstance(sent, dict):
        return problem_response(400, "not-json", "The body is no JSON object.")
    try:
        answer = await take(request, hosted, site, sent)
    except TrothError as error:
        return of_error(error)
    return Response(json.dumps(answer), media_type="application/json")
