"""The ledger with its payloads sealed, every commit durable (SQLite with synchronous=FULL), in one process, which is one core.

Subjects have a data key, as people on record have; where each entry brings a new subject, a key is made, wrapped and durable
in the key store before the entry is.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from bench import packing, peers, postgres
from bench.rows import Row, row
from troth.app.config import Home
from troth.app.keystore import vault_of
from troth.db import migrate, open_database
from troth.erasures import Tombs
from troth.kernel.clock import FixedClock
from troth.ledger import Draft, Ledger, PseudonymKey, Seals
from troth.ledger.work import prepare, seal_all
from troth.vault import SealBroken

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
RUNS = 3
THREADS, EACH, FEWER = 128, 200, 60
BATCH, BATCHES = 1000, 20
SINGLE = 300


class _Dice:
    def bytes(self, n: int) -> bytes:
        return os.urandom(n)


@contextmanager
def fresh(folder: Path, server: str = "") -> Iterator[Ledger]:
    """A ledger in a new database with a key store of its own: SQLite, or both on a PostgreSQL server."""
    with ExitStack() as opened:
        place = Path(opened.enter_context(tempfile.TemporaryDirectory(dir=folder)))
        home = Home.at(place)
        if server:
            data, keys = (opened.enter_context(postgres.database(server)) for _ in range(2))
            home = Home(place, data, keystore=keys)
        database = opened.enter_context(open_database(home.database))
        migrate(database)
        vault = opened.enter_context(vault_of(home, "bench"))
        yield Ledger(
            database, "bench", PseudonymKey(b"k" * 32), clock=FixedClock(NOW), entropy=_Dice(),
            seals=Seals("bench", vault, Tombs(), SealBroken),
        )  # fmt: skip


def keyed(ledger: Ledger, count: int) -> None:
    """Let the subjects of so many drafts have their keys."""
    for at in range(0, count, BATCH):
        seal_all(ledger._desk, [prepare(ledger._desk, draft) for draft in drafts(count)[at : at + BATCH]])  # noqa: SLF001


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


def by_threads(ledger: Ledger, each: int = EACH) -> float:
    """Appends per second of many callers, each waiting until its own entry is durable."""
    recorder, work = ledger.recorder(), drafts(THREADS * each)

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


def per_cpu_second(ledger: Ledger) -> float:
    """As `by_threads`, per second that the process had a core: what other work on the machine moves least."""
    start = time.process_time()
    by_threads(ledger)
    return THREADS * EACH / (time.process_time() - start)


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

        def ours(act: Callable[[Ledger], float], known: int = 0) -> float:
            taken = []
            for _ in range(RUNS):
                with fresh(folder) as ledger:
                    keyed(ledger, known)
                    taken.append(act(ledger))
            return statistics.median(taken)

        one = "pymerkle, append_entry"
        many = "pymerkle, append_entries (bare leaves: no payload, index or head)"
        speed = "appends/s"
        return [
            row(
                "ledger.append.group_commit",
                ours(by_threads, THREADS * EACH),
                speed,
                at_least=10_000,
                peer=one,
                peer_value=their["single"],
            ),
            row(
                "ledger.append.batch",
                ours(by_batches, BATCH * BATCHES),
                speed,
                at_least=10_000,
                peer=many,
                peer_value=their["batch"],
            ),
            row("ledger.append.group_commit.per_cpu_second", ours(per_cpu_second, THREADS * EACH), speed),
            row("ledger.append.group_commit.new_subjects", ours(by_threads), speed),
            row("ledger.append.batch.new_subjects", ours(by_batches), speed),
            row(
                "ledger.append.single", ours(one_by_one, SINGLE), speed, peer=one, peer_value=their["single"]
            ),
            row(
                "ledger.prove.inclusion",
                ours(proofs),
                "proofs/s",
                peer="pymerkle, prove_inclusion",
                peer_value=their["proofs"],
            ),
            row("ledger.verify", ours(verified), "entries/s"),
            *_postgres(folder),
            *_packs(folder),
        ]


def _postgres(folder: Path) -> list[Row]:
    """Group commit on a server that is as durable, its processes on the same cores."""
    taken, new = [], []
    with postgres.server() as server:
        for _ in range(RUNS):
            with fresh(folder, server) as ledger:
                keyed(ledger, THREADS * FEWER)
                taken.append(by_threads(ledger, FEWER))
            with fresh(folder, server) as ledger:
                new.append(by_threads(ledger, FEWER))
    speed = "appends/s"
    return [
        row("ledger.append.postgresql.group_commit", statistics.median(taken), speed, at_least=2_000),
        row("ledger.append.postgresql.group_commit.new_subjects", statistics.median(new), speed),
    ]


def _packs(folder: Path) -> list[Row]:
    """A pack of 100,000 events: one run, which takes long enough to be its own median."""
    found = packing.packed(folder, drafts)
    return [
        row("ledger.pack.make", found.make, "s"),
        row("ledger.pack.size", found.megabytes, "MB"),
        row("ledger.pack.verify", found.verify, "s", at_most=10),
    ]
