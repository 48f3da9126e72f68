"""Group commit: whoever comes first carries all who came meanwhile in one transaction, then hands the lead on."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final, Generic, TypeVar

MOST_AT_ONCE: Final = 512
YIELDS: Final = 16


class Task:
    """What one caller wants carried, its error, and the latch the caller waits at."""

    __slots__ = ("_latch", "_leads", "error")

    def __init__(self) -> None:
        self._latch = threading.Lock()
        self._latch.acquire()
        self._leads = False
        self.error: BaseException | None = None


Carried = TypeVar("Carried", bound=Task)


class Together(Generic[Carried]):
    """Lets threads share what is dear to do once for each. There is no thread of its own and no waiting for company: alone,
    a task is carried at once. A task may be carried by another caller's thread, and must not wait for a second one.
    """

    def __init__(self, carry: Callable[[list[Carried]], None]) -> None:
        """`carry` does several tasks at once, in order of arrival, and leaves the error of a single one with it; what it
        raises is the error of all."""
        self._carry = carry
        self._mutex = threading.Lock()
        self._queue: list[Carried] = []
        self._busy = False
        self._carried_last = 1

    def do(self, task: Carried) -> Carried:
        """The task, once it is done. Raises its error."""
        with self._mutex:
            self._queue.append(task)
            leads, self._busy = not self._busy, True
        if not leads:
            task._latch.acquire()  # noqa: SLF001  the latch is between a task and this
            leads = task._leads  # noqa: SLF001
        if leads:
            self._lead()
        if task.error is not None:
            raise task.error
        return task

    def _lead(self) -> None:
        """Carry everybody who waits, the leader among them, then name the next leader."""
        self._gather()
        with self._mutex:
            batch, self._queue = self._queue[:MOST_AT_ONCE], self._queue[MOST_AT_ONCE:]
        try:
            self._carry(batch)
        except BaseException as error:  # noqa: BLE001  each caller raises it
            for task in batch:
                task.error = task.error or error
        self._carried_last = len(batch)
        with self._mutex:
            following = self._queue[0] if self._queue else None
            self._busy = following is not None
        for task in batch[1:]:
            task._latch.release()  # noqa: SLF001
        if following is not None:
            following._leads = True  # noqa: SLF001
            following._latch.release()  # noqa: SLF001

    def _gather(self) -> None:
        """Let those who were carried last come back with their next, if they have one: else the first of them pays a commit
        for itself alone, and the others wait for it. Yields, and never waits for anybody; alone, it does not even yield."""
        for _ in range(YIELDS):
            if len(self._queue) >= self._carried_last:
                return
            time.sleep(0)
