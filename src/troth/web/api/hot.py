"""Hot routes: plain ASGI in front of everything else, so that little is spent beside the work itself.

What the others have done for them by middleware happens here in a few lines: the host, the key and its scope, the length of the
body, and the headers of the answer.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from troth.app.hosting import Hosted, Hosting
from troth.app.keys import ApiKey
from troth.kernel.errors import TrothError
from troth.web.api.entry import LARGEST, Refused, opened
from troth.web.faults import note
from troth.web.headers import NO_STORE, RAW, SecurityHeaders, host_of
from troth.web.problems import of_error, problem_response

BEFORE: Final = "/api/v1/"
_START: Final = [(b"content-type", b"application/json"), NO_STORE, *RAW]
written = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
"""A value as compact JSON."""
Answer: TypeAlias = Callable[[Hosted, ApiKey, bytes], Awaitable[bytes]]


@dataclass(frozen=True, slots=True)
class HotRoute:
    """What answers `POST /api/v1/{org}/…` for keys of a scope: from the body of a request the body of its answer."""

    scope: str
    answer: Answer


class TooLong(Exception):
    """The body is longer than the API reads."""


class HotRoutes:
    """Answers the routes named, by what stands after the organisation, and passes everything else on."""

    def __init__(
        self, app: ASGIApp, hosting: Hosting, hosts: frozenset[str], routes: Mapping[str, HotRoute]
    ) -> None:
        self.app = app
        self._hosting = hosting
        self._hosts = hosts
        self._routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass on."""
        path: str = scope.get("path", "")
        if scope["type"] != "http" or not path.startswith(BEFORE) or scope["method"] != "POST":
            await self.app(scope, receive, send)
            return
        organisation, _, place = path[len(BEFORE) :].partition("/")
        route = self._routes.get(place)
        if not organisation or route is None:
            await self.app(scope, receive, send)
            return
        answer = await self._answer(scope, receive, organisation, route)
        if isinstance(answer, Response):
            await SecurityHeaders(answer)(scope, receive, send)
            return
        length = (b"content-length", str(len(answer)).encode())
        await send({"type": "http.response.start", "status": 200, "headers": [length, *_START]})
        await send({"type": "http.response.body", "body": answer})

    async def _answer(
        self, scope: Scope, receive: Receive, organisation: str, route: HotRoute
    ) -> bytes | Response:
        """The answer as bytes, or the problem that stands in its place."""
        try:
            key = self._key(scope)
            if isinstance(key, Response):
                return key
            hosted = opened(self._hosting, key, organisation, route.scope)
            return await route.answer(hosted, key, await _body(receive))
        except Refused as refused:
            return problem_response(refused.status, "refused", refused.message)
        except TooLong:
            return problem_response(413, "too-large", f"A request holds at most {LARGEST:,} bytes.")
        except TrothError as error:
            if error.actor != "caller":
                note(error)
            return of_error(error)
        except Exception as error:  # noqa: BLE001  whatever it is, a program gets a problem and the log the place
            note(error)
            return problem_response(500, "fault", "The program's log says where it failed.")

    def _key(self, scope: Scope) -> ApiKey | Response:
        """The key that came along, for a request that names this server and nothing else."""
        host = authorization = ""
        for name, value in scope["headers"]:
            if name == b"host":
                host = value.decode("latin-1")
            elif name == b"authorization":
                authorization = value.decode("latin-1")
        if host_of(host) not in self._hosts:
            return problem_response(400, "host", "This server does not answer under that name.")
        scheme, _, secret = authorization.partition(" ")
        key = self._hosting.keys.find(secret.strip()) if scheme.lower() == "bearer" else None
        return key or problem_response(401, "key-needed", "Send `Authorization: Bearer KEY`.")


async def _body(receive: Receive) -> bytes:
    """The whole body, no longer than the API reads. Raises TooLong."""
    pieces, read_so_far = [], 0
    while True:
        message = await receive()
        piece = message.get("body", b"")
        read_so_far += len(piece)
        if read_so_far > LARGEST:
            raise TooLong
        pieces.append(piece)
        if not message.get("more_body", False):
            return b"".join(pieces)
