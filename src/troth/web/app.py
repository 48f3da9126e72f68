"""The web application: routes, and what stands before them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from troth.app.hosting import Hosting
from troth.web import unsubscribe, wellknown
from troth.web.api import HotRoutes, api_routes, hot_routes
from troth.web.bounds import Bounded
from troth.web.centre import ROUTES as CENTRE_ROUTES
from troth.web.console import ROUTES
from troth.web.console.door import ask, enter, first, leave, passkey, prefer, second
from troth.web.console.enrol import enrol
from troth.web.console.vouched import provider
from troth.web.faults import note
from troth.web.guard import API, Entrance
from troth.web.headers import SecurityHeaders
from troth.web.pages import NotThere, plain_page
from troth.web.problems import problem_response
from troth.web.rights import declared
from troth.web.site import ROUTES as SITE_ROUTES

STATIC: Final = Path(__file__).parent / "static"
HOSTS: Final = frozenset({"127.0.0.1", "localhost", "::1"})


class Files(StaticFiles):
    """Our own files; their addresses change with their bytes, so browsers keep them."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """A file, to be kept for a year."""
        found = await super().get_response(path, scope)
        found.headers["cache-control"] = "public, max-age=31536000, immutable"
        return found


def make_app(hosting: Hosting, hosts: frozenset[str] = HOSTS) -> Starlette:
    """The application for these organisations, answering under these host names."""
    app = Starlette(
        routes=[
            *_door(),
            *wellknown.ROUTES,
            *CENTRE_ROUTES,
            *unsubscribe.ROUTES,
            *SITE_ROUTES,
            *api_routes(hosting),
            *map(declared, ROUTES),
        ],
        middleware=[
            Middleware(HotRoutes, hosting=hosting, hosts=hosts, routes=hot_routes()),
            Middleware(SecurityHeaders),
            Middleware(Entrance, signin=hosting.signin, hosts=hosts),
            Middleware(Bounded),
        ],
        exception_handlers={NotThere: _not_there, HTTPException: _refused, Exception: _failed},
    )
    app.state.hosting = hosting
    return app


def _door() -> list[BaseRoute]:
    return [
        Mount("/static", Files(directory=STATIC), name="static"),
        Route("/favicon.ico", _mark, methods=["GET"]),
        Route("/sign-in", ask, methods=["GET"]),
        Route("/sign-in", first, methods=["POST"]),
        Route("/sign-in/second", second, methods=["GET", "POST"]),
        Route("/sign-in/passkey", passkey, methods=["POST"]),
        Route("/sign-in/enrol/{secret}", enrol, methods=["GET", "POST"]),
        Route("/sign-in/provider/{org}/{provider}", provider, methods=["GET", "POST"]),
        Route("/sign-in/{token}", enter, methods=["GET"]),
        Route("/sign-out", leave, methods=["POST"]),
        Route("/language", prefer, methods=["POST"]),
    ]


async def _mark(request: Request) -> Response:
    """Our mark, for browsers that ask at the old address without having read a page."""
    return FileResponse(STATIC / "mark.svg", media_type="image/svg+xml")


async def _not_there(request: Request, error: Exception) -> Response:
    return plain_page(request, 404)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if request.url.path.startswith(API):
        return problem_response(
            error.status_code, "http", "Nothing is at this address, or it takes other methods."
        )
    return plain_page(request, error.status_code)


async def _failed(request: Request, error: Exception) -> Response:
    note(error)
    if request.url.path.startswith(API):
        return problem_response(500, "fault", "The program's log says where it failed.")
    return plain_page(request, 500)
