"""harbour's site. Every form is plain HTML; the one script is the banner's, and nothing waits for it."""

from __future__ import annotations

import secrets
from pathlib import Path

from flask import Flask, Response, abort, make_response, request
from werkzeug.exceptions import HTTPException

from examples.harbour.company import acts
from examples.harbour.company.entry import joining, own_account
from examples.harbour.company.frame import BASKET, Answered, Company, browser, language, page
from examples.harbour.company.lapses import COOKIE, STRANGE_COOKIE
from examples.harbour.company.papers import Unusable
from examples.harbour.company.people import Mistake
from examples.harbour.company.site import ALLOWED, site, storing
from examples.harbour.company.staff import legal, staff, switches
from examples.harbour.company.store import now
from examples.harbour.company.trade import forms, mails
from troth.client import Answer, Unshown, may

LOGGED = {"home", "account", "privacy", "show_form"}


def make_app(company: Company) -> Flask:
    """The company's site."""
    here = Path(__file__).parent
    app = Flask(__name__, template_folder=str(here / "pages"), static_folder=str(here / "static"))
    app.config["MAX_CONTENT_LENGTH"] = 1_000_000
    app.before_request(_same_site)
    app.before_request(lambda: _log_page(company))
    for routes in (site, storing, joining, own_account, forms, mails, staff, legal, switches):
        routes(app, company)
    company.guard.install(app)
    app.register_error_handler(Unshown, _unshown)
    for mistake in (Mistake, Unusable):
        app.register_error_handler(
            mistake, lambda m: (page("said.html", title="Not like this", said=str(m)), 400)
        )
    app.register_error_handler(HTTPException, _http)
    app.after_request(lambda answer: _guarded(company, _take_back(company, answer)))
    base = {"troth": company.house.keys.url, "org": company.house.keys.organisation}
    app.context_processor(lambda: base | {"visit": company.visit(), "lang": language()})
    return app


def _same_site() -> Answered | None:
    """Forms of strangers' pages are not taken; a mail program's one click carries no such header."""
    stranger = request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin")
    return abort(403) if request.method == "POST" and stranger else None


def _log_page(company: Company) -> None:
    if request.method != "GET" or request.endpoint not in LOGGED:
        return
    visit = company.visit()
    subject = visit.subject if visit else company.visitor()
    if subject and may(company.house.client, subject, acts.LOG_PAGE):
        seen = {"ip": request.remote_addr, "browser": browser(), "language": language()}
        company.house.store.put("page_log", subject=subject, visited_at=now(), page=request.path, **seen)


def _take_back(company: Company, answer: Response) -> Response:
    """What the visitor lets in no more goes from the browser, and from the tables what it led to."""
    choice = company.choice()
    for cookie in ALLOWED.keys() & request.cookies.keys():
        if choice is None or ALLOWED[cookie] not in choice.on:
            answer.delete_cookie(cookie)
            if cookie == BASKET:
                company.house.store.change("DELETE FROM baskets WHERE basket_id = ?", request.cookies[cookie])
    if request.endpoint == "home" and company.house.lapses.on(STRANGE_COOKIE):
        answer.set_cookie(COOKIE, secrets.token_hex(8), max_age=31_536_000)
    return answer


def _guarded(company: Company, answer: Response) -> Response:
    """A page loads its own things and the banner's script, and nothing else."""
    troth = company.house.keys.url
    answer.headers["Content-Security-Policy"] = (
        f"default-src 'none'; script-src {troth}; connect-src {troth}; img-src 'self'; style-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Vary"] = "Sec-GPC"
    return answer


def refused(_: object, answer: Answer) -> Answered:
    """The page in the place of one that may not be."""
    ways = [" and ".join(way) for way in answer.missing]
    return page("refused.html", clauses=answer.clauses, ways=ways), 403


def _unshown(unshown: Unshown) -> Answered:
    shown = page("refused.html", clauses=(), ways=dict.fromkeys(unshown.missing))
    return shown, 403


def away(_: object) -> Answered:
    """The page while nobody can be asked."""
    said = "We could not ask whether we may, so nothing was done. Please try again later."
    return page("said.html", title="Not now", said=said), 503


def _http(problem: HTTPException) -> Answered:
    titles: dict[int | None, str] = {
        401: "Please sign in first", 404: "There is no such page", 413: "This is too much at once",
    }  # fmt: skip
    title = titles.get(problem.code, problem.name)
    answer = make_response(page("said.html", title=title, said=""), problem.code or 500)
    return answer
