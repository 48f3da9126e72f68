"""What every page of harbour's stands in: who is asking, what their browser lets in, and how a page is answered."""

from __future__ import annotations

from dataclasses import dataclass

from flask import abort, g, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from examples.harbour.company.house import House
from examples.harbour.company.mailing import Mailing
from examples.harbour.company.offices import Admins, LegalDesk, Words
from examples.harbour.company.people import People, Visit
from examples.harbour.company.services import Services
from troth.client import Choice, Question, choice_of, may
from troth.client.flask import Troth

COOKIE, LANGUAGE, BASKET, STAFF = "harbour_visit", "harbour_language", "harbour_basket", "harbour_staff"
LANGUAGES = {"en": "English", "ms": "Bahasa Melayu", "zh": "中文"}
Answered = str | AnyResponse | tuple[str, int]


@dataclass(frozen=True, slots=True)
class Company:
    """All that the pages need. `guard` asks before a customer's form is taken."""

    house: House
    guard: Troth
    mailing: Mailing
    people: People
    services: Services
    admins: Admins
    legal: LegalDesk
    words: Words

    def visit(self) -> Visit | None:
        """Who is asking, signed in: looked up once a request, so that a page can say so when nobody answers. Raises Away."""
        if "visit" not in g:
            g.visit = None
            g.visit = self.people.visit(request.cookies.get(COOKIE, ""))
        found: Visit | None = g.visit
        return found

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
        return bool(choice and item in choice.on and may(self.house.client, self.visitor(), question))

    def customer(self) -> Visit:
        """The customer who is asking; nobody else sees this page."""
        return self.visit() or abort(401)

    def admin(self) -> str:
        """Who of the staff is asking; nobody else sees this page."""
        return self.admins.visit(request.cookies.get(STAFF, "")) or abort(401)


def page(template: str, /, **values: object) -> str:
    """A page, from its template."""
    return render_template(template, **values)


def form() -> dict[str, str]:
    """What was typed."""
    return {name: str(value) for name, value in request.form.items()}


def language() -> str:
    """In which language whoever asks reads."""
    chosen = request.args.get("lang") or request.cookies.get(LANGUAGE, "en")
    return chosen if chosen in LANGUAGES else "en"


def browser() -> str:
    """By which kind of browser whoever asks came."""
    return (request.user_agent.string or "unknown").split("/")[0][:40]


def came() -> dict[str, str]:
    """How whoever asks came here."""
    return {"whence": request.remote_addr or "", "device": browser(), "language": language()}
