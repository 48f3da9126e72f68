"""Writers of several processes, and the account of what they leave."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.ledger.kit import Tally, ledger_on, tallies
from troth.db import Database, migrate, open_database
from troth.ledger import Head, Ledger


@dataclass
class Account:
    """What was acknowledged over all rounds, and the head after each."""

    acknowledged: dict[int, str] = field(default_factory=dict)
    heads: list[Head] = field(default_factory=list)
    lost: int = 0
    doubled: int = 0

    def take(self, lines: list[str]) -> None:
        """Note the acknowledged entries."""
        for line in lines:
            sequence, _, mark = line.strip().partition(" ")
            if mark != "ready":
                self.doubled += int(sequence) in self.acknowledged
                self.acknowledged[int(sequence)] = mark


def prepare(url: str) -> None:
    with open_database(url) as database:
        migrate(database)
        with database.write() as connection:
            tallies.create(connection, checkfirst=True)


@contextmanager
def writer(url: str, name: str, mode: str, count: str) -> Iterator[subprocess.Popen[str]]:
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
