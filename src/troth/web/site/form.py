"""The same choices as a plain form: for whoever runs no JavaScript, on this server's own name. It does what the banner does."""

from __future__ import annotations

import json
import secrets
from typing import Any, Final
from urllib.parse import quote, unquote, urlencode, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from troth.app.hosting import Hosted
from troth.app.site_acts import VISITOR, choose
from troth.cookies import LANGUAGES, OWN, Interface, Mode, Plan, Said, Site
from troth.cookies.model import LASTS
from troth.kernel.errors import TrothError
from troth.web.pages import page, plain_page
from troth.web.site.door import signalled, site_here, too_many, too_often
from troth.web.speech import chosen

FORM: Final = "site_choices.html"


async def show_choices(request: Request) -> Response:
    """The form, with what is on now."""
    hosted, site = await site_here(request)
    plan, shown = await run_in_threadpool(_shown, request, hosted, site)
    kept, signal = read_kept(request, shown), signalled(request)
    settled = kept is not None and (not signal or kept.get("g"))
    on = frozenset(kept["y"]) if kept and settled else plan.before(signal=signal)
    back = _back(site, request.query_params.get("back", ""))
    found = page(
        request, FORM, hosted=hosted, shown=shown.shown, on=on, signal=signal, back=back, spoken=shown.shown["language"],
        languages_here=LANGUAGES, done="done" in request.query_params,
    )  # fmt: skip
    found.headers["vary"] = "accept-language, cookie, sec-gpc"
    return found


async def take_choices(request: Request) -> Response:
    """What the form sends: put on record, remembered in the one cookie, and back to the form."""
    hosted, site = await site_here(request)
    wait = too_often(request, hosted.id)
    if wait:
        return too_many(wait)
    form = await request.form(max_files=0, max_fields=100)
    plan, shown = await run_in_threadpool(_shown, request, hosted, site)
    kept, signal = read_kept(request, shown), signalled(request)
    visitor = str(kept["i"]) if kept else secrets.token_hex(16)
    said = Said(_wanted(plan, form), str(shown.shown["language"]), shown.digest, signal)
    try:
        await run_in_threadpool(choose, hosted.organisation, visitor, plan.policy, said, site)
    except TrothError:
        return plain_page(request, 404)
    asked = {"lang": said.language, "done": "1", "back": _back(site, str(form.get("back", "")))}
    query = urlencode({name: value for name, value in asked.items() if value})
    answer = RedirectResponse(f"/site/{hosted.id}/choices?{query}", status_code=303)
    _keep(answer, request, site, shown, visitor, said)
    return answer


def _shown(request: Request, hosted: Hosted, site: Site) -> tuple[Plan, Interface]:
    cookies, version = hosted.organisation.cookies, hosted.organisation.policy()
    asked = request.query_params.get("lang", "")
    language = asked if asked in LANGUAGES else chosen("", request.headers.get("accept-language", ""))
    return cookies.plan(version), cookies.interface(version, site, language)


def _wanted(plan: Plan, form: FormData) -> frozenset[str]:
    """What a button means: reject leaves what is necessary on, as the banner does."""
    pressed = form.get("do")
    if pressed == "accept":
        return plan.offered
    if pressed == "save":
        return frozenset(one for one in form.getlist("on") if isinstance(one, str)) & plan.offered
    return frozenset(one.id for one in plan.choices if one.mode is Mode.NECESSARY)


def read_kept(request: Request, shown: Interface) -> dict[str, Any] | None:
    """The choice that a browser remembers, when it is one about what is shown now."""
    try:
        found = json.loads(unquote(request.cookies.get(OWN, "")))
    except (ValueError, RecursionError):
        return None
    fits = isinstance(found, dict) and found.get("s") == shown.shown["scope"]
    if not fits or not isinstance(found.get("y"), list) or not VISITOR.fullmatch(str(found.get("i"))):
        return None
    found["y"] = [one for one in found["y"] if isinstance(one, str)]
    return dict(found)


def _keep(answer: Response, request: Request, site: Site, shown: Interface, visitor: str, said: Said) -> None:
    """The one cookie, as the SDK writes it; shared by sub-domains where this server stands under the same domain."""
    host = request.url.hostname or ""
    under = site.domain and (host == site.domain or host.endswith(f".{site.domain}"))
    kept = {
        "i": visitor,
        "s": shown.shown["scope"],
        "y": sorted(said.on),
        "g": int(said.signal),
        "t": 0,
        "r": 1,
    }
    answer.set_cookie(
        OWN, quote(json.dumps(kept, separators=(",", ":"))), LASTS, path="/", samesite="lax",
        domain=site.domain if under else None, secure=request.url.scheme == "https",
    )  # fmt: skip


def _back(site: Site, address: str) -> str:
    """An address of the site to go back to; anything else is dropped, so that nobody is led elsewhere from here."""
    parts = urlsplit(address)
    origin = f"{parts.scheme}://{parts.netloc}"
    return address if origin in site.origins and "\\" not in address else ""
