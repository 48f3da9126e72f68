"""An account of one's own, at the centre: open one, get back into one, and have a further address lead to it.

Each is two forms: what is asked for, and the code that came. Whether anybody is there shows in neither. Which of them the centre
offers is the organisation's choice; what it does not offer is not there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.responses import RedirectResponse, Response

from troth.accounts import (
    Address,
    CodeOver,
    CodeWrong,
    Entered,
    NameRefused,
    NameTaken,
    OfferLacking,
    PasswordWeak,
    Registration,
    SessionOver,
    TooOften,
    Waiting,
)
from troth.accounts.advice import reason
from troth.kernel.errors import CallerError
from troth.web.centre.account import show
from troth.web.centre.door import came, keep
from troth.web.centre.frame import COOKIE, Looking, form_of, open_page, own_page, run_in_threadpool
from troth.web.pages import NotThere, hosting_of

Form = dict[str, str]
REFUSALS: dict[type[CallerError], tuple[str, int]] = {
    PasswordWeak: ("weak", 422),
    NameRefused: ("unreadable", 422),
    OfferLacking: ("lacking", 422),
    NameTaken: ("taken", 409),
    TooOften: ("locked", 429),
    CodeWrong: ("wrong", 401),
    CodeOver: ("over", 401),
}
"""What is told of each refusal, and the status it is told with."""


def _open(look: Looking, door: str) -> None:
    """Pass where the organisation offers this at the centre. Raises NotThere."""
    if not getattr(hosting_of(look.request).doors_of(look.hosted), door):
        raise NotThere("This is not offered here.")


def _told(problem: CallerError) -> dict[str, Any]:
    """A refusal, as the pages say it."""
    weak = reason(problem) if isinstance(problem, PasswordWeak) else ""
    minutes = max(int(str(problem.data.get("seconds", 0))) // 60, 1)
    return {"told": REFUSALS[type(problem)][0], "weak": weak, "minutes": minutes}


def _plain(more: dict[str, Any]) -> dict[str, Any]:
    """What the pages show where nothing is told."""
    return {"told": "", "weak": "", "minutes": 0} | more


def _address(text: str) -> Address:
    return Address("email" if "@" in text else "phone", text)


async def _tried(do: Callable[[], Waiting | Entered]) -> Waiting | Entered | CallerError:
    """What came of it, or the refusal that is told on the page."""
    try:
        return await run_in_threadpool(do)
    except CallerError as problem:
        if type(problem) not in REFUSALS:
            raise
        return problem


async def _entered(look: Looking, entered: Entered) -> Response:
    """In, under a new secret: what a browser brought along counts for nothing, and ends."""
    visitors, accounts = hosting_of(look.request).visitors, look.hosted.organisation.accounts
    await run_in_threadpool(visitors.leave, look.request.cookies.get(COOKIE, ""), look.id)
    answer = RedirectResponse(look.base, 303)
    keep(look, answer, entered.secret, accounts.desk.settings.session_lasts)
    return answer


# --- opening ------------------------------------------------------------------------------------------------------------------


@open_page
async def register(look: Looking) -> Response:
    """Ask for an account: name, address, password, a tick that all is right, and the text in force before one's eyes."""
    _open(look, "register")
    if look.request.method != "POST":
        return _register(look, {}, 200)
    form = await form_of(look.request)
    if form.get("password", "") != form.get("again", ""):
        return _register(look, form, 422, told="differ")
    wanted = Registration(
        form.get("name", ""), form.get("password", ""), _address(form.get("address", "")), look.language,
        form.get("accurate") == "yes", form.get("shown", ""),
    )  # fmt: skip
    found = await _tried(lambda: look.hosted.organisation.accounts.register(wanted, came(look)))
    if isinstance(found, CallerError):
        return _register(look, form, REFUSALS[type(found)][1], **_told(found))
    assert isinstance(found, Waiting)
    return _code(look, "register", found.ticket, 200)


def _register(look: Looking, form: Form, status: int, **more: Any) -> Response:
    given = {name: form.get(name, "")[:320] for name in ("name", "address", "accurate")}
    return look.page("my_register.html", status, given=given, **_plain(more))


