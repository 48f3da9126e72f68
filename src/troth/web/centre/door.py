"""In by a one-use code, out by a button; and the language somebody prefers."""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from troth.app.visitors import SESSION_LASTS, Tried
from troth.web.centre.frame import COOKIE, Looking, form_of, open_page, run_in_threadpool
from troth.web.pages import hosting_of
from troth.web.speech import LANGUAGES


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
    visitors.leave(look.request.cookies.get(COOKIE, ""))
    answer = RedirectResponse(look.base, 303)
    answer.set_cookie(
        COOKIE, secret, int(SESSION_LASTS.total_seconds()), path=look.base, httponly=True, samesite="strict",
        secure=look.request.url.scheme == "https",
    )  # fmt: skip
    await run_in_threadpool(lambda: look.hosted.foresight.warm(look.hosted.organisation.policy()))
    return answer


@open_page
async def leave(look: Looking) -> Response:
    """End the session."""
    hosting_of(look.request).visitors.leave(look.request.cookies.get(COOKIE, ""))
    answer = Looking(look.request, look.hosted, None, look.language).page("my_signin.html", told="left")
    answer.delete_cookie(COOKIE, path=look.base, httponly=True, samesite="strict")
    return answer


@open_page
async def prefer(look: Looking) -> Response:
    """Speak another language from now on, and go back to the page where the wish was made."""
    form = await form_of(look.request)
    if form.get("language", "") in LANGUAGES:
        secret = look.request.cookies.get(COOKIE, "")
        hosting_of(look.request).visitors.prefer(look.id, secret, form["language"])
    back = form.get("back", "")
    inside = back.startswith(f"{look.base}/") and back.isascii() and back.isprintable() and "\\" not in back
    return RedirectResponse(back if inside and "//" not in back else look.base, 303)
