"""harbour's site. Every form is plain HTML; the one script is the banner's, and nothing waits for it."""

from __future__ import annotations

from pathlib import Path

from flask import Flask, Response, abort, make_response, request
from werkzeug.exceptions import HTTPException

from examples.harbour.company import gate as acts
from examples.harbour.company.entry import joining, own_account
from examples.harbour.company.frame import BASKET, Answered, Company, browser, language, page
from examples.harbour.company.gate import Refused
from examples.harbour.company.people import Mistake
from examples.harbour.company.services import Unshown
from examples.harbour.company.site import ALLOWED, site, storing
from examples.harbour.company.store import now
from examples.harbour.company.trade import forms, mails, staff
from troth.client import Away, Problem

LOGGED = {"home", "account", "privacy", "show_form"}


def make_app(company: Company) -> Flask:
    """The company's site."""
    here = Path(__file__).parent
    app = Flask(__name__, template_folder=str(here / "pages"), static_folder=str(here / "static"))
    app.config["MAX_CONTENT_LENGTH"] = 1_000_000
    app.before_request(_same_site)
    app.before_request(lambda: _log_page(company))
    for routes in (site, storing, joining, own_account, forms, mails, staff):
        routes(app, company)
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(Unshown, _unshown)
    app.register_error_handler(Away, _away)
    app.register_error_handler(Problem, _away)
    app.register_error_handler(
        Mistake, lambda m: (page("said.html", title="Not like this", said=str(m)), 400)
    )
    app.register_error_handler(HTTPException, _http)
    app.after_request(lambda answer: _guarded(company, _take_back(company, answer)))
    base = {"troth": company.gate.troth, "org": company.gate.organisation}
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
    if subject and company.gate.may(subject, acts.LOG_PAGE):
        seen = {"ip": request.remote_addr, "browser": browser(), "language": language()}
        company.store.put("page_log", subject=subject, visited_at=now(), page=request.path, **seen)


def _take_back(company: Company, answer: Response) -> Response:
    """What the visitor lets in no more goes from the browser, and from the tables what it led to."""
    choice = company.choice()
    for cookie in ALLOWED.keys() & request.cookies.keys():
        if choice is None or ALLOWED[cookie] not in choice.on:
            answer.delete_cookie(cookie)
            if cookie == BASKET:
                company.store.change("DELETE FROM baskets WHERE basket_id = ?", request.cookies[cookie])
    return answer


def _guarded(company: Company, answer: Response) -> Response:
    """A page loads its own things and the banner's script, and nothing else."""
    troth = company.gate.troth
    answer.headers["Content-Security-Policy"] = (
        f"default-src 'none'; script-src {troth}; connect-src {troth}; img-src 'self'; style-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Vary"] = "Sec-GPC"
    return answer


def _refused(refused: Refused) -> Answered:
    ways = [" and ".join(way) for way in refused.answer.missing]
    shown = page("refused.html", clauses=refused.answer.clauses, ways=ways)
    return shown, 403


def _unshown(unshown: Unshown) -> Answered:
    shown = page("refused.html", clauses=(), ways=dict.fromkeys(unshown.missing))
    return shown, 403


def _away(_: Exception) -> Answered:
    said = "We could not ask whether we may, so nothing was done. Please try again later."
    return page("said.html", title="Not now", said=said), 503


def _http(problem: HTTPException) -> Answered:
    titles: dict[int | None, str] = {401: "Please sign in first", 404: "There is no such page"}
    title = titles.get(problem.code, problem.name)
    answer = make_response(page("said.html", title=title, said=""), problem.code or 500)
    return answer
