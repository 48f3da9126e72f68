"""Batches: requests that come while others are served are served together, in one thread's work and one commit.

Two batches may be under way: while one waits for the disk, whoever came late is worked on.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final, Generic, TypeVar

from starlette.concurrency import run_in_threadpool

T = TypeVar("T")
R = TypeVar("R")
MOST: Final = 256
"""How many are served at once."""
UNDER_WAY: Final = 2
"""How many batches are served at the same time."""


class Batches(Generic[T, R]):
    """Serves what is asked in batches; alone, a request is served at once. One event loop may share it.

    `serve` answers each in its place, an error in the place of what it refuses; when it raises, all of the batch are told so.
    """

    def __init__(
        self,
        serve: Callable[[Sequence[T]], Sequence[R | Exception]],
        most: int = MOST,
        under_way: int = UNDER_WAY,
    ) -> None:
        self._serve = serve
        self._most = most
        self._free = under_way
        self._waiting: deque[tuple[T, asyncio.Future[R]]] = deque()
        self._tasks: set[asyncio.Task[None]] = set()

    async def ask(self, one: T) -> R:
        """What `serve` answers to this. Raises the error that stands in its place."""
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((one, future))
        if self._free:
            self._free -= 1
            task = asyncio.create_task(self._run())
            self._tasks.add(task)  # the loop itself would let go of it
            task.add_done_callback(self._tasks.discard)
        return await future

    async def _run(self) -> None:
        """Serve until nobody waits; between seeing that and being free again nothing else runs, so nobody is forgotten."""
        try:
            while self._waiting:
                await asyncio.sleep(0)  # whoever is being heard at this moment comes along
                count = min(len(self._waiting), self._most)
                await self._answer([self._waiting.popleft() for _ in range(count)])
        finally:
            self._free += 1

    async def _answer(self, batch: list[tuple[T, asyncio.Future[R]]]) -> None:
        if not batch:
            return  # another batch took them
        try:
            answers = await run_in_threadpool(self._serve, [one for one, _ in batch])
        except Exception as error:  # noqa: BLE001  each caller raises it
            answers = [error] * len(batch)
        for (_, future), answer in zip(batch, answers, strict=True):
            if future.done():
                continue  # whoever asked has gone
            if isinstance(answer, Exception):
                future.set_exception(answer)
            else:
                future.set_result(answer)
