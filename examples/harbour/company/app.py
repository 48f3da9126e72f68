"""harbour's pages. Every form is plain HTML; the one script is the banner's, and nothing waits for it."""

from __future__ import annotations

import secrets
from base64 import b64decode
from dataclasses import dataclass
from pathlib import Path

from flask import Flask, Response, abort, make_response, redirect, render_template, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from examples.harbour.company import gate as acts
from examples.harbour.company.banner import Choice, choice_of
from examples.harbour.company.gate import Gate, Refused
from examples.harbour.company.lapses import ALL, FIELD_WITHOUT_NOTICE, NAMES, UNDECLARED, Lapses
from examples.harbour.company.mailing import MEMBERS, Mailing
from examples.harbour.company.people import REGISTRATION, Mistake, People, Visit
from examples.harbour.company.services import FORMS, PRICES, Services, Unshown
from examples.harbour.company.store import Store, now
from troth.client import Away, Problem, Question

COOKIE, LANGUAGE, BASKET = "harbour_visit", "harbour_language", "harbour_basket"
ALLOWED = {LANGUAGE: "allowed:language_cookie", BASKET: "allowed:basket_cookie"}
LANGUAGES = {"en": "English", "ms": "Bahasa Melayu", "zh": "中文"}
WORDS = {"en": "Welcome aboard", "ms": "Selamat datang", "zh": "欢迎光临"}
LABELS = {
    "filing_company": "Company that files", "filing_contact": "Person in charge",
    "filing_id_number": "Identity number of that person", "filing_site": "Name of the site",
    "filing_document": "Document (its reference)", "service": "What is it for?",
    "ticket_subject": "About", "ticket_body": "What happened?",
}  # fmt: skip
LOGGED = {"home", "account", "privacy", "show_form"}
GIF = b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
Answered = str | AnyResponse | tuple[str, int]


@dataclass(frozen=True, slots=True)
class Company:
    """All that the pages need."""

    store: Store
    gate: Gate
    lapses: Lapses
    mailing: Mailing
    people: People
    services: Services
    policy_text: str

    def visit(self) -> Visit | None:
        """Who is asking, signed in."""
        return self.people.visit(request.cookies.get(COOKIE, ""))

    def choice(self) -> Choice | None:
        """What the browser that asks lets in."""
        return choice_of(request.cookies, signal=request.headers.get("Sec-GPC") == "1")

    def visitor(self) -> str:
        """The subject of whoever chose in this browser; '' for one who said nothing, of whom nobody knows anything."""
        choice = self.choice()
        return self.people.visitor(choice.visitor) if choice else ""

    def lets(self, item: str, question: Question) -> bool:
        """Whether a visitor said yes to an item in this browser, and the policy permits it."""
        choice = self.choice()
        return bool(choice and item in choice.on and self.gate.may(self.visitor(), question))

    def customer(self) -> Visit:
        """The customer who is asking; nobody else sees this page."""
        visit = self.visit()
        if visit is None or visit.customer is None:
            abort(401)
        return visit


def make_app(company: Company) -> Flask:
    """The company's site."""
    here = Path(__file__).parent
    app = Flask(__name__, template_folder=str(here / "pages"), static_folder=str(here / "static"))
    app.config["MAX_CONTENT_LENGTH"] = 1_000_000
    app.before_request(_same_site)
    app.before_request(lambda: _log_page(company))
    for routes in (_site, _accounts, _services, _mails, _staff):
        routes(app, company)
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(Unshown, _unshown)
    app.register_error_handler(Away, _away)
    app.register_error_handler(Problem, _away)
    app.register_error_handler(
        Mistake, lambda m: (_page("said.html", title="Not like this", said=str(m)), 400)
    )
    app.register_error_handler(HTTPException, _http)
    app.after_request(lambda answer: _guarded(company, _take_back(company, answer)))
    site = {"troth": company.gate.troth, "org": company.gate.organisation}
    app.context_processor(lambda: site | {"visit": company.visit(), "lang": _language()})
    return app


