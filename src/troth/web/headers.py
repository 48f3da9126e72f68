"""The headers that every answer carries, and what a Host header names."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS: Final[Mapping[str, str]] = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
RAW: Final = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
SCRIPTED: Final = HEADERS["content-security-policy"].replace("style-src", "script-src 'self'; style-src")
"""The policy of the two pages that speak with an authenticator: they alone may run a script, and only one of ours."""
SHARED: Final = (b"cross-origin-resource-policy", b"cross-origin")
"""Said by the one kind of file that other origins may load: the SDK for sites."""
MORE: Final = (SHARED, (b"content-security-policy", SCRIPTED.encode()))
"""What an answer may say in place of the header that all others carry."""
NO_STORE: Final = (b"cache-control", b"no-store")


class SecurityHeaders:
    """Puts the headers on every answer; what is shown to somebody is kept by no cache."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = message.get("headers", ())
                own = [pair for pair in given if pair[0].decode("latin-1") not in HEADERS]
                raw = [
                    next((more for more in MORE if more in given and n == more[0]), (n, v)) for n, v in RAW
                ]
                kept = () if any(name == b"cache-control" for name, _ in own) else (NO_STORE,)
                message = {**message, "headers": [*own, *kept, *raw]}
            await send(message)

        await self.app(scope, receive, sending)


@lru_cache(maxsize=256)
def host_of(value: str) -> str:
    """The host of a Host header without its port; '' for what is none."""
    try:
        return (urlsplit(f"//{value}").hostname or "").lower()
    except ValueError:
        return ""
