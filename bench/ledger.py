"""The ledger on SQLite, every commit durable (synchronous=FULL), in one process, which is one core."""

from __future__ import annotations

import os
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from bench import packing, peers
from bench.rows import Row, row
from troth.db import migrate, open_database
from troth.kernel.clock import FixedClock
from troth.ledger import Draft, Ledger, PseudonymKey

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
RUNS = 3
THREADS, EACH = 128, 200
BATCH, BATCHES = 1000, 20
SINGLE = 300


class _Dice:
    def bytes(self, n: int) -> bytes:
        return os.urandom(n)


@contextmanager
def fresh(folder: Path) -> Iterator[Ledger]:
    """A ledger in a new database."""
    with (
        tempfile.TemporaryDirectory(dir=folder) as place,
        open_database(f"sqlite:///{place}/troth.db") as database,
    ):
        migrate(database)
        yield Ledger(database, "bench", PseudonymKey(b"k" * 32), clock=FixedClock(NOW), entropy=_Dice())


def drafts(count: int, payload: bool = True) -> list[Draft]:
    """Consents of different subjects, with the payload a form leaves."""
    return [
        Draft(
            "consent:choice:given",
            NOW,
            subject=f"sub_{number:026}",
            policy="sha256:" + "ab" * 32,
            rule="rules-1",
            codes=("permit", "newsletter", "P-17"),
            payload={"language": "en", "notice": "n-3", "form": "register"} if payload else None,
        )
        for number in range(count)
    ]


def by_threads(ledger: Ledger) -> float:
    """Appends per second of many callers, each waiting until its own entry is durable."""
    recorder, work = ledger.recorder(), drafts(THREADS * EACH)

    def record(mine: list[Draft]) -> None:
        for draft in mine:
            recorder.record(draft)

    threads = [threading.Thread(target=record, args=(work[at::THREADS],)) for at in range(THREADS)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(work) / (time.perf_counter() - start)


def by_batches(ledger: Ledger) -> float:
    """Appends per second of one caller whose works record many entries."""
    work = drafts(BATCH * BATCHES)
    start = time.perf_counter()
    for at in range(0, len(work), BATCH):
        with ledger.recording() as one:
            one.record(*work[at : at + BATCH])
    return len(work) / (time.perf_counter() - start)


def one_by_one(ledger: Ledger) -> float:
    """Appends per second of one caller that commits each entry by itself."""
    work = drafts(SINGLE)
    start = time.perf_counter()
    for draft in work:
        with ledger.recording() as one:
            one.record(draft)
    return SINGLE / (time.perf_counter() - start)


def proofs(ledger: Ledger) -> float:
    """Inclusion proofs per second out of what is stored, in a ledger as large as the peer's."""
    by_batches(ledger)
    size, count = BATCH * BATCHES, 300
    with ledger.database.read() as connection:
        start = time.perf_counter()
        for number in range(count):
            ledger.prove_inclusion(connection, 1 + number * (size // count), size)
        return count / (time.perf_counter() - start)


def verified(ledger: Ledger) -> float:
    """Entries per second that `verify` recomputes."""
    by_batches(ledger)
    with ledger.database.read() as connection:
        start = time.perf_counter()
        found = ledger.verify(connection)
        taken = time.perf_counter() - start
    if not found.holds:
        raise RuntimeError(found.reason)
    return found.entries / taken


def rows() -> list[Row]:
    """The rows of this bench."""
    with tempfile.TemporaryDirectory(prefix="troth-bench-") as name:
        folder = Path(name)
        their = peers.measure("merkle", name, str(SINGLE), str(BATCH), str(BATCHES))

        def ours(act: Callable[[Ledger], float]) -> float:
            taken = []
            for _ in range(RUNS):
                with fresh(folder) as ledger:
                    taken.append(act(ledger))
            return statistics.median(taken)

        one = "pymerkle, append_entry"
        many = "pymerkle, append_entries (bare leaves: no payload, index or head)"
        speed = "appends/s"
        return [
            row(
                "ledger.append.group_commit",
                ours(by_threads),
                speed,
                at_least=10_000,
                peer=one,
                peer_value=their["single"],
            ),
            row(
                "ledger.append.batch",
                ours(by_batches),
                speed,
                at_least=10_000,
                peer=many,
                peer_value=their["batch"],
            ),
            row("ledger.append.single", ours(one_by_one), speed, peer=one, peer_value=their["single"]),
            row(
                "ledger.prove.inclusion",
                ours(proofs),
                "proofs/s",
                peer="pymerkle, prove_inclusion",
                peer_value=their["proofs"],
            ),
            row("ledger.verify", ours(verified), "entries/s"),
            *_packs(folder),
        ]


def _packs(folder: Path) -> list[Row]:
    """A pack of 100,000 events: one run, which takes long enough to be its own median."""
    found = packing.packed(folder, drafts)
    return [
        row("ledger.pack.make", found.make, "s"),
        row("ledger.pack.size", found.megabytes, "MB"),
        row("ledger.pack.verify", found.verify, "s", at_most=10),
    ]
