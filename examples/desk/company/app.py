"""desk's site: plain forms on FastAPI, and the way by which its app reaches the product."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import Response
from fastapi.staticfiles import StaticFiles
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException as AnyHttp

from examples.desk.company.acts import PAGES
from examples.desk.company.frame import Company, page, said, signed_in
from examples.desk.company.joining import Mistake
from examples.desk.company.phones import router as devices
from examples.desk.company.screens import router as screens
from examples.desk.company.suite import router as suite
from examples.desk.company.work import NotOn
from troth.client import Answer, Problem
from troth.client.fastapi import Troth

GUARDED = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}


def make_app(company: Company) -> FastAPI:
    """The company's site."""
    app = FastAPI(title="Qingtable (simulation)", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.company = company
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"))
    app.middleware("http")(_guarded)
    guard = Troth(
        company.client, _who, refused=_refused, away=_away, papers=lambda request: signed_in(request).papers
    )
    guard.install(app)
    for part in (screens, suite, devices):
        app.include_router(part, dependencies=[guard.ahead(PAGES)])
    app.add_exception_handler(Mistake, _mistaken)
    app.add_exception_handler(Problem, _told)
    app.add_exception_handler(AnyHttp, _http)
    return app


async def _guarded(request: Request, go_on: Callable[[Request], Awaitable[Response]]) -> Response:
    """Forms of strangers' pages are not taken; a page loads its own things and nothing else."""
    if request.method == "POST" and request.headers.get("Sec-Fetch-Site", "none") not in (
        "none",
        "same-origin",
    ):
        answer: Response = said(request, "This form is not ours", status=403)
    else:
        answer = await go_on(request)
    answer.headers.update(GUARDED)
    return answer


async def _who(request: Request) -> str:
    """Whom the pages that ask first are about."""
    return (await run_in_threadpool(signed_in, request)).subject


def _refused(request: Request, answer: Answer) -> Response:
    ways = [" and ".join(way) for way in answer.missing[:3]]
    return page(request, "refused.html", 403, clauses=answer.clauses, ways=ways)


def _mistaken(request: Request, mistake: Exception) -> Response:
    return said(request, "Not like this", str(mistake), 403 if isinstance(mistake, NotOn) else 400)


def _told(request: Request, problem: Any) -> Response:
    """What a person can mend is told in the words that came back."""
    return said(request, "Not like this", problem.message, 429 if problem.status == 429 else 400)


def _away(request: Request) -> Response:
    words = "We could not ask whether we may, so nothing was done. Please try again later."
    return said(request, "Not now", words, 503)


def _http(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, AnyHttp)
    title = "There is no such page" if problem.status_code == 404 else problem.detail
    return said(request, title, status=problem.status_code)
