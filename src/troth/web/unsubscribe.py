"""The way off a list (RFC 8058): a POST acts, at once and without signing in; a GET shows a form and changes nothing.

Mail gateways open every link of a mail before its reader does, so looking must never be leaving.
"""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from troth.app.hosting import Hosted, Hosting
from troth.messages import LinkUnknown, Offer
from troth.policy.model import Message
from troth.web.pages import language_of, page
from troth.web.plainly import Plainly


def show(request: Request) -> Response:
    """What leaving would stop, and the button that does it."""
    return _page(request, _found(request))


def leave(request: Request) -> Response:
    """Leave. Whatever the body says, the link is what counts; doing it again says the same."""
    found = _found(request)
    if found is None:
        return _page(request, None)
    hosted, _ = found
    organisation, token = hosted.organisation, request.path_params["token"]
    offer = organisation.act(
        lambda acts: organisation.messages.unsubscribe(acts.work, token, acts.object, at=acts.at)
    )
    return _page(request, (hosted, offer))


def _found(request: Request) -> tuple[Hosted, Offer] | None:
    """Whose link it is, and what it would do; None for a link that leads to nothing."""
    hosting: Hosting = request.app.state.hosting
    for hosted in hosting.organisations.values():
        with hosted.organisation.database.read() as connection:
            try:
                return hosted, hosted.organisation.messages.offered(connection, request.path_params["token"])
            except LinkUnknown:
                continue
    return None


def _page(request: Request, found: tuple[Hosted, Offer] | None) -> Response:
    if found is None:
        return page(request, "leave.html", 404, offer=None, about="")
    hosted, offer = found
    say = Plainly(hosted.catalogue, language_of(request))
    known = hosted.catalogue.get(Message, offer.message)
    about = say.name(known) if known is not None else say.named("purpose", offer.purpose)
    return page(request, "leave.html", hosted=hosted, offer=offer, about=about)


ROUTES: Final[list[BaseRoute]] = [
    Route("/u/{token}", show, methods=["GET"]),
    Route("/u/{token}", leave, methods=["POST"]),
]
"""The addresses."""
