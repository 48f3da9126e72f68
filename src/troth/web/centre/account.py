"""The account of whoever is signed in: its names, sessions and devices, another password, and its end. Every act is a form first."""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from troth.accounts import LastAddress, NameRefused, NotLetIn, PasswordWeak, SessionOver, TooOften
from troth.accounts.advice import reason
from troth.decide.counterfactual import Change
from troth.ledger import Origin
from troth.policy.facts import Fact
from troth.web.centre.door import came, keep
from troth.web.centre.frame import COOKIE, Looking, form_of, own_page, run_in_threadpool
from troth.web.centre.outlook import foretell
from troth.web.centre.person import read
from troth.web.pages import hosting_of

CLOSING = Change(frozenset({Fact("closed")}), frozenset({Fact("registered")}))
"""What closing an account changes of what is on record of a person."""


@own_page
async def account(look: Looking) -> Response:
    """Names and addresses, sessions and devices, and what can be done about them."""
    return await run_in_threadpool(show, look, "", 200)


def show(look: Looking, told: str, status: int, help: str = "") -> Response:
    """The page of one's account, with what came of the act before it; `help` says why a password was refused."""
    if look.visit is None or look.visit.session is None:
        return look.page("my_account.html", status, here="account", mine=None, told=told, help=help)
    mine = look.hosted.organisation.accounts.mine(_secret(look))
    providers = hosting_of(look.request).providers_of(look.hosted).named
    return look.page(
        "my_account.html", status, here="account", mine=mine, told=told, help=help, providers=providers.values(),
        doors=hosting_of(look.request).doors_of(look.hosted),
        linked={one.value.partition(" ")[0]: one.id for one in mine.names if one.kind == "provider"},
    )  # fmt: skip


def _secret(look: Looking) -> str:
    return look.request.cookies.get(COOKIE, "")


@own_page
async def sessions(look: Looking) -> Response:
    """End one session, or all others; let an address or a provider lead here no more."""
    form = await form_of(look.request)
    accounts, secret = look.hosted.organisation.accounts, _secret(look)

    def do() -> str:
        if form.get("unbind"):
            accounts.unbind(secret, form["unbind"])
            return "unbound"
        if form.get("unlink"):
            accounts.linking.unlink(secret, form["unlink"], Origin.OBSERVED)
            return "unlinked"
        if not form.get("end"):
            return "nothing"
        accounts.revoke(secret, "" if form["end"] == "others" else form["end"])
        return "ended"

    try:
        told = await run_in_threadpool(do)
    except (LastAddress, NameRefused):
        return await run_in_threadpool(show, look, "last", 409)
    except SessionOver:
        return look.page("my_signin.html", 401, told="gone")
    if look.visit and look.visit.session and form.get("end") == look.visit.session.id:
        return look.page("my_signin.html", told="left")
    return await run_in_threadpool(show, look, told, 422 if told == "nothing" else 200)


@own_page
async def password(look: Looking) -> Response:
    """Another password. Every other session ends, and this one goes on under a new secret."""
    form = await form_of(look.request)
    accounts, secret = look.hosted.organisation.accounts, _secret(look)
    if form.get("new", "") != form.get("again", ""):
        return await run_in_threadpool(show, look, "differ", 422)
    try:
        entered = await run_in_threadpool(
            lambda: accounts.change_password(
                secret, form.get("password", ""), form.get("new", ""), came(look)
            )
        )
    except PasswordWeak as problem:
        return await run_in_threadpool(show, look, "weak", 422, reason(problem))
    except NotLetIn:
        return await run_in_threadpool(show, look, "wrong", 401)
    except TooOften:
        return await run_in_threadpool(show, look, "locked", 429)
    except SessionOver:
        return look.page("my_signin.html", 401, told="gone")
    answer = RedirectResponse(f"{look.base}/account", 303)
    keep(look, answer, entered.secret, accounts.desk.settings.session_lasts)
    return answer


@own_page
async def closing(look: Looking) -> Response:
    """What closing would do, and the form that does it."""
    return await run_in_threadpool(_closing, look, "", 200)


def _closing(look: Looking, told: str, status: int) -> Response:
    if look.visit is None or look.visit.session is None:
        return look.page("my_account.html", 403, here="account", mine=None, told="", help="")
    person = read(look)
    return look.page(
        "my_closing.html", status, here="account", told=told, person=person,
        mine=look.hosted.organisation.accounts.mine(_secret(look)),
        foretold=foretell(look, person, CLOSING, ()),
    )  # fmt: skip


@own_page
async def close(look: Looking) -> Response:
    """Close the account: access has ended when this answers."""
    form, accounts = await form_of(look.request), look.hosted.organisation.accounts
    if look.visit is None or look.visit.session is None:
        return await run_in_threadpool(_closing, look, "", 403)
    if form.get("sure") != "yes":
        return await run_in_threadpool(_closing, look, "sure", 422)
    try:
        await run_in_threadpool(accounts.close, _secret(look), form.get("password", ""))
    except NotLetIn:
        return await run_in_threadpool(_closing, look, "wrong", 401)
    except TooOften:
        return await run_in_threadpool(_closing, look, "locked", 429)
    except SessionOver:
        return look.page("my_signin.html", 401, told="gone")
    answer = Looking(look.request, look.hosted, None, look.language).page("my_signin.html", told="closed")
    answer.delete_cookie(COOKIE, path=look.base, httponly=True, samesite="strict")
    return answer
