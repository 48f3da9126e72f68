"""gateway's site: plain HTML, and no script at all."""

from __future__ import annotations

from pathlib import Path

from flask import Flask, Response, abort, make_response, request
from psycopg import OperationalError
from werkzeug.exceptions import HTTPException

from examples.gateway.company import acts
from examples.gateway.company.asking import Away, Refused, Told
from examples.gateway.company.entry import joining, messenger, own_account
from examples.gateway.company.frame import Answered, Company, page, said
from examples.gateway.company.members import Mistake
from examples.gateway.company.rights import asking, staff
from examples.gateway.company.trade import choices, deals, site, switches
from examples.kit.time import now

LOGGED = {"home", "listing", "my", "my_deals"}


def make_app(company: Company) -> Flask:
    """The company's site."""
    here = Path(__file__).parent
    app = Flask(__name__, template_folder=str(here / "pages"), static_folder=str(here / "static"))
    app.config["MAX_CONTENT_LENGTH"] = 4_000_000
    app.before_request(_same_site)
    app.before_request(lambda: _log_visit(company))
    for routes in (site, joining, messenger, own_account, asking, deals, choices, staff, switches):
        routes(app, company)
    app.register_error_handler(Refused, lambda one: _refused(one))
    app.register_error_handler(Away, _away)
    app.register_error_handler(OperationalError, _away)
    app.register_error_handler(Mistake, lambda one: said("Not like this", str(one), 400))
    app.register_error_handler(Told, _told)
    app.register_error_handler(HTTPException, _http)
    app.after_request(_guarded)
    base = {"house": company.house.troth}
    app.context_processor(lambda: base | {"visit": company.visit()})
    return app


def _same_site() -> Answered | None:
    """Forms of strangers' pages are not taken."""
    stranger = request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin")
    return abort(403) if request.method == "POST" and stranger else None


def _log_visit(company: Company) -> None:
    """Members can look up what they did here; nobody else is written down."""
    if request.method != "GET" or request.endpoint not in LOGGED:
        return
    visit = company.visit()
    if visit and company.house.troth.may(visit.subject, acts.BROWSE):
        company.house.store.put(
            "browse_log", member=visit.number, visited_function=request.endpoint, visit_time=now().isoformat()
        )


def _guarded(answer: Response) -> Response:
    """A page loads its own things and nothing else."""
    answer.headers["Content-Security-Policy"] = (
        "default-src 'none'; img-src 'self'; style-src 'self'; form-action 'self' http://127.0.0.1:*; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Referrer-Policy"] = "same-origin"
    return answer


def _refused(one: Refused) -> Answered:
    answer = one.args[0]
    ways = [" and ".join(way) for way in answer.get("missing", ())]
    return page("refused.html", clauses=answer.get("clauses", ()), ways=ways), 403


def _told(one: Told) -> Answered:
    status, problem = one.args
    words = f"{problem.get('detail') or problem.get('title', '')} {problem.get('help', '')}"
    return said("Not like this", words.strip(), status if status in (401, 403, 409, 429) else 400)


def _away(_: Exception) -> Answered:
    return said(
        "Not now", "Not everything we need is at hand, so nothing was done. Please try again later.", 503
    )


def _http(problem: HTTPException) -> Answered:
    titles: dict[int | None, str] = {401: "Please sign in first", 404: "There is no such page"}
    return make_response(
        page("said.html", title=titles.get(problem.code, problem.name), said=""), problem.code or 500
    )
