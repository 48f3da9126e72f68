"""Where the API hangs in the web door: its hot routes at once, all the rest made when it is first called.

Loading what describes the API takes longer than all else that a first page needs, and no page needs it.
"""

from __future__ import annotations

import asyncio

from starlette.concurrency import run_in_threadpool
from starlette.routing import BaseRoute, Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from troth.app.hosting import Hosting
from troth.web.api.entry import KeyNeeded
from troth.web.api.hot import HotRoute
from troth.web.api.opendsr import ROUTES as OPENDSR
from troth.web.api.peek import PEEK
from troth.web.api.sealed import SealedRoutes


def api_routes(hosting: Hosting) -> list[BaseRoute]:
    """What to mount: everything under `/api/v1` stands behind a key; what speaks OpenDSR says so in its own form."""
    return [*OPENDSR, Mount("/api/v1", KeyNeeded(LaterApi(hosting), hosting.keys))]


def hot_routes() -> dict[str, HotRoute]:
    """What is answered before everything else, by what stands after the organisation."""
    return {"peek": PEEK, **SealedRoutes().routes()}


class LaterApi:
    """The API, made by its first caller, away from the event loop; whoever calls meanwhile waits for the same one."""

    def __init__(self, hosting: Hosting) -> None:
        self._hosting = hosting
        self._made: ASGIApp | None = None
        self._making = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        async with self._making:
            if self._made is None:
                self._made = await run_in_threadpool(self._make)
        await self._made(scope, receive, send)

    def _make(self) -> ASGIApp:
        from troth.web.api.app import make_api

        return make_api(self._hosting)
