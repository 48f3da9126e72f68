"""In by a one-use code, by name and password, or by a provider; out by a button; and the language somebody prefers."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from troth.accounts import Came, Entered, NotLetIn, TooOften
from troth.app.providers import LASTS, ProviderFailed
from troth.app.visitors import SESSION_LASTS, Tried
from troth.ledger import Origin
from troth.web.centre.frame import COOKIE, Looking, form_of, open_page, run_in_threadpool
from troth.web.pages import hosting_of
from troth.web.speech import LANGUAGES

BINDING: Final = "troth_my_begun"
"""The cookie that binds a sign-in at a provider to the browser that began it; it goes with the answer."""
LOCAL: Final = frozenset({"127.0.0.1", "::1", "localhost"})


@open_page
async def ask(look: Looking) -> Response:
    """Ask for a code. Whether the address is known is told by nothing: not the page, not its time."""
    if look.request.method != "POST":
        return look.page("my_signin.html", told="")
    form = await form_of(look.request)
    address = form.get("address", "").strip()
    if not address:
        return look.page("my_signin.html", 422, told="empty")
    ticket = hosting_of(look.request).visitors.ask(look.id, address, look.language)
    if ticket is None:
        return look.page("my_signin.html", 429, told="busy")
    return look.page("my_code.html", ticket=ticket, told="")


@open_page
async def enter(look: Looking) -> Response:
    """Type the code in. A new session each time: one that a browser brought along counts for nothing, and ends."""
    form = await form_of(look.request)
    visitors = hosting_of(look.request).visitors
    ticket = form.get("ticket", "")
    found, secret = visitors.enter(look.id, ticket, form.get("code", ""), look.language)
    if found is Tried.OVER:
        return look.page("my_signin.html", 401, told="over")
    if found is Tried.WRONG:
        return look.page("my_code.html", 401, ticket=ticket, told="wrong")
    await run_in_threadpool(visitors.leave, look.request.cookies.get(COOKIE, ""), look.id)
    answer = RedirectResponse(look.base, 303)
    keep(look, answer, secret, SESSION_LASTS)
    await run_in_threadpool(lambda: look.hosted.foresight.warm(look.hosted.organisation.policy()))
    return answer


def keep(look: Looking, answer: Response, secret: str, lasts: timedelta) -> None:
    """Let the browser keep the secret of a visit, for this centre alone."""
    answer.set_cookie(
        COOKIE, secret, int(lasts.total_seconds()), path=look.base, httponly=True, samesite="strict",
        secure=look.request.url.scheme == "https",
    )  # fmt: skip


def came(look: Looking) -> Came:
    """How somebody came: from where, unless that is this machine, which stands for whoever it passes on."""
    client = look.request.client
    whence = client.host if client is not None and client.host not in LOCAL else ""
    return Came(whence, "", look.language)


@open_page
async def password(look: Looking) -> Response:
    """In by name and password. What is wrong is told by nothing."""
    form = await form_of(look.request)
    accounts = look.hosted.organisation.accounts
    old = look.request.cookies.get(COOKIE, "")

    def enter() -> Entered:
        return accounts.sign_in(form.get("name", ""), form.get("password", ""), came(look), old=old)

    try:
        entered = await run_in_threadpool(enter)
    except NotLetIn:
        return look.page("my_signin.html", 401, told="wrong")
    except TooOften as problem:
        minutes = max(int(str(problem.data["seconds"])) // 60, 1)
        return look.page("my_signin.html", 429, told="locked", minutes=minutes)
    return await _in(look, entered, RedirectResponse(look.base, 303))


async def _in(look: Looking, entered: Entered, answer: Response) -> Response:
    hosting_of(look.request).visitors.leave(look.request.cookies.get(COOKIE, ""))
    keep(look, answer, entered.secret, look.hosted.organisation.accounts.desk.settings.session_lasts)
    await run_in_threadpool(lambda: look.hosted.foresight.warm(look.hosted.organisation.policy()))
    return answer


def _back(request: Request, look: Looking, provider: str) -> str:
    """Where a provider sends the browser back to: this very centre, by no address that a request could choose."""
    return f"{request.url.scheme}://{request.url.netloc}{look.base}/sign-in/provider/{provider}"


@open_page
async def provider(look: Looking) -> Response:
    """Off to a provider, or back from it. Whoever turns back there leaves nothing here."""
    id, request = str(look.request.path_params["provider"]), look.request
    providers, accounts = hosting_of(request).providers_of(look.hosted), look.hosted.organisation.accounts
    try:
        if request.method == "POST":
            secret = request.cookies.get(COOKIE, "") if look.visit and look.visit.session else ""
            begun = await run_in_threadpool(
                lambda: providers.begin(id, _back(request, look, id), link=secret)
            )
            # a link, not a redirect: what a form may lead to is this site alone, and whoever leaves should see where to
            answer = look.page("my_linked.html", told="off", on=begun.url, provider=providers.named[id].label)
            answer.set_cookie(
                BINDING, begun.binding, int(LASTS.total_seconds()), path=look.base, httponly=True, samesite="lax",
                secure=request.url.scheme == "https",
            )  # fmt: skip
            return answer
        said = request.query_params
        if "error" in said:
            providers.drop(said.get("state", ""))
            await run_in_threadpool(accounts.linking.refused, id, "turned_back", Origin.OBSERVED)
            return look.page("my_signin.html", 200, told="turned_back")
        return await _returned(look, said.get("state", ""), said.get("code", ""))
    except NotLetIn:
        return look.page("my_signin.html", 401, told="provider")
    except ProviderFailed:
        return look.page("my_signin.html", 503, told="provider_away")


async def _returned(look: Looking, state: str, code: str) -> Response:
    """Back from a provider: in, or the account is linked. The page has a link to go on by, since a browser that comes from
    elsewhere does not show its cookie to the page after."""
    accounts, providers = (
        look.hosted.organisation.accounts,
        hosting_of(look.request).providers_of(look.hosted),
    )
    binding = look.request.cookies.get(BINDING, "")
    vouched, link = await run_in_threadpool(providers.finish, state, code, binding)
    if link:
        await run_in_threadpool(accounts.linking.link, link, vouched, Origin.OBSERVED)
    answer = look.page(
        "my_linked.html", told="linked" if link else "in", on=f"{look.base}/account" if link else look.base
    )
    answer.delete_cookie(BINDING, path=look.base, httponly=True, samesite="lax")
    if link:
        return answer
    entered = await run_in_threadpool(lambda: accounts.linking.enter(vouched, came(look), Origin.OBSERVED))
    return await _in(look, entered, answer)


@open_page
async def leave(look: Looking) -> Response:
    """End the session."""
    visitors = hosting_of(look.request).visitors
    await run_in_threadpool(visitors.leave, look.request.cookies.get(COOKIE, ""), look.id)
    answer = Looking(look.request, look.hosted, None, look.language).page("my_signin.html", told="left")
    answer.delete_cookie(COOKIE, path=look.base, httponly=True, samesite="strict")
    return answer


@open_page
async def prefer(look: Looking) -> Response:
    """Speak another language from now on, and go back to the page where the wish was made."""
    form = await form_of(look.request)
    if form.get("language", "") in LANGUAGES:
        secret = look.request.cookies.get(COOKIE, "")
        await run_in_threadpool(hosting_of(look.request).visitors.prefer, look.id, secret, form["language"])
    back = form.get("back", "")
    inside = back.startswith(f"{look.base}/") and back.isascii() and back.isprintable() and "\\" not in back
    return RedirectResponse(back if inside and "//" not in back else look.base, 303)
