"""A process that appends until it is killed; run as `python -m tests.storms.ledger_writers URL NAME MODE COUNT`.

It says when it is ready, starts at a line on its standard input, and prints each acknowledged entry as
`SEQUENCE MARK` on a line of its own, at once. The marks are its name and a count, so that whoever killed it can
tell which acknowledged entries must be there.
"""

from __future__ import annotations

import sys
import threading

from sqlalchemy import text

from tests.ledger.kit import Tally, draft, ledger_on
from troth.db import open_database
from troth.ledger import Draft, Ledger

_PRINTING = threading.Lock()


def marked(name: str, number: int) -> Draft:
    return draft(number % 7, codes=(f"{name}-{number}",))


def told(sequences: tuple[int, ...], marks: list[str]) -> None:
    with _PRINTING:
        for sequence, mark in zip(sequences, marks, strict=True):
            sys.stdout.write(f"{sequence} {mark}\n")
        sys.stdout.flush()


def alone(ledger: Ledger, name: str, count: int) -> None:
    """Works of one to five entries, every third of them thought better of."""
    for number in range(0, count * 5, 5):
        drafts = [marked(name, number + k) for k in range(number // 5 % 5 + 1)]
        try:
            with ledger.recording() as work:
                work.record(*drafts)
                if number // 5 % 3 == 2:
                    work.connection.execute(text("SELECT 1"))
                    raise InterruptedError
        except InterruptedError:
            continue
        told(work.sequences, [one.codes[0] for one in drafts])


def together(ledger: Ledger, name: str, count: int) -> None:
    """Eight threads that share their commits."""
    recorder = ledger.recorder()

    def record(thread: int) -> None:
        for number in range(count):
            mark = marked(f"{name}-{thread}", number)
            told(recorder.record(mark), [mark.codes[0]])

    threads = [threading.Thread(target=record, args=(thread,)) for thread in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def main(url: str, name: str, mode: str, count: str) -> None:
    with open_database(url) as database:
        ledger = ledger_on(database, projections=[Tally()])
        told((0,), ["ready"])
        sys.stdin.readline()
        {"alone": alone, "together": together}[mode](ledger, name, int(count))


if __name__ == "__main__":
    main(*sys.argv[1:])