def _site(app: Flask, company: Company) -> None:
    @app.get("/")
    def home() -> Answered:
        basket = request.cookies.get(BASKET, "")
        items = company.store.rows("SELECT basket_item FROM baskets WHERE basket_id = ?", basket)
        hello = WORDS[_language()]
        return _page("home.html", hello=hello, items=items, plans=PRICES, languages=LANGUAGES)

    @app.get("/privacy")
    def privacy() -> Answered:
        return _page("privacy.html", text=company.policy_text, known=company.visit() or company.choice())

    @app.post("/decline")
    def decline() -> Answered:
        visit = company.visit()
        subject = visit.subject if visit else company.visitor() or abort(401)
        company.gate.client.accept(subject, "declined", company.gate.policy, "en")
        return _page("said.html", title="Declined", said="Nothing more is collected from you.")

    @app.post("/language")
    def language() -> Answered:
        chosen = request.form.get("language", "en")
        chosen = chosen if chosen in WORDS else "en"
        if not company.lets(ALLOWED[LANGUAGE], acts.LANGUAGE):
            return redirect(f"/?lang={chosen}")
        answer = redirect("/")
        answer.set_cookie(LANGUAGE, chosen, max_age=31_536_000, samesite="Lax")
        return answer

    @app.post("/basket")
    def basket() -> Answered:
        if not company.lets(ALLOWED[BASKET], acts.BASKET):
            said = (
                "You have not let us remember a basket. Privacy choices, below, is where that can be changed."
            )
            return _page("said.html", title="Nothing was put into a basket", said=said), 403
        number = request.cookies.get(BASKET) or secrets.token_hex(12)
        company.store.put("baskets", basket_id=number, basket_item=request.form.get("item", "")[:80])
        answer = redirect("/")
        answer.set_cookie(BASKET, number, max_age=14 * 86_400, httponly=True, samesite="Lax")
        return answer

    @app.get("/beacon.gif")
    def beacon() -> Answered:
        if company.lets("point:site_beacon", acts.BEACON):
            page = request.args.get("page", "")[:80]
            company.store.put("page_views", subject=company.visitor(), visited_at=now(), page=page)
        return _gif()


def _accounts(app: Flask, company: Company) -> None:
    @app.get("/register")
    def register_form() -> Answered:
        notices = company.gate.client.notices_at(REGISTRATION, _language())
        return _page("register.html", notices=notices)

    @app.post("/register")
    def register() -> Answered:
        choice = company.choice()
        name = company.people.register(choice.visitor if choice else "", _form(), _language())
        return _page("confirm.html", user_name=name)

    @app.post("/confirm")
    def confirm() -> Answered:
        company.people.confirm(request.form.get("user_name", ""), request.form.get("code", ""))
        return redirect("/sign-in")

    @app.get("/sign-in")
    def sign_in_form() -> Answered:
        return _page("sign_in.html")

    @app.post("/sign-in")
    def sign_in() -> Answered:
        form = _form()
        seen = {"ip": request.remote_addr or "", "browser": _browser(), "language": _language()}
        return _signed(
            company.people.sign_in(form.get("user_name", ""), form.get("password", ""), seen), "/account"
        )

    @app.post("/sign-out")
    def sign_out() -> Answered:
        company.people.sign_out(company.customer())
        answer = redirect("/")
        answer.delete_cookie(COOKIE)
        return answer

    @app.get("/account")
    def account() -> Answered:
        customer = company.customer().customer
        assert customer is not None
        held = {
            table: company.store.rows(f"SELECT * FROM {table} WHERE customer = ?", customer["id"])  # noqa: S608
            for table in ("orders", "domains", "filings", "tickets")
        }
        return _page("account.html", customer=customer, held=held)


def _services(app: Flask, company: Company) -> None:
    @app.get("/<any(order, domain, filing, support):name>")
    def show_form(name: str) -> Answered:
        notices = company.services.show(company.customer(), name, _language())
        asks_more = name == "filing" and company.lapses.on(FIELD_WITHOUT_NOTICE)
        fields = (*FORMS[name][1], UNDECLARED) if asks_more else FORMS[name][1]
        return _page("form.html", name=name, notices=notices, fields=fields, plans=PRICES, labels=LABELS)

    @app.post("/<any(order, domain, filing, support):name>")
    def take_form(name: str) -> Answered:
        getattr(company.services, name)(company.customer(), _form())
        return redirect("/account")


