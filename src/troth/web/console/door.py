"""The door of the console: in by a one-time link, out by a button; and the language somebody prefers."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from troth.app.signin import SESSION_LASTS
from troth.web.guard import COOKIE
from troth.web.pages import hosting_of, page
from troth.web.speech import LANGUAGES

MOST: int = 4096


async def enter(request: Request) -> Response:
    """Use a link up and open a session.

    The answer is a page of ours that leads on by itself: a redirect would still count as coming from wherever the link
    stood, and a strict cookie would not be sent along.
    """
    if request.method != "GET":
        return Response(status_code=405, headers={"allow": "GET"})
    secret = hosting_of(request).signin.enter(request.path_params["token"])
    if secret is None:
        return page(request, "signin.html", 401, used=True)
    answer = page(request, "entered.html")
    answer.set_cookie(
        COOKIE, secret, int(SESSION_LASTS.total_seconds()), path="/", httponly=True, samesite="strict"
    )
    return answer


async def leave(request: Request) -> Response:
    """End the session."""
    hosting_of(request).signin.leave(request.cookies.get(COOKIE, ""))
    answer = page(request, "signin.html", 200, used=False)
    answer.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")
    return answer


async def prefer(request: Request) -> Response:
    """Keep to a language from now on, and go back to where the wish was made."""
    form = await _form(request)
    if form.get("language", "") in LANGUAGES:
        hosting_of(request).signin.prefer(request.cookies.get(COOKIE, ""), form["language"])
    return RedirectResponse(_own_path(form.get("back", "/")), 303)


async def _form(request: Request) -> dict[str, str]:
    """The fields of a small form; a large body is read no further than that."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > MOST:
            return {}
    return {name: values[0] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}


def _own_path(text: str) -> str:
    """A path of this server, or its first page."""
    parts = urlsplit(text)
    good = (
        text.startswith("/")
        and not text.startswith(("//", "/\\"))
        and not parts.netloc
        and text.isprintable()
    )
    return text if good else "/"
