"""The API without the wire: a call goes in as a request would, and is answered by the same routes."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import unquote

from starlette.types import ASGIApp, Message

from troth.app.keys import ApiKey
from troth.client import Call
from troth.client.wire import body_of

_LOCAL: Final = ("127.0.0.1", 0)


class Door:
    """Answers calls by the routes of the API, made when the first call needs them. Threads may share it."""

    def __init__(self, make: Callable[[], ASGIApp], key: ApiKey) -> None:
        self._make = make
        self._key = key
        self._opening = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._app: ASGIApp | None = None

    def exchange(self, call: Call[Any], within: float | None) -> tuple[int, bytes]:
        """Status and body of the answer. Raises TimeoutError."""
        loop, app = self._opened()
        return asyncio.run_coroutine_threadsafe(self._asked(app, call), loop).result(within)

    def close(self) -> None:
        """Let nobody in any more."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop = None

    def _opened(self) -> tuple[asyncio.AbstractEventLoop, ASGIApp]:
        with self._opening:
            if self._loop is None or self._app is None:
                self._app = self._app or self._make()
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(
                    target=_run, args=(self._loop,), name="troth-inside", daemon=True
                )
                self._thread.start()
            return self._loop, self._app

    async def _asked(self, app: ASGIApp, call: Call[Any]) -> tuple[int, bytes]:
        body, pieces, status = body_of(call) or b"", [], [500]

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                status[0] = message["status"]
            else:
                pieces.append(message.get("body", b""))

        try:
            await app(self._scope(call), receive, send)
        except Exception:  # noqa: BLE001  the answer has been sent, and the log has the place
            status[0] = 500
        return status[0], b"".join(pieces)

    def _scope(self, call: Call[Any]) -> dict[str, Any]:
        path, _, query = call.path.partition("?")
        full = f"/{self._key.organisation}/{path}"
        headers = [(b"content-type", b"application/json")]
        if call.key:
            headers.append((b"idempotency-key", call.key.encode()))
        return {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "http", "method": call.method,
            "path": unquote(full), "raw_path": full.encode(), "query_string": query.encode(), "root_path": "",
            "headers": headers, "server": _LOCAL, "client": _LOCAL, "state": {"key": self._key},
        }  # fmt: skip


def _run(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    try:
        loop.run_forever()
        loop.run_until_complete(loop.shutdown_default_executor())
    finally:
        loop.close()
