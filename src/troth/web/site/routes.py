"""The addresses under /site/{organisation}: the SDK, what it sends, and the form."""

from __future__ import annotations

from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from troth.app.hosting import Hosted
from troth.app.site_acts import choose, meet, note_signal
from troth.cookies import LANGUAGES, ChoiceUnreadable, Said, Site, script
from troth.kernel.errors import TrothError
from troth.web.pages import NotThere
from troth.web.problems import of_error, problem_response
from troth.web.site.door import signalled, site_here, taking
from troth.web.site.form import show_choices, take_choices
from troth.web.speech import chosen

HONOURED_SINCE: Final = "2026-11-22"
"""The day since which this program honours Global Privacy Control."""
_KEPT: Final = "public, max-age=300"


async def sdk(request: Request) -> Response:
    """Program, style and interface in one file. The signal of the browser is in it, so caches keep the answers apart."""
    try:
        hosted, site = await site_here(request)
    except NotThere:
        return problem_response(404, "not-there", "There is no such organisation.")
    except TrothError as error:
        return of_error(error)
    signal = signalled(request)
    if signal:
        await run_in_threadpool(note_signal, hosted.organisation)
    asked = request.query_params.get("lang", "")
    language = asked if asked in LANGUAGES else chosen("", request.headers.get("accept-language", ""))
    base = f"{request.url.scheme}://{request.headers.get('host', '')}/site/{hosted.id}/"
    cookies, version = hosted.organisation.cookies, hosted.organisation.policy()
    shown = await run_in_threadpool(cookies.interface, version, site, language)
    headers = {
        "cache-control": _KEPT,
        "vary": "sec-gpc" if asked in LANGUAGES else "sec-gpc, accept-language",
        "cross-origin-resource-policy": "cross-origin",
    }
    return Response(
        script(shown, signal=signal, base=base), headers=headers, media_type="text/javascript; charset=utf-8"
    )


async def take_choice(request: Request, hosted: Hosted, site: Site, sent: dict[str, Any]) -> dict[str, Any]:
    """A visitor chose. Raises ChoiceUnreadable, InterfaceUnknown, PolicyUnknown."""
    on = sent.get("on")
    if not isinstance(on, list) or not all(isinstance(one, str) for one in on):
        raise ChoiceUnreadable("A choice lists what is on.", "Send `on` as a list of the ids of choices.")
    texts = {name: sent.get(name) for name in ("visitor", "policy", "interface", "language")}
    if not all(isinstance(one, str) and 0 < len(one) <= 128 for one in texts.values()):
        raise ChoiceUnreadable("A choice names visitor, policy, interface and language.")
    signal = sent.get("signal") is True or signalled(request)
    said = Said(frozenset(on), str(texts["language"]), str(texts["interface"]), signal)
    visitor, policy = str(texts["visitor"]), str(texts["policy"])
    return await run_in_threadpool(choose, hosted.organisation, visitor, policy, said, site)


async def take_signal(request: Request, hosted: Hosted, site: Site, sent: dict[str, Any]) -> dict[str, Any]:
    """A browser tells of the signal by its script alone."""
    return {"first": await run_in_threadpool(note_signal, hosted.organisation)}


async def take_stranger(request: Request, hosted: Hosted, site: Site, sent: dict[str, Any]) -> dict[str, Any]:
    """A browser met an item that nobody declared. Raises ChoiceUnreadable."""
    what, name = sent.get("what"), sent.get("name")
    if not isinstance(what, str) or not isinstance(name, str) or not 0 < len(name) <= 64:
        raise ChoiceUnreadable("A report names the kind of an item and its name, of at most 64 letters.")
    refused = sent.get("refused") is True
    return {"new": await run_in_threadpool(meet, hosted.organisation, site, what, name, refused)}


async def gpc(request: Request) -> Response:
    """That Global Privacy Control is honoured here, and since when (its specification, section 4)."""
    said = {"gpc": True, "lastUpdate": HONOURED_SINCE}
    return JSONResponse(said, headers={"cache-control": "public, max-age=86400"})


ROUTES: Final[list[BaseRoute]] = [
    Route("/.well-known/gpc.json", gpc, methods=["GET"]),
    Route("/site/{org}/troth.js", sdk, methods=["GET"]),
    Route("/site/{org}/choice", taking(take_choice), methods=["POST", "OPTIONS"]),
    Route("/site/{org}/signal", taking(take_signal), methods=["POST", "OPTIONS"]),
    Route("/site/{org}/seen", taking(take_stranger), methods=["POST", "OPTIONS"]),
    Route("/site/{org}/choices", show_choices, methods=["GET"]),
    Route("/site/{org}/choices", take_choices, methods=["POST"]),
]
"""The addresses."""
