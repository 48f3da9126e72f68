"""Who enters the API: a key, its scopes, and the one organisation it opens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from troth.app.hosting import Hosted, Hosting
from troth.app.keys import ApiKey, Keys
from troth.kernel.errors import TrothError
from troth.web.problems import problem_response

LARGEST: Final = 1_000_000
"""No body of a request is longer, in bytes."""


class Refused(TrothError):
    """A key does not open what was asked for."""

    actor = "caller"

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class TooLarge(Exception):
    """A body is longer than the API reads."""


class KeyNeeded:
    """Stands before every route of the API: no key, no entry, whatever the address; and no body beyond the limit."""

    def __init__(self, app: ASGIApp, keys: Keys) -> None:
        self.app = app
        self._keys = keys

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its key, or refuse it."""
        headers = Headers(scope=scope)
        scheme, _, secret = headers.get("authorization", "").partition(" ")
        key = self._keys.find(secret.strip()) if scheme.lower() == "bearer" else None
        if key is None:
            await problem_response(401, "key-needed", "Send `Authorization: Bearer KEY`.")(
                scope, receive, send
            )
            return
        declared = headers.get("content-length", "0")
        if not declared.isdigit() or int(declared) > LARGEST:
            await _too_large()(scope, receive, send)
            return
        scope.setdefault("state", {})["key"] = key
        try:
            await self.app(scope, _limited(receive), send)
        except TooLarge:
            await _too_large()(scope, receive, send)


def _too_large() -> ASGIApp:
    return problem_response(413, "too-large", f"A request holds at most {LARGEST:,} bytes.")


def _limited(receive: Receive) -> Receive:
    """A body sent in pieces, without a length, is held to the same limit."""
    read = 0

    async def receiving() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > LARGEST:
            raise TooLarge
        return message

    return receiving


def key_of(request: Request) -> ApiKey:
    """The key that came with a request."""
    found: ApiKey = request.state.key
    return found


def opened(hosting: Hosting, key: ApiKey, organisation: str, scope: str) -> Hosted:
    """The organisation a key opens for a scope, as it was when somebody last looked which version is in force: waits for nothing.

    Raises Refused: a key tells nothing about organisations it does not open.
    """
    if key.organisation != organisation or organisation not in hosting.organisations:
        raise Refused(403, "This key does not open that organisation.")
    if scope not in key.scopes:
        raise Refused(403, f"This key has not the scope '{scope}'.")
    return hosting.organisations[organisation]


def opens(scope: str) -> Callable[[Request], Hosted]:
    """What gives a route its organisation under the version in force now, once the key has the scope."""

    def dependency(request: Request) -> Hosted:
        hosting: Hosting = request.app.state.hosting
        found = opened(hosting, key_of(request), request.path_params["org"], scope)
        return hosting.current(found.id) or found

    dependency.scope = scope  # type: ignore[attr-defined]
    return dependency
