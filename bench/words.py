"""Words: how soon a withdrawal counts in another process, what a look-up costs, and how much memory a person takes.

The act is the product's whole one, through the rooms, the ledger and its projections, on SQLite with every commit durable
(synchronous=FULL). It counts as done when it is acknowledged and another process, which asks all the while, is told no.
"""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from ctypes import c_longlong
from pathlib import Path
from typing import Any

from bench.rows import Row, row
from troth.app.config import Home
from troth.app.opening import open_organisation
from troth.app.organisation import Organisation
from troth.app.system import SystemClock
from troth.app.words import PeopleWords
from troth.policy.facts import Fact
from troth.words import HostFiles, Packed, Shape, VersionShape

EXAMPLE = Path(__file__).parents[1] / "examples" / "harbour"
ITEM = "sharing"
AGREED = Fact("consent", ITEM)
TIMES, WARM = 400, 40
PEOPLE = 100_000
PAUSE = 20e-6
"""Seconds between two questions of the other process, which shall not take the writer's half of the core from it."""
SPAWN = multiprocessing.get_context("spawn")
READY, ROUND, DENIED, ENDED = range(4)


def opened(place: Path) -> Organisation:
    """The example with the most ordinary consents, on a database of its own."""
    return open_organisation(Home.at(place), "harbour", EXAMPLE)


def words_of(organisation: Organisation) -> PeopleWords:
    """Its words, which a SQLite database has on every Linux machine."""
    assert isinstance(organisation.words, PeopleWords)
    return organisation.words


def say(organisation: Organisation, who: str, said: str) -> None:
    """One consent, given or withdrawn, as a door does it."""
    organisation.act(lambda acts: acts.consent(who, ITEM, said, language="en" if said == "given" else ""))


def ask(place: str, who: str, shared: Any) -> None:
    """The other process: for each round, note when it was first told no."""
    with opened(Path(place)) as organisation:
        words, name = words_of(organisation), organisation.ledger.pseudonym(who)
        clock, seen = SystemClock(), 0
        shared[READY] = 1
        while not shared[ENDED]:
            known = words.lookup(name, clock.now())
            if known is None or shared[ROUND] == seen:
                time.sleep(PAUSE)
                continue
            if not any(AGREED in facts.holding for facts in known.values()):
                shared[DENIED] = time.monotonic_ns()
                seen = shared[ROUND]
            time.sleep(PAUSE)


def withdrawals(place: Path) -> list[float]:
    """Milliseconds from the call of each withdrawal until it was both acknowledged and denied in the other process."""
    shared = SPAWN.RawArray(c_longlong, 4)
    taken = []
    with opened(place) as organisation:
        who = organisation.act(lambda acts: acts.open_subject([("email", "somebody@example.test")])).subject
        say(organisation, who, "given")
        other = SPAWN.Process(target=ask, args=(str(place), who, shared), daemon=True)
        other.start()
        while not shared[READY]:
            other.join(0.01)
        for number in range(1, WARM + TIMES + 1):
            say(organisation, who, "given")
            shared[DENIED] = 0
            start = time.monotonic_ns()
            shared[ROUND] = number
            say(organisation, who, "withdrawn")
            acknowledged = time.monotonic_ns()
            while not shared[DENIED]:
                os.sched_yield()
            taken.append((max(acknowledged, shared[DENIED]) - start) / 1e6)
        shared[ENDED] = 1
        other.join(10)
    return sorted(taken[WARM:])


def bare_commits(place: Path) -> list[float]:
    """Milliseconds of each durable commit of one row by the bare driver, on the same disk: what no durable act can beat."""
    connection = sqlite3.connect(place / "bare.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE bare (at INTEGER PRIMARY KEY, row BLOB)")
    taken = []
    for _ in range(TIMES):
        start = time.perf_counter()
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO bare (row) VALUES (?)", (b"x" * 400,))
        connection.execute("COMMIT")
        taken.append((time.perf_counter() - start) * 1e3)
    connection.close()
    return sorted(taken)


def at(share: float, sorted_values: list[float]) -> float:
    """The value below which that share lies."""
    return sorted_values[min(len(sorted_values) - 1, int(share * len(sorted_values)))]


def microseconds(act: Callable[[], object], times: int) -> float:
    """The median over five runs of what one call takes."""
    runs = []
    for _ in range(5):
        start = time.perf_counter()
        for _ in range(times):
            act()
        runs.append((time.perf_counter() - start) / times * 1e6)
    return statistics.median(runs)


def look_ups(place: Path) -> tuple[float, float]:
    """Microseconds to learn the facts of a person: from the words, and from the database."""
    with opened(place) as organisation:
        who = organisation.act(lambda acts: acts.open_subject([("email", "reader@example.test")])).subject
        say(organisation, who, "given")
        words, name, now = words_of(organisation), organisation.ledger.pseudonym(who), SystemClock().now()
        words.lookup(name, SystemClock().now())
        now = SystemClock().now()
        if words.lookup(name, now) != organisation.known(who):
            raise RuntimeError("the words say something else than the database")
        return microseconds(lambda: words.lookup(name, now), 20_000), microseconds(
            lambda: organisation.known(who), 300
        )


def bytes_a_person(place: Path) -> tuple[float, float]:
    """Bytes of derived state a person and lane, and of a whole map a person: head, slot, key and index with it."""
    shape = Shape((VersionShape("v", {"consent:a": 0}, {}),), 0.0, 2.0**40)
    files = HostFiles(place / "size", "bench")
    epoch = files.make(1, shape, PEOPLE + 1)
    for number in range(PEOPLE):
        epoch.put(epoch.add(f"{number * 0x9E3779B97F4A7C15 % 2**64:016x}" + "0" * 48), Packed(0, (1,), 0))
    whole = sum(path.stat().st_size for path in (place / "size" / "bench").glob("epoch-*"))
    files.close()
    return epoch.lanes[0].nbytes / epoch.capacity, whole / PEOPLE  # type: ignore[attr-defined]


def word_rows() -> list[Row]:
    """The rows of this bench."""
    with tempfile.TemporaryDirectory(prefix="troth-bench-") as name:
        place = Path(name)
        bare, taken = bare_commits(place), withdrawals(place)
        word, read = look_ups(place)
        lane, whole = bytes_a_person(place)
        floor = "one durable row by the bare driver"
        return [
            row("decide.withdrawal_p50", at(0.5, taken), "ms", at_most=1, peer=floor, peer_value=at(0.5, bare),
                smaller_is_better=True),
            row("decide.withdrawal_p99", at(0.99, taken), "ms", at_most=5, peer=floor, peer_value=at(0.99, bare),
                smaller_is_better=True),
            row("decide.words_lookup", word, "µs", at_most=1, peer="the same facts from the database", peer_value=read,
                smaller_is_better=True),
            row("decide.words_bytes_per_lane", lane, "bytes/person", at_most=8),
            row("decide.words_bytes_per_person", whole, "bytes/person"),
        ]  # fmt: skip
