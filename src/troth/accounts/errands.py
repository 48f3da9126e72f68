"""What is done after the answer was given: looking an address up and writing to it, so that neither shows at the door."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Final

from troth.accounts.courier import Courier, Errand

MOST_WAITING: Final = 500
Job = Callable[[], None]


class Errands:
    """A queue, and one thread that works it off. Threads may share it; whoever holds it may name another courier."""

    def __init__(self, courier: Courier) -> None:
        self.courier = courier
        self.trouble = 0
        """How many errands failed since the start; whose they were is written down nowhere."""
        self._ended, self._before = False, 0
        self._jobs: queue.Queue[Job | None] = queue.Queue(MOST_WAITING)
        self._lock = threading.Lock()
        self._runner: threading.Thread | None = None

    def later(self, job: Job) -> None:
        """Have it done by another thread; where too many wait, or this is ended, it is not, and counts as trouble."""
        with self._lock:
            ended = self._ended
        try:
            if ended:
                raise queue.Full
            self._jobs.put_nowait(job)
        except queue.Full:
            self._troubled()
            return
        with self._lock:
            if self._runner is None or not self._runner.is_alive():
                self._runner = threading.Thread(target=self._work, name="troth-accounts", daemon=True)
                self._runner.start()

    def bring_later(self, errand: Errand) -> None:
        """Have the courier of that moment bring it."""
        self.later(lambda: self.courier.bring(errand))

    def settle(self) -> None:
        """Wait until all that was asked for so far is done."""
        self._jobs.join()

    def end(self) -> None:
        """Take nothing more, and wait until what was asked for is done; from the first that fails on the rest is let go."""
        with self._lock:
            self._ended, runner = True, self._runner
        if runner is not None and runner.is_alive():
            self._jobs.put(None)
            runner.join()

    def _work(self) -> None:
        while True:
            job = self._jobs.get()
            try:
                if job is None:
                    return
                if not (self._ended and self.trouble > self._before):
                    job()
            except Exception:  # noqa: BLE001  whatever went wrong with one, the next is done; it counts, and names nobody
                self._troubled()
            finally:
                self._jobs.task_done()
                if not self._ended:
                    self._before = self.trouble

    def _troubled(self) -> None:
        with self._lock:
            self.trouble += 1
