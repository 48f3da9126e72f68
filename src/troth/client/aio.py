"""The way there for programs that do not wait: the same calls, awaited."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

from troth.client.call import AsyncSpeaker, Call
from troth.client.keyfile import KeyFile
from troth.client.wire import NO_KEY, PASSING, address_of, answer_of, away, body_of, headers_of, pauses

if TYPE_CHECKING:
    import httpx

T = TypeVar("T")


class AsyncConnection(AsyncSpeaker):
    """Speaks for one organisation within one event loop; as many calls as one likes at the same time.

    `timeout` is how many seconds an answer may take, all tries together, before it counts as away.
    """

    def __init__(self, keys: KeyFile, timeout: float = 10.0) -> None:
        self._keys = keys
        self._timeout = timeout
        self._open: httpx.AsyncClient | None = None

    async def close(self) -> None:
        """Let go of the connections; a later call opens one anew."""
        if self._open is not None:
            opened, self._open = self._open, None
            await opened.aclose()

    async def perform(self, call: Call[T], within: float | None = None) -> T:
        """Send a call, again where that can do no harm, and read its answer. Raises Away, Problem."""
        self._client()  # what has to be loaded for it is not the time of the answer
        try:
            async with asyncio.timeout(self._timeout if within is None else within):
                return await self._tried(call)
        except TimeoutError as problem:
            raise away(problem) from problem

    async def _tried(self, call: Call[T]) -> T:
        import httpx

        for pause in pauses(call):
            try:
                found = await self._entered(call)
            except httpx.HTTPError as problem:
                if pause is None:
                    raise away(problem) from problem
            else:
                if pause is None or found.status_code not in PASSING:
                    return answer_of(call, found.status_code, found.content)
            await asyncio.sleep(pause)
        raise AssertionError("the last try returns or raises")

    async def _entered(self, call: Call[T]) -> httpx.Response:
        """One try; where the key opens nothing, or nobody is there, with what was handed out since, if anything was."""
        import httpx

        try:
            found = await self._exchange(call)
        except httpx.ConnectError:
            if not await self._handed_anew():
                raise
        else:
            if found.status_code != NO_KEY or not await self._handed_anew():
                return found
        return await self._exchange(call)

    async def _exchange(self, call: Call[T]) -> httpx.Response:
        headers = headers_of(self._keys, call)
        return await self._client().request(
            call.method, address_of(self._keys, call), content=body_of(call), headers=headers
        )

    async def _handed_anew(self) -> bool:
        """Take over another key that lies where the first was read; whether there is one."""
        found = self._keys.again()
        if found is None:
            return False
        self._keys = found
        await self.close()
        return True

    def _client(self) -> httpx.AsyncClient:
        """Connections are opened by the first call, which knows the event loop; whoever does not use this pays nothing for it."""
        if self._open is None:
            import httpx

            # What surrounds the program (proxies named in its environment) has no say in where questions go.
            self._open = httpx.AsyncClient(base_url=self._keys.url, timeout=self._timeout, trust_env=False)
        return self._open
