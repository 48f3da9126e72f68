"""The door of the console: in by name, password and a second factor, by a passkey, or by the program's one-time link; and out."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Final
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from troth.app.signin import SESSION_LASTS
from troth.operators import Entered, Operators, Step
from troth.web.forms import own_path, small_form
from troth.web.guard import COOKIE, DOOR
from troth.web.headers import SCRIPTED, host_of
from troth.web.pages import hosting_of, page, staff_providers
from troth.web.speech import LANGUAGES

STEP: Final = "troth_step"
"""The cookie between the two steps of signing in."""
STEP_SECONDS: Final = 300


async def enter(request: Request) -> Response:
    """Use a link up and open a session.

    The answer is a page of ours that leads on by itself: a redirect would still count as coming from wherever the link
    stood, and a strict cookie would not be sent along.
    """
    if request.method != "GET":
        return Response(status_code=405, headers={"allow": "GET"})
    secret = hosting_of(request).signin.enter(request.path_params["token"])
    if secret is None:
        return door(request, 401, told="used")
    return _welcome(request, secret)


async def ask(request: Request) -> Response:
    """The form for name and password."""
    return door(request, 200)


async def first(request: Request) -> Response:
    """Name and password; whoever they are, the answer to what does not fit is the same."""
    form = await small_form(request)
    operators = hosting_of(request).signin.operators(f"{form.get('org', '').strip()}.")
    if operators is None:
        operators = _somebody(request)
        form["name"] = ""  # no organisation of this id: the same work, for a name nobody has
    name, password = form.get("name", ""), form.get("password", "")
    step = await run_in_threadpool(operators.entry.password, name, password)
    if step.entered is not Entered.SECOND or not name:
        return door(request, *_refusal(step), form=form)
    answer = RedirectResponse(f"{DOOR}/second", 303)
    go_on(answer, step, form.get("next", "/"))
    return answer


def go_on(answer: Response, step: Step, onwards: str) -> None:
    """Let the browser keep what leads to the second step, and where to go after it."""
    said = f"{step.secret}|{quote(own_path(onwards), safe='/?=&%:')}"
    _give(answer, STEP, said, STEP_SECONDS, path=DOOR)


async def second(request: Request) -> Response:
    """The code of the authenticator: asked for, and tried."""
    held, _, onwards = request.cookies.get(STEP, "").partition("|")
    operators = hosting_of(request).signin.operators(held)
    if operators is None:
        return door(request, 401, told="over")
    if request.method != "POST":
        return page(request, "signin_second.html", told="")
    form = await small_form(request)
    step = await run_in_threadpool(operators.entry.second, held, form.get("code", ""))
    if step.entered is Entered.IN:
        return await entered(request, step, RedirectResponse(own_path(onwards or "/"), 303))
    if step.entered is Entered.SECOND:
        return page(request, "signin_second.html", 401, told="wrong")
    answer = door(request, *_refusal(step, "over"))
    answer.delete_cookie(STEP, path=DOOR, httponly=True, samesite="strict")
    return answer


async def passkey(request: Request) -> Response:
    """What an authenticator signed."""
    from troth.operators.passkeys import challenge_of

    form, hosting = await small_form(request), hosting_of(request)
    said = form.get("answer", "")
    challenge = challenge_of(said)
    known = hosting.signin.challenged(challenge)

    def tried() -> Step:
        for held in hosting.organisations.values():
            keys = held.organisation.operators.passkeys
            if known and keys.knows(said):
                return keys.enter(said, _host(request), _origin(request), challenge)
        return Step(Entered.REFUSED)

    step = await run_in_threadpool(tried)
    if step.entered is not Entered.IN:
        return door(request, *_refusal(step, "passkey"))
    return await entered(request, step, RedirectResponse(own_path(form.get("next", "/") or "/"), 303))


async def leave(request: Request) -> Response:
    """End the session."""
    await run_in_threadpool(hosting_of(request).signin.leave, request.cookies.get(COOKIE, ""))
    answer = door(request, 200)
    answer.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")
    return answer


async def prefer(request: Request) -> Response:
    """Keep to a language from now on, and go back to where the wish was made."""
    form = await small_form(request)
    if form.get("language", "") in LANGUAGES:
        secret = request.cookies.get(COOKIE, "")
        await run_in_threadpool(hosting_of(request).signin.prefer, secret, form["language"])
    return RedirectResponse(own_path(form.get("back", "/")), 303)


def door(request: Request, status: int, told: str = "", form: dict[str, str] | None = None) -> Response:
    """The sign-in page, with what was typed but for the password, and what a passkey has to sign where one can be used."""
    said = form or {}
    onwards = own_path(said.get("next", request.query_params.get("next", "")) or _where(request))
    org = said.get("org", request.query_params.get("org", ""))[:64]
    answer = page(
        request, "signin.html", status, told=told, org=org, next=onwards, options=_options(request), session=None,
        providers=staff_providers(request, org),
    )  # fmt: skip
    answer.headers["content-security-policy"] = SCRIPTED
    return answer


def keys_possible(request: Request) -> bool:
    """Whether a passkey can belong to the name under which this server is asked: it needs one, and no number (WebAuthn, 5.1.2)."""
    try:
        ip_address(_host(request).strip("[]"))
    except ValueError:
        return True
    return False


def origin_of(request: Request) -> tuple[str, str]:
    """The name of this server, and its origin, as a browser sees them."""
    return _host(request), _origin(request)


def _options(request: Request) -> str:
    if not keys_possible(request):
        return ""
    from troth.operators.passkeys import asked

    return asked(_host(request), hosting_of(request).signin.challenge())


def _where(request: Request) -> str:
    """Where somebody wanted to go before they were asked to sign in."""
    return (
        "/"
        if request.url.path.startswith((DOOR, "/sign-out")) or request.method != "GET"
        else request.url.path
    )


def _refusal(step: Step, told: str = "wrong") -> tuple[int, str]:
    return (429, "busy") if step.entered is Entered.BUSY else (401, told)


def _somebody(request: Request) -> Operators:
    """Any organisation's operators, to do the same work for nothing."""
    return next(iter(hosting_of(request).organisations.values())).organisation.operators


async def entered(request: Request, step: Step, answer: Response) -> Response:
    """A new secret at every sign-in; the session this browser had before ends."""
    signin, before = hosting_of(request).signin, request.cookies.get(COOKIE, "")
    if before:
        await run_in_threadpool(signin.leave, before)
    _give(answer, COOKIE, step.secret, int(SESSION_LASTS.total_seconds()))
    answer.delete_cookie(STEP, path=DOOR, httponly=True, samesite="strict")
    return answer


def _welcome(request: Request, secret: str) -> Response:
    answer = page(request, "entered.html", onwards="/")
    _give(answer, COOKIE, secret, int(SESSION_LASTS.total_seconds()))
    return answer


def _give(answer: Response, name: str, value: str, seconds: int, path: str = "/") -> None:
    answer.set_cookie(name, value, seconds, path=path, httponly=True, samesite="strict")


def _host(request: Request) -> str:
    return host_of(request.headers.get("host", ""))


def _origin(request: Request) -> str:
    return f"{request.url.scheme}://{request.headers.get('host', '')}"
