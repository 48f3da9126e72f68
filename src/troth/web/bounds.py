"""How long what is sent may be, and how long it may take: a form is small, an upload is larger, and nobody holds a line open for ever."""

from __future__ import annotations

import asyncio
from typing import Final

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from troth.web.guard import API, SAFE

FORM: Final = 65_536
"""Bytes of a posted form or of what a site's page sends."""
UPLOAD: Final = 8_388_608
"""Bytes of a form that brings a file."""
PATIENCE: Final = 30.0
"""Seconds in which all of a body has to come."""


class Bounded:
    """Refuses what is too long before reading it where it says so, else as soon as it is (413), and what comes too slowly (408).

    A handler that waits for the rest never gets it, so nothing of such a request is kept. The API has a limit of its own.
    """

    def __init__(self, app: ASGIApp, patience: float = PATIENCE) -> None:
        self.app = app
        self._patience = patience

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, its body counted and timed."""
        if scope["type"] != "http" or scope["path"].startswith(API):
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        most = UPLOAD if headers.get("content-type", "").startswith("multipart/form-data") else FORM
        declared = headers.get("content-length", "0")
        if not declared.isdigit() or int(declared) > most:
            from troth.web.pages import plain_page

            await plain_page(Request(scope), 413)(scope, receive, send)
            return
        counted = _Counted(receive, most, self._patience)
        await self.app(scope, receive if scope["method"] in SAFE else counted, send)


class _Counted:
    """A body as it comes in."""

    def __init__(self, receive: Receive, most: int, patience: float) -> None:
        self._receive, self._left = receive, most
        self._until = asyncio.get_running_loop().time() + patience
        self._whole = False

    async def __call__(self) -> Message:
        """The next piece. Raises HTTPException 413 and 408."""
        if self._whole:  # from here on only the end of the connection is waited for
            return await self._receive()
        try:
            async with asyncio.timeout_at(self._until):
                message = await self._receive()
        except TimeoutError:
            raise HTTPException(408) from None
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise HTTPException(413)
        self._whole = not message.get("more_body", False)
        return message
