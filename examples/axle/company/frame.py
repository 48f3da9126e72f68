"""What every page of axle's stands in: the company put together, who is asking, and how a page is answered."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from examples.axle.company.careless import Careless
from examples.axle.company.gate import gate
from examples.axle.company.lake import Lake
from examples.axle.company.lapses import Lapses
from examples.axle.company.mailing import Mailing
from examples.axle.company.partners import Partners
from examples.axle.company.store import Store
from troth.client import Problem, Question

COOKIE, STAFF, ACADEMY, LETTERS = "axle_session", "axle_staff", "axle_academy", "axle_letters"
View = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True)
class Company:
    """All that the pages need."""

    site: Store
    careers: Store
    academy: Store
    resumes: Path
    troth: str
    organisation: str
    lake: Lake
    lapses: Lapses
    careless: Careless
    mailing: Mailing
    partners: Partners
    policy_text: str


@dataclass(frozen=True, slots=True)
class Visit:
    """Whoever is signed in: the session, and the row of the account."""

    session: str
    account: dict[str, Any]

    @property
    def subject(self) -> str:
        """As whom the product knows them."""
        return str(self.account["subject"])


def subject_of(request: HttpRequest) -> str:
    """Whom a form is about: whoever is signed in, or whose address stands in an application. Raises SignIn, Mistake."""
    if not hasattr(request, "axle_subject"):
        email = request.POST.get("applicant_email")
        if email is not None and "@" not in email:
            raise Mistake("We need an email address to answer to.")
        request.axle_subject = (
            customer(request).subject if email is None else gate().subject({"email": email})
        )
    found: str = request.axle_subject
    return found


class Mistake(Exception):
    """What was typed cannot be used; the sentence says why."""


class SignIn(Exception):
    """This page is for somebody who is signed in: `axle_session`, `axle_staff` or `axle_academy` says as what."""


def axle() -> Company:
    """The company whose pages these are."""
    found: Company = settings.AXLE
    return found


def visit_of(request: HttpRequest) -> Visit | None:
    """Who is asking, signed in: looked up once a request. Raises Away."""
    if not hasattr(request, "axle_visit"):
        secret = request.COOKIES.get(COOKIE, "")
        session = gate().session(secret) if secret else None
        row = (
            axle().site.row("SELECT * FROM accounts WHERE account = %s", session["account"])
            if session
            else None
        )
        request.axle_visit = Visit(secret, row) if row else None
    found: Visit | None = request.axle_visit
    return found


def customer(request: HttpRequest) -> Visit:
    """Who is asking; nobody else sees this page. Raises SignIn."""
    visit = visit_of(request)
    if visit is None:
        raise SignIn(COOKIE)
    return visit


def staff(role: str) -> Callable[[View], View]:
    """For the staff that has this role, and for nobody else."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.get_signed_cookie(STAFF, "", salt=STAFF, max_age=28_800) not in (role, "head"):
                raise SignIn(STAFF)
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def asks(
    question: Question, point: str = "", agreed: Callable[[HttpRequest], Mapping[str, bool]] = lambda _: {}
) -> Callable[[View], View]:
    """Before a form is taken: what stood above it is on record, what sending it in agrees to as well, and it may be taken."""

    def decorate(view: View) -> View:
        @wraps(view)
        def asked(request: HttpRequest, *more: Any) -> HttpResponse:
            if request.method != "POST":
                return view(request, *more)
            if point:
                gate().introduce(subject_of(request), point)
            gate().told(subject_of(request), agreed(request))
            found: HttpResponse = settings.GUARD.use(question)(view)(request, *more)
            return found

        return asked

    return decorate


def page(
    request: HttpRequest, template: str, status: int = 200, *, point: str = "", **values: object
) -> HttpResponse:
    """A page, from its template; with the notices that stand above the form of a point."""
    troth, org = axle().troth, axle().organisation
    notices = gate().notices_at(point) if point else ()
    base = {
        "troth": troth,
        "org": org,
        "board": f"{troth}/{org}",
        "visit": visit_of(request),
        "notices": notices,
    }
    return render(
        request, template, base | {"large": request.COOKIES.get(LETTERS) == "large"} | values, status=status
    )


def said(request: HttpRequest, title: str, words: str, status: int = 200) -> HttpResponse:
    """A page that says one thing."""
    return page(request, "said.html", status, title=title, said=words)


def typed(request: HttpRequest, longest: int = 4000) -> dict[str, str]:
    """What was typed, without the spaces around it."""
    return {name: str(value).strip()[:longest] for name, value in request.POST.items()}


def came(request: HttpRequest) -> dict[str, str]:
    """How whoever asks came here."""
    browser = request.headers.get("User-Agent", "unknown").split("/")[0][:40]
    return {"whence": request.META.get("REMOTE_ADDR", ""), "device": browser, "language": "en"}


def sealed(what: dict[str, Any]) -> str:
    """What a form carries along for its next page, signed, so that nobody changes it on the way."""
    text: str = signing.dumps(what, salt="axle.case", compress=True)
    return text


def unsealed(text: str) -> dict[str, Any]:
    """What a page carried along. Raises Mistake where it is older than a day, or not as it was given out."""
    try:
        found: dict[str, Any] = signing.loads(text, salt="axle.case", max_age=86_400)
    except signing.BadSignature as problem:
        raise Mistake("This form is too old. Please begin again.") from problem
    return found


def token() -> str:
    """A word that nobody guesses."""
    return secrets.token_urlsafe(18)


class Front:
    """Middleware: strangers' pages press no button here, a page loads its own things alone, and mistakes are told."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        stranger = request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin")
        if request.method == "POST" and stranger:
            return HttpResponse("This came from another site.", status=403, content_type="text/plain")
        answer = self._get_response(request)
        answer["Content-Security-Policy"] = (
            "default-src 'none'; img-src 'self'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        )
        answer["X-Content-Type-Options"] = "nosniff"
        answer["Referrer-Policy"] = "no-referrer"
        return answer

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """What a person can mend is told; whoever has to sign in is led there."""
        if isinstance(error, SignIn):
            ways = {COOKIE: "/sign-in", STAFF: "/staff/sign-in", ACADEMY: "/academy/"}
            return redirect(ways[str(error)])
        if isinstance(error, Problem) and error.status < 500:
            return said(request, "Not like this", error.message, 400)
        return said(request, "Not like this", str(error), 400) if isinstance(error, Mistake) else None
