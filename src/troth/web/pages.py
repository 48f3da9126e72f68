"""How a page is made: templates, the words of the frame, and what every page knows."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC
from functools import cache
from importlib import resources
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse

from troth.app.hosting import Hosted, Hosting
from troth.app.signin import Session
from troth.kernel.errors import TrothError
from troth.promises.model import State, Verdict
from troth.web.lexicon import lexicon
from troth.web.sections import SECTIONS, section_of
from troth.web.slugs import slug
from troth.web.speech import LANGUAGES, NAMES, chosen, label, speaker

SIGNS: Final[Mapping[str, str]] = {
    State.BROKEN: "✕",
    State.AT_RISK: "!",
    State.UNPROVEN: "?",
    State.KEPT: "✓",
    State.UNBOUND: "◌",
    State.REASONED: "–",
}
"""A sign for each state, so that nobody needs to see its colour."""


LONGEST_QUESTION: Final = 2000


class NotThere(TrothError):
    """Nothing is at this address."""

    actor = "caller"


def hosting_of(request: Request) -> Hosting:
    """The organisations of this program run."""
    found: Hosting = request.app.state.hosting
    return found


async def hosted_of(request: Request) -> Hosted:
    """The organisation an address names, under the version in force now. Raises NotThere."""
    found = await run_in_threadpool(hosting_of(request).current, request.path_params["org"])
    if found is None:
        raise NotThere("There is no such organisation.")
    return found


def language_of(request: Request) -> str:
    """The language to speak: the session's, else the browser's, else English."""
    session: Session | None = getattr(request.state, "session", None)
    return chosen(session.language if session else "", request.headers.get("accept-language", ""))


def page(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A page from its template, in the language of the session or the browser."""
    text = render(request, template, language_of(request), values)
    return HTMLResponse(text, status, headers={"vary": "accept-language, cookie"})


def render(request: Request, template: str, language: str, values: Mapping[str, Any]) -> str:
    """The text of a page from its template, in a language; what every page knows gives way to `values`."""
    session: Session | None = getattr(request.state, "session", None)
    common = {
        "t": speaker(language),
        "language": language,
        "languages": [(code, NAMES[code]) for code in LANGUAGES],
        "path": _here(request),
        "session": session,
        "words": lexicon(language),
        "label": lambda labels, otherwise="": label(labels, language, otherwise),
    }
    text: str = _templates().get_template(template).render(**{"hosted": None, "here": "", **common, **values})
    return text


def _here(request: Request) -> str:
    """Where a reader is, to come back to; without what was asked, where that is too long to be sent along."""
    asked = request.url.query
    return f"{request.url.path}?{asked}" if 0 < len(asked) <= LONGEST_QUESTION else request.url.path


def plain_page(request: Request, status: int) -> HTMLResponse:
    """A page that says why there is no other: sign in, not open, not there, not possible, our fault."""
    if status == 401:
        onwards = _here(request) if request.method == "GET" else "/"
        return page(
            request, "signin.html", 401, told="", org="", next=onwards, options="",
            providers=staff_providers(request),
        )  # fmt: skip
    known = status if status in (403, 404, 405, 408, 413, 500) else (404 if status < 500 else 500)
    return page(request, "error.html", status, code=known)


def staff_providers(request: Request, org: str = "") -> list[tuple[str, str, str]]:
    """Where staff may sign in instead: (organisation, provider, label), of one organisation or of all."""
    found = hosting_of(request).admissions.items()
    return [
        (id, one, held.provider.label)
        for id, door in found
        if org in ("", id)
        for one, held in door.named.items()
    ]


@cache
def _templates() -> Environment:
    made = Environment(
        loader=PackageLoader("troth.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {
        "SIGNS": SIGNS,
        "STATES": list(State),
        "asset": asset,
        "SECTIONS": SECTIONS,
        "section_of": section_of,
    }
    made.filters |= {
        "slug": slug,
        "instant": lambda at: f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC",
        "day": lambda at: f"{at:%Y-%m-%d}",
    }
    made.tests["only_tested"] = only_tested
    return made


def only_tested(verdict: Verdict) -> bool:
    """Whether a promise is kept by self-test alone: nothing has happened yet that could have broken it."""
    occasions = verdict.permitted + verdict.refused
    return verdict.state is State.KEPT and verdict.reason == "selftest" and not occasions


@cache
def asset(name: str) -> str:
    """The address of a file we serve, changing with its bytes so that a browser may keep it for ever."""
    data = resources.files("troth.web").joinpath("static", name).read_bytes()
    return f"/static/{name}?{hashlib.sha256(data).hexdigest()[:12]}"
