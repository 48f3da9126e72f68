"""Consents through the front verb: a given or withdrawn consent, its ledger entry and its projections, durable when it returns.

Many threads act at once, as a server's do, and share commits (`Organisation.act`). Beside them the same acts by one thread alone,
which waits for each commit. A receipt is made on demand, from the record, signed and with its proof of inclusion.
"""

from __future__ import annotations

import statistics
import tempfile
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from bench.rows import Row, row
from troth.app.config import Home
from troth.app.opening import open_organisation
from troth.app.organisation import Organisation
from troth.app.proofs import receipts_of

THREADS: Final = 64
ACTS: Final = 3_200
ALONE: Final = 200
TURNS: Final = 3
PEOPLE: Final = 500
RECEIPTS: Final = 100
ITEM: Final = "sharing"
POLICY: Final = Path(__file__).parents[1] / "examples" / "harbour"


def rows() -> list[Row]:
    """Consent writes a second on SQLite, with many threads and with one; receipts a second."""
    with tempfile.TemporaryDirectory(prefix="troth-bench-") as folder:
        home = Home.at(Path(folder))
        with open_organisation(home, "harbour", POLICY) as harbour:
            people = [str(_somebody(harbour, number)) for number in range(PEOPLE)]
            together = statistics.median(_together(harbour, people) for _ in range(TURNS))
            alone = statistics.median(_rate(harbour, people[:ALONE]) for _ in range(TURNS))
            receipts = _receipts(harbour, home)
    peer = "the same acts by one thread, each its own commit"
    return [
        row("consent.writes", together, "acts/s", peer=peer, peer_value=alone, at_least=2_000),
        row("consent.receipts", receipts, "receipts/s"),
    ]


def _somebody(harbour: Organisation, number: int) -> object:
    return harbour.act(lambda acts: acts.open_subject([("email", f"p{number}@people.example")])).subject


def _together(harbour: Organisation, people: list[str]) -> float:
    """Acts a second with all threads at work, each on people of its own."""
    parts = [people[at::THREADS] for at in range(THREADS)]
    ready = threading.Barrier(THREADS + 1)

    def work(mine: list[str]) -> None:
        ready.wait()
        for number in range(ACTS // THREADS):
            _say(harbour, mine[number % len(mine)], number // len(mine))

    threads = [threading.Thread(target=work, args=(part,)) for part in parts]
    for thread in threads:
        thread.start()
    ready.wait()
    start = time.perf_counter()
    for thread in threads:
        thread.join()
    return ACTS // THREADS * THREADS / (time.perf_counter() - start)


def _rate(harbour: Organisation, people: Iterable[str]) -> float:
    listed, start = list(people), time.perf_counter()
    for number, who in enumerate(listed):
        _say(harbour, who, number)
    return len(listed) / (time.perf_counter() - start)


def _say(harbour: Organisation, who: str, number: int) -> None:
    said = "given" if number % 2 == 0 else "withdrawn"
    harbour.act(lambda acts: acts.consent(who, ITEM, said, language="en"))


def _receipts(harbour: Organisation, home: Home) -> float:
    """Receipts a second, each made anew."""
    made = receipts_of(harbour, home)
    with harbour.database.read() as connection:
        events = harbour.ledger.events(
            connection, kinds=("consent:item:given",), newest_first=True, limit=RECEIPTS
        )
        numbers = [event.sequence for event in events]
    start = time.perf_counter()
    for number in numbers:
        made.make(number)
    return len(numbers) / (time.perf_counter() - start)
