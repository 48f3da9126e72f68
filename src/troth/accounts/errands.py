"""What is done after the answer was given: looking an address up and writing to it, so that neither shows at the door."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Final

from troth.accounts.courier import Courier, Errand
from troth.kernel.errors import TrothError

MOST_WAITING: Final = 500
Job = Callable[[], None]


class Errands:
    """A queue, and one thread that works it off. Threads may share it; whoever holds it may name another courier."""

    def __init__(self, courier: Courier) -> None:
        self.courier = courier
        self.trouble = 0
        """How many errands failed since the start; whose they were is written down nowhere."""
        self._jobs: queue.Queue[Job] = queue.Queue(MOST_WAITING)
        self._lock = threading.Lock()
        self._runner: threading.Thread | None = None

    def later(self, job: Job) -> None:
        """Have it done by another thread; where too many wait, it is not, and counts as trouble."""
        try:
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

    def _work(self) -> None:
        while True:
            job = self._jobs.get()
            try:
                job()
            except TrothError:
                self._troubled()
            finally:
                self._jobs.task_done()

    def _troubled(self) -> None:
        with self._lock:
            self.trouble += 1