def _mails(app: Flask, company: Company) -> None:
    def member(token: str) -> dict[str, object]:
        return company.store.row(f"{MEMBERS} AND m.token = ?", token) or abort(404)

    @app.get("/px/<token>.gif")
    def pixel(token: str) -> Answered:
        who = member(token)
        if company.gate.may(str(who["subject"]), acts.PIXEL):
            company.store.put("mail_events", customer=who["id"], opened_at=now())
        return _gif()

    @app.get("/go/<token>")
    def follow(token: str) -> Answered:
        who = member(token)
        if company.gate.may(str(who["subject"]), acts.LINK):
            company.store.put("mail_events", customer=who["id"], clicked_at=now(), clicked_url="/order")
        return redirect("/order")

    @app.post("/leave")
    def leave() -> Answered:
        visit = company.customer()
        assert visit.customer is not None
        company.mailing.leave(visit.customer["id"], visit.subject)
        said = "No more news will reach you, and nothing in our mails watches you."
        return _page("said.html", title="You have left the list", said=said)


def _staff(app: Flask, company: Company) -> None:
    @app.get("/what-could-go-wrong")
    def wrong() -> Answered:
        return _page(
            "wrong.html",
            board=company.gate.board,
            lapses=[(lapse, company.lapses.on(lapse.name)) for lapse in ALL],
        )

    @app.post("/what-could-go-wrong/<name>")
    def turn(name: str) -> Answered:
        if name not in NAMES:
            abort(404)
        company.lapses.turn(name, request.form.get("on") == "yes")
        return redirect("/what-could-go-wrong")

    @app.post("/staff/news")
    def news() -> Answered:
        title = request.form.get("title", "News from Harbour")
        sent = company.mailing.news(title, "New machines stand in our hall in Cyberjaya.")
        return _page("said.html", title="News handed in", said=f"It goes to {sent}.")

    @app.post("/staff/maintenance")
    def maintenance() -> Answered:
        said = f"It goes to {company.mailing.maintenance()}."
        return _page("said.html", title="Notice handed in", said=said)

    @app.get("/staff/mails")
    def mails() -> Answered:
        return _page("mails.html", counts=company.gate.client.messages()["counts"])


def _gif() -> Response:
    return Response(GIF, mimetype="image/gif", headers={"Cache-Control": "no-store"})


def _page(template: str, /, **values: object) -> str:
    return render_template(template, **values)


def _signed(visit: Visit, to: str) -> AnyResponse:
    answer = redirect(to)
    answer.set_cookie(COOKIE, visit.cookie, httponly=True, samesite="Lax")
    return answer


def _form() -> dict[str, str]:
    return {name: str(value) for name, value in request.form.items()}


def _language() -> str:
    chosen = request.args.get("lang") or request.cookies.get(LANGUAGE, "en")
    return chosen if chosen in WORDS else "en"


def _browser() -> str:
    return (request.user_agent.string or "unknown").split("/")[0][:40]


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
        seen = {"ip": request.remote_addr, "browser": _browser(), "language": _language()}
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
    page = _page("refused.html", clauses=refused.answer.clauses, ways=ways)
    return page, 403


def _unshown(unshown: Unshown) -> Answered:
    page = _page("refused.html", clauses=(), ways=[*unshown.found.missing, *unshown.found.lacking])
    return page, 403


def _away(_: Exception) -> Answered:
    said = "We could not ask whether we may, so nothing was done. Please try again later."
    return _page("said.html", title="Not now", said=said), 503


def _http(problem: HTTPException) -> Answered:
    titles: dict[int | None, str] = {401: "Please sign in first", 404: "There is no such page"}
    title = titles.get(problem.code, problem.name)
    answer = make_response(_page("said.html", title=title, said=""), problem.code or 500)
    return answer
