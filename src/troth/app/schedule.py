"""Checkpoints on a schedule: signed when they are due and handed on, in a thread beside the server, never on a request's way.

Whoever could not be reached is tried again, with the same checkpoint, after a minute, then two, four … up to the period. What goes
wrong is told once when it begins and once when it ends; it is shown as long as it lasts.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from troth.app.hosting import Hosting
from troth.app.proofs import checkpoints_of
from troth.app.witnessing import Witnessing
from troth.kernel.clock import Clock
from troth.kernel.errors import TrothError
from troth.ledger import Checkpoints, Made, Outside

FIRST_RETRY: Final = timedelta(minutes=1)
LOOK_EVERY: Final = 5.0
"""Seconds between looks at whether something is due."""
Tell = Callable[[str], None]
SIGNING: Final = 0
"""The number of what fails where it is nobody outside; these are counted from 1."""


@dataclass(slots=True)
class Owed:
    """Something to be done: what went wrong with it so far, how often, and when it is tried next."""

    reason: str
    times: int
    at: datetime


@dataclass(slots=True)
class _Ledger:
    """One ledger on the schedule, its last checkpoint, and what is owed, by the number of whom it is owed to."""

    checkpoints: Checkpoints
    last: Made | None = None
    owed: dict[int, Owed] = field(default_factory=dict)


class Schedule:
    """The checkpoints of several ledgers. `turn` does what is due now; one thread calls it."""

    def __init__(
        self, ledgers: Mapping[str, Checkpoints], witnessing: Witnessing, clock: Clock, tell: Tell
    ) -> None:
        self.witnessing = witnessing
        self._ledgers = {id: _Ledger(checkpoints) for id, checkpoints in ledgers.items()}
        self._clock = clock
        self._tell = tell

    def turn(self) -> None:
        """Sign what is due, and hand on what is owed. Nothing that goes wrong with one ledger stops the others."""
        for id, ledger in self._ledgers.items():
            for number, one in enumerate((None, *self.witnessing.outside)):
                try:
                    self._sign(id, ledger) if one is None else self._hand(id, ledger, number, one)
                except TrothError as problem:
                    self._failed(id, ledger, number, str(problem))
                except Exception as fault:  # noqa: BLE001  a fault of the program is told, and ends no schedule
                    self._failed(id, ledger, number, f"a fault of the program: {type(fault).__name__}.")

    def problems(self, id: str) -> tuple[str, ...]:
        """What goes wrong with the checkpoints of an organisation at present."""
        found = self._ledgers.get(id)
        return tuple(owed.reason for owed in list(found.owed.values()) if owed.times) if found else ()

    def _sign(self, id: str, ledger: _Ledger) -> None:
        """Sign the head where that is due; whoever was reached last time is owed the new checkpoint at once."""
        now = self._clock.now()
        if not self._is_due(ledger, SIGNING, now):
            return
        made = ledger.checkpoints.make_if_older(self.witnessing.every)
        self._went_well(id, ledger, SIGNING, "it is signed")
        if made is not None:
            ledger.last = made
            for number, _ in enumerate(self.witnessing.outside, 1):
                ledger.owed.setdefault(number, Owed("", 0, now))

    def _hand(self, id: str, ledger: _Ledger, number: int, one: Outside) -> None:
        """Hand the last checkpoint to one of those outside, where it is owed and due."""
        if (
            ledger.last is None
            or number not in ledger.owed
            or not self._is_due(ledger, number, self._clock.now())
        ):
            return
        made = ledger.checkpoints.hand(ledger.last, (one,), self.witnessing.trusted)
        ledger.last = made
        if made.problems:
            self._failed(id, ledger, number, str(made.problems[0]))
        else:
            self._went_well(id, ledger, number, f"{one.name} has it")

    def _is_due(self, ledger: _Ledger, what: int, now: datetime) -> bool:
        owed = ledger.owed.get(what)
        return owed is None or owed.at <= now

    def _failed(self, id: str, ledger: _Ledger, what: int, reason: str) -> None:
        before = ledger.owed.get(what, Owed("", 0, self._clock.now()))
        wait = min(FIRST_RETRY * 2 ** min(before.times, 20), self.witnessing.every)
        ledger.owed[what] = Owed(reason, before.times + 1, self._clock.now() + wait)
        if before.reason != reason:
            self._tell(f"{id}: the checkpoint is not where it should be: {reason}")

    def _went_well(self, id: str, ledger: _Ledger, what: int, now_so: str) -> None:
        before = ledger.owed.pop(what, None)
        if before is not None and before.times:
            self._tell(f"{id}: the checkpoint is where it should be again: {now_so}.")


def schedule_of(hosting: Hosting, witnessing: Witnessing, tell: Tell) -> Schedule:
    """The schedule of every organisation that is hosted; the hosting shows what goes wrong with it."""
    ledgers = {id: checkpoints_of(one.organisation, one.home) for id, one in hosting.organisations.items()}
    made = Schedule(ledgers, witnessing, hosting.clock, tell)
    hosting.trouble = made.problems
    return made


@contextmanager
def keeping(schedule: Schedule, look_every: float = LOOK_EVERY) -> Iterator[Schedule]:
    """Keep a schedule in a thread while the block runs; what is under way is ended first."""
    ended = threading.Event()

    def keep() -> None:
        while not ended.is_set():
            schedule.turn()
            ended.wait(look_every)

    thread = threading.Thread(target=keep, name="troth-checkpoints", daemon=True)
    thread.start()
    try:
        yield schedule
    finally:
        ended.set()
        thread.join()
