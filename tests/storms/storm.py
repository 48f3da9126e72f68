"""A storm: writers in several processes are killed at points drawn by lot, round after round, and the account is held."""

from __future__ import annotations

import os
import random
import selectors
import signal
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, field
from pathlib import Path

from tests.storms.lives import life_at
from tests.storms.nursery import Nursery, last_words
from tests.storms.tally import Tally
from tests.storms.trades import TRADES, Account
from troth.app.config import Home
from troth.kernel.errors import TrothError

ROUNDS_A_PLACE = 20
"""A new company after so many rounds: what is held against the account grows with each."""
PATIENCE = 60.0
"""Seconds within which a writer says something; one that is silent for longer hangs."""

Places = Callable[[], AbstractContextManager[Home]]


@dataclass
class Heard:
    """A writer that runs, what it said, and when it is killed: so many seconds after so many lines."""

    name: str
    pid: int
    pipe: int
    lines_left: int
    seconds: float
    lines: list[str] = field(default_factory=list)
    rest: bytes = b""
    due: float = float("inf")

    def read(self) -> bool:
        """Take what it said; False at its end. A line cut by the kill was acknowledged to nobody."""
        data = os.read(self.pipe, 65536)
        *whole, self.rest = (self.rest + data).split(b"\n")
        self.lines += [line.decode() for line in whole]
        if len(self.lines) >= self.lines_left and self.due == float("inf"):
            self.due = time.monotonic() + self.seconds
        return bool(data)

    def end_when_due(self) -> None:
        if time.monotonic() >= self.due:
            os.kill(self.pid, signal.SIGKILL)


@dataclass(frozen=True)
class Storm:
    """Where it rages, over what, with what lot, and the bug its writers are born with."""

    places: Places
    nursery: Nursery
    folder: Path
    trade: str
    seed: int
    plant: str = ""

    def rage(self, rounds: int) -> Tally:
        """So many rounds, or until something is wrong; what they came to."""
        dice, tally = random.Random(self.seed), Tally()
        while tally.rounds < rounds and tally.clean:
            with self.places() as home:
                home.folder.mkdir(parents=True, exist_ok=True)
                TRADES[self.trade].found(home)
                with closing(TRADES[self.trade].account()) as account:
                    self._stay(home, account, dice, tally, min(rounds, tally.rounds + ROUNDS_A_PLACE))
        return tally

    def _stay(self, home: Home, account: Account, dice: random.Random, tally: Tally, until: int) -> None:
        while tally.rounds < until and tally.clean:
            met = account.met(dice)
            writers = [
                self._born(home, met, dice, f"r{tally.rounds}{name}") for name in "abc"[: dice.randint(1, 3)]
            ]
            attend(writers)
            where = f"round {tally.rounds} of seed {self.seed}"
            tally.rounds += 1
            for writer in writers:
                os.close(writer.pipe)
                ended = self.nursery.reap(writer.pid)
                said = f"a writer ended by itself ({ended}): {self._stumbled(writer)}"
                tally.wrong("torn", int(ended != -signal.SIGKILL), f"{where}: {said}")
                tally.kills += 1
                tally.acknowledged += sum(map(account.hear, writer.lines))
            try:
                account.settle(home, tally, where)
            except TrothError as problem:
                tally.wrong("torn", 1, f"{where}: {problem}")

    def _stumbled(self, writer: Heard) -> str:
        words = last_words(self.folder / writer.name)
        return words.read_text(encoding="utf-8", errors="replace")[-2000:] if words.exists() else ""

    def _born(self, home: Home, met: list[str], dice: random.Random, name: str) -> Heard:
        """A writer that kills itself at a step drawn by lot, or is killed from outside some time after some line."""
        life = life_at(
            home,
            self.trade,
            name,
            lot=dice.randrange(2**32),
            threads=dice.choice((1, 1, 4)),
            others=met,
            dies_at=dice.choice((0, dice.randrange(1, TRADES[self.trade].steps))),
            plant=self.plant,
        )
        pipe = self.folder / name
        os.mkfifo(pipe)
        reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
        pid = self.nursery.fork(life, pipe)
        lines = dice.randrange(1, 60) if not life.dies_at else 400
        return Heard(name, pid, reading, lines, dice.uniform(0, 0.02))


def attend(writers: list[Heard]) -> None:
    """Listen to all of them until the last is dead, and kill each when its time has come."""
    with selectors.DefaultSelector() as selector:
        for writer in writers:
            selector.register(writer.pipe, selectors.EVENT_READ, writer)
        while selector.get_map():
            living: list[Heard] = [key.data for key in selector.get_map().values()]
            next_due = min(writer.due for writer in living) - time.monotonic()
            found = selector.select(max(0.0, min(PATIENCE, next_due)))
            if not found and next_due > PATIENCE:
                _end_all(living)
                raise AssertionError(f"writers said nothing for {PATIENCE} seconds")
            for key, _ in found:
                if not key.data.read():
                    selector.unregister(key.fileobj)
                    living.remove(key.data)
            for writer in living:
                writer.end_when_due()


def _end_all(writers: list[Heard]) -> None:
    for writer in writers:
        os.kill(writer.pid, signal.SIGKILL)
