"""The simulated companies: a year in the life of each, how long all take to start after it, what memory they take, and how long a look
goes through a million rows.

Each company lives a year with so many people (20, which takes some minutes for all; 200 is what the goals are about, and is asked for by
TROTH_BENCH_PEOPLE=200), on one folder of data; then all are started on it together. With fewer people a lapse may have met nobody, so
its being missed is no failure. Memory is the proportional set size (PSS) of every process of the run, added up: what several share counts
once. Seconds of computing are those of all processes of a year, which other work on the machine does not lengthen by much.
"""

from __future__ import annotations

import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import psycopg

from bench.rows import Row, median_seconds, row
from examples.kit.postgres import Server, furnish
from examples.kit.year import Year, a_year
from troth.probes import Probe, open_eye

ROOT: Final = Path(__file__).parents[1]
WANTED: Final = 200
"""People of each company, where the goals are to be met."""
PEOPLE: Final = int(os.environ.get("TROTH_BENCH_PEOPLE", "20"))
ROWS: Final = 1_000_000
SETTLES: Final = 20.0
"""Seconds that everybody lives before the memory is counted."""
QUERY: Final = "SELECT id AS row, field, who FROM filings"


class NotUp(Exception):
    """The run did not come up."""


def rows() -> list[Row]:
    """The rows of this bench."""
    found = [*_looks(), row("companies.people", PEOPLE, "people each")]
    with tempfile.TemporaryDirectory(prefix="troth-bench-", ignore_cleanup_errors=True) as folder:
        data = Path(folder)
        for company in companies():
            before = _computed()
            year = a_year(company, PEOPLE, 1, 365, data)
            found += _year(year, _computed() - before)
        with _run(data) as (seconds, pid):
            found.append(row("companies.start", seconds, "s", at_most=20, smaller_is_better=True))
            time.sleep(SETTLES)
            total, processes = memory(pid)
            found.append(
                row("companies.memory", total / 2**20, "MB PSS", at_most=1024, smaller_is_better=True)
            )
            found.append(row("companies.processes", processes, "processes"))
    return found


def companies() -> list[str]:
    """Those that stand."""
    return sorted(path.parent.name for path in (ROOT / "examples").glob("*/company.yaml"))


def _year(year: Year, computed: float) -> list[Row]:
    name = f"companies.year.{year.company}"
    missed = sum(not one.found for one in year.planted)
    none_missed = 0 if year.people >= WANTED else None
    return [
        row(name, year.seconds, "s", at_most=300, smaller_is_better=True),
        row(f"{name}.computed", computed, "s of computing", smaller_is_better=True),
        row(f"{name}.acts", year.acts, "acts"),
        row(f"{name}.lapses_planted", len(year.planted), "lapses"),
        row(f"{name}.lapses_missed", missed, "lapses", at_most=none_missed, smaller_is_better=True),
        row(f"{name}.false_alarms", len(year.false_alarms), "alarms", at_most=0, smaller_is_better=True),
    ]


def _computed() -> float:
    """The seconds that processors gave to all that this process started and saw end."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@contextmanager
def _run(data: Path) -> Iterator[tuple[float, int]]:
    """All companies on a folder: the seconds until the last is up, and the process that started them."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "troth.cli", "run", "--data", str(data)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as run:
        try:
            assert run.stdout is not None
            said = []
            for line in run.stdout:
                said.append(line)
                if "is not up" in line:
                    raise NotUp(line)
                if "Ctrl-C" in line:
                    break
            else:
                raise NotUp("".join(said))
            yield time.perf_counter() - began, run.pid
        finally:
            run.terminate()  # as good as Ctrl-C, which a shell may have told its children not to hear
            run.communicate(timeout=120)


def memory(pid: int) -> tuple[int, int]:
    """The bytes that a process and all that it started take, shared pages in parts; and how many processes they are."""
    found = list(_descendants(pid))
    return sum(_pss(one) for one in found), len(found)


def _descendants(pid: int) -> Iterator[int]:
    yield pid
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = task.read_text().split()
        except OSError:
            continue
        for child in children:
            yield from _descendants(int(child))


def _pss(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


# --- looks ------------------------------------------------------------------------------------------------------------------------


def _looks() -> Iterator[Row]:
    with tempfile.TemporaryDirectory(prefix="troth-bench-", ignore_cleanup_errors=True) as folder:
        store = Path(folder) / "company.db"
        with sqlite3.connect(store) as connection:
            connection.execute("CREATE TABLE filings (id INTEGER PRIMARY KEY, field TEXT, who TEXT)")
            filled = ((number, "company", f"somebody {number}") for number in range(ROWS))
            connection.executemany("INSERT INTO filings VALUES (?, ?, ?)", filled)
        connection.close()
        yield _look("sqlite", str(store))
        server = Server(Path(folder) / "postgres")
        server.start()
        try:
            place = furnish(server, ["filed"], Path(folder) / "passwords")["filed"]
            with psycopg.connect(place["owner"]) as owner:
                owner.execute("CREATE TABLE filings (id int PRIMARY KEY, field text, who text)")
                made = (
                    "INSERT INTO filings SELECT n, 'company', 'somebody ' || n FROM generate_series(1, %s) n"
                )
                owner.execute(made, [ROWS])
            yield _look("postgresql", place["reader"])
        finally:
            server.stop()


def _look(name: str, place: str) -> Row:
    allowed = frozenset({"company", "contact"})
    probe = Probe(
        "fields", "", "sql", place, (), (), 1, query=QUERY, column="field", allowed=allowed, show=("row",)
    )
    eye = open_eye(probe, ROOT)

    def look() -> None:
        seen = eye.look(datetime.now(UTC))
        assert (seen.looked_at, seen.found) == (ROWS, 0), "a look that saw something else was not measured"

    return row(
        f"companies.probe.{name}", median_seconds(look, 3), "s for 1M rows", at_most=5, smaller_is_better=True
    )
