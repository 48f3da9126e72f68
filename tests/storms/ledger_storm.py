"""Writers that are killed, and the account of what is left."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.ledger.kit import Tally, ledger_on, tallies
from troth.db import Database, migrate, open_database
from troth.ledger import Head, Ledger

FOR_EVER = "1000000000"


@dataclass
class Account:
    """What was acknowledged over all rounds, and the head after each."""

    acknowledged: dict[int, str] = field(default_factory=dict)
    heads: list[Head] = field(default_factory=list)
    kills: int = 0
    lost: int = 0
    doubled: int = 0

    def take(self, lines: list[str]) -> None:
        """Note the acknowledged entries among whole lines; a line cut by the kill was still acknowledged to nobody."""
        for line in lines:
            sequence, _, mark = line.strip().partition(" ")
            if line.endswith("\n") and mark != "ready":
                self.doubled += int(sequence) in self.acknowledged
                self.acknowledged[int(sequence)] = mark


def prepare(url: str) -> None:
    with open_database(url) as database:
        migrate(database)
        with database.write() as connection:
            tallies.create(connection, checkfirst=True)


@contextmanager
def writer(url: str, name: str, mode: str, count: str = FOR_EVER) -> Iterator[subprocess.Popen[str]]:
    """A process that has opened its ledger and starts writing at `start`."""
    command = [sys.executable, "-m", "tests.storms.ledger_writers", url, name, mode, count]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "0 ready\n"
            yield process
        finally:
            process.kill()


def start(*processes: subprocess.Popen[str]) -> None:
    """Let them all write at once."""
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()


def storm_round(url: str, account: Account, number: int, dice: random.Random) -> None:
    """Two writers; one is killed after a number of acknowledgements drawn by lot, then the other."""
    with (
        writer(url, f"r{number}a", dice.choice(["alone", "together"])) as first,
        writer(url, f"r{number}b", dice.choice(["alone", "together"])) as second,
    ):
        start(first, second)
        for process in (first, second):
            assert process.stdout is not None
            lines = [process.stdout.readline() for _ in range(dice.randrange(1, 120))]
            assert process.poll() is None, "a writer ended by itself"
            process.kill()
            account.kills += 1
            account.take(lines + process.stdout.readlines())


def settle(url: str, account: Account) -> None:
    """Hold what stands against what was acknowledged; raises AssertionError where it does not hold."""
    with open_database(url) as database:
        ledger = ledger_on(database, projections=[Tally()])
        _settle(database, ledger, account)


def _settle(database: Database, ledger: Ledger, account: Account) -> None:
    with database.read() as connection:
        found = ledger.verify(connection, trusted=account.heads[-1] if account.heads else None)
        assert found.holds, found
        events = list(ledger.events(connection))
        account.heads.append(ledger.head(connection))
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
    marks = [event.codes[0] for event in events]
    account.doubled += len(marks) - len(set(marks))
    account.lost += sum(marks[at - 1 : at] != [mark] for at, mark in account.acknowledged.items())
    assert (account.lost, account.doubled) == (0, 0)
    assert ledger.compare()[0].equal
