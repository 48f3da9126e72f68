"""What anybody may ask for at a well-known address (RFC 8615): the public keys that receipts are checked with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from troth.app.hosting import Hosted, Hosting
from troth.kernel.canonical import canonical
from troth.receipts import key_set
from troth.web.pages import NotThere

MEDIA: Final = "application/jwk-set+json"
KEPT: Final = "public, max-age=300"
"""For five minutes; a new key is published long before it signs a receipt."""


def all_keys(request: Request) -> Response:
    """The keys of every organisation here; each says whose it is."""
    hosting: Hosting = request.app.state.hosting
    return _answer(hosting.organisations.values())


def keys_of(request: Request) -> Response:
    """The keys of one organisation."""
    hosting: Hosting = request.app.state.hosting
    hosted = hosting.organisations.get(request.path_params["org"])
    if hosted is None:
        raise NotThere("There is no such organisation here.")
    return _answer((hosted,))


def _answer(hosted: Iterable[Hosted]) -> Response:
    keys = [jwk for one in hosted for jwk in one.receipts.jwks()]
    return Response(canonical(key_set(keys)), headers={"cache-control": KEPT}, media_type=MEDIA)


ROUTES: Final[list[BaseRoute]] = [
    Route("/.well-known/jwks.json", all_keys, methods=["GET"]),
    Route("/.well-known/{org}/jwks.json", keys_of, methods=["GET"]),
]
"""The addresses."""
