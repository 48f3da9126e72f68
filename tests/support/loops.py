"""Event loops in threads of their own: a browser that was started in this process keeps one running in the main thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any, TypeVar

T = TypeVar("T")


class Loop:
    """One loop, for everything that is to be awaited in the same one."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1)
        self._runner = self._thread.submit(asyncio.Runner).result()

    def run(self, coming: Coroutine[Any, Any, T]) -> T:
        """Await it."""
        return self._thread.submit(self._runner.run, coming).result()

    def close(self) -> None:
        """End it."""
        self._thread.submit(self._runner.close).result()
        self._thread.shutdown()


def apart(do: Callable[[], T]) -> T:
    """Do it in a thread in which no loop runs."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(do).result()


def run(coming: Coroutine[Any, Any, T]) -> T:
    """Await it in a loop that ends with it."""
    with closing(Loop()) as loop:
        return loop.run(coming)
