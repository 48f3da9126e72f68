"""The relay: carries out what waits in an outbox, in order, once in effect, however often anything was killed meanwhile.

Each call goes under the key it was written down with, so a product that took it and could not say so knows it again. Several relays may
run at once: both then carry out the same call under the same key, and none goes on before it was acknowledged.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Self

from troth.client.borrowed import Borrowed
from troth.client.call import Speaker
from troth.client.errors import Away, Problem
from troth.client.outbox import Outbox, Waiting
from troth.kernel.errors import TrothError

AT_ONCE: Final = 50
IN_A_ROW: Final = 3
"""After so many calls that nobody answered, nobody is there."""
NOT_NOW: Final = frozenset({401, 408, 425, 429})
"""Refusals that say nothing about the call: a key that has to be renewed, too much at once."""
UNSURE: Final = "Nobody knows whether it was carried out: it was tried, not acknowledged, and too long ago to be sent again."
_log = logging.getLogger("troth.client")


@dataclass(slots=True)
class Round:
    """What came of one round."""

    carried: int = 0
    aside: int = 0
    away: bool = False
    """Whether it ended because nobody answered."""


class Relay:
    """Carries out what waits. `connect` opens a connection to the company's database; each round has one of its own.

    `run` in a process of its own, `start` in a thread, or `once` from a job: whichever the company likes.
    """

    def __init__(
        self, outbox: Outbox, speaker: Speaker, connect: Callable[[], Any], every: float = 1.0
    ) -> None:
        self._outbox, self._speaker, self._connect, self._every = outbox, speaker, connect, every
        self._wake = threading.Event()
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def once(self) -> Round:
        """Carry out what waits now; ends early where nobody answers."""
        store, found = Borrowed.of(self._connect()), Round()
        try:
            while batch := self._taken(store):
                self._carry(store, batch, found)
                if found.away:
                    break
        finally:
            store.close()
        return found

    def catch_up(self) -> None:
        """Carry out what waits, before something that builds on it. Raises Away where nobody answers."""
        if self.once().away:
            raise Away("Nobody is there to be told what waits in the outbox.", "Try again later.")

    def start(self) -> Self:
        """Carry out in a thread, from now on."""
        self._thread = threading.Thread(target=self.run, name="troth-relay", daemon=True)
        self._thread.start()
        return self

    def run(self) -> None:
        """Carry out until `close`; what goes wrong is logged, and tried again."""
        while not self._over.is_set():
            self._wake.clear()
            try:
                self.once()
            except Exception as error:  # noqa: BLE001  the company's database has errors of its own; the next round tries again
                _log.warning("The outbox waits: %s", type(error).__name__)
            self._wake.wait(self._every)

    def wake(self) -> None:
        """Something was written down: do not wait for the next round."""
        self._wake.set()

    def close(self) -> None:
        """End the thread, after the call it is at."""
        self._over.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()

    def _taken(self, store: Borrowed) -> list[Waiting]:
        """The next calls, marked as tried before any is sent; no transaction stays open meanwhile."""
        batch = self._outbox.next(store, AT_ONCE)
        self._outbox.mark(store, batch)
        store.settle()
        return batch

    def _carry(self, store: Borrowed, batch: list[Waiting], found: Round) -> None:
        unanswered: set[str] = set()
        in_a_row = 0
        for one in batch:
            if one.subject in unanswered:
                continue  # what is about one person stays in order
            if self._tell(store, one, found):
                in_a_row = 0
                continue
            unanswered.add(one.subject)
            in_a_row += 1
            if in_a_row == IN_A_ROW:
                break
        found.away = bool(unanswered)

    def _tell(self, store: Borrowed, one: Waiting, found: Round) -> bool:
        """Whether this call is done with."""
        why = self._refused(one)
        if why is None:
            return False
        if why:
            self._outbox.put_aside(store, one, why)
            found.aside += 1
        else:
            self._outbox.strike(store, one)
            found.carried += 1
        store.settle()
        return True

    def _refused(self, one: Waiting) -> str | None:
        """Why a call cannot be carried out; '' where it was, None where nobody answered."""
        if one.overdue(datetime.now(UTC)):
            return UNSURE
        try:
            self._speaker.perform(one.call)
        except Away:
            return None
        except Problem as problem:
            return None if problem.status in NOT_NOW else f"{problem.status}: {problem.message}"
        except TrothError as error:
            return error.message
        return ""

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()