@open_page
async def registered(look: Looking) -> Response:
    """The code that came: the account, open, and signed in to. Another name, where the one asked for was taken."""
    _open(look, "register")
    form = await form_of(look.request)
    ticket, accounts = form.get("ticket", ""), look.hosted.organisation.accounts
    found = await _tried(
        lambda: accounts.confirm(ticket, form.get("code", ""), came(look), name=form.get("name", ""))
    )
    if isinstance(found, CodeOver):
        return _register(look, {}, 401, **_told(found))
    if isinstance(found, CallerError):
        named = isinstance(found, (NameTaken, NameRefused))
        return _code(look, "register", ticket, REFUSALS[type(found)][1], another=named, **_told(found))
    assert isinstance(found, Entered)
    return await _entered(look, found)


def _code(look: Looking, door: str, ticket: str, status: int, **more: Any) -> Response:
    return look.page(
        "my_account_code.html", status, door=door, ticket=ticket, **_plain({"another": False} | more)
    )


# --- getting back in ----------------------------------------------------------------------------------------------------------


@open_page
async def recover(look: Looking) -> Response:
    """Ask for a code for an account that one cannot get into. Whether there is one shows in nothing."""
    _open(look, "recover")
    if look.request.method != "POST":
        return _recover(look, 200)
    name = (await form_of(look.request)).get("name", "").strip()
    if not name:
        return _recover(look, 422, told="empty")
    found = await _tried(lambda: look.hosted.organisation.accounts.recover(name, came(look)))
    if isinstance(found, CallerError):
        return _recover(look, REFUSALS[type(found)][1], **_told(found))
    assert isinstance(found, Waiting)
    return _code(look, "recover", found.ticket, 200)


def _recover(look: Looking, status: int, **more: Any) -> Response:
    return look.page("my_recover.html", status, **_plain(more))


@open_page
async def recovered(look: Looking) -> Response:
    """The code that came, and another password. Every session there was ends, and a new one begins."""
    _open(look, "recover")
    form = await form_of(look.request)
    ticket, new = form.get("ticket", ""), form.get("new", "")
    if new != form.get("again", ""):
        return _code(look, "recover", ticket, 422, told="differ")
    accounts = look.hosted.organisation.accounts
    found = await _tried(lambda: accounts.reset(ticket, form.get("code", ""), new, came(look)))
    if isinstance(found, CodeOver):
        return _recover(look, 401, **_told(found))
    if isinstance(found, CallerError):
        return _code(look, "recover", ticket, REFUSALS[type(found)][1], **_told(found))
    assert isinstance(found, Entered)
    return await _entered(look, found)


# --- a further address --------------------------------------------------------------------------------------------------------


@own_page
async def bind(look: Looking) -> Response:
    """Ask for a code to a further address of one's account."""
    _open(look, "bind")
    address = _address((await form_of(look.request)).get("address", ""))
    accounts, secret = look.hosted.organisation.accounts, look.request.cookies.get(COOKIE, "")
    try:
        found = await run_in_threadpool(accounts.bind, secret, address, came(look))
    except SessionOver:
        return look.page("my_signin.html", 401, told="gone")
    except (NameRefused, TooOften) as problem:
        told, status = REFUSALS[type(problem)]
        return await run_in_threadpool(show, look, told, status)
    return _code(look, "bind", found.ticket, 200)


@own_page
async def bound(look: Looking) -> Response:
    """The code that came: from now on the address leads to the account too."""
    _open(look, "bind")
    form = await form_of(look.request)
    accounts, secret = look.hosted.organisation.accounts, look.request.cookies.get(COOKIE, "")
    ticket = form.get("ticket", "")
    try:
        await run_in_threadpool(accounts.confirm_bound, secret, ticket, form.get("code", ""))
    except SessionOver:
        return look.page("my_signin.html", 401, told="gone")
    except CodeWrong:
        return _code(look, "bind", ticket, 401, told="wrong")
    except (CodeOver, NameTaken) as problem:
        told, status = REFUSALS[type(problem)]
        return await run_in_threadpool(show, look, f"bind.{told}", status)
    return await run_in_threadpool(show, look, "bound", 200)
