"""How long it takes from starting the program to reading its first page: `troth run` in a process of its own, as `make run` starts it.

A folder of data is made by a run that does not count as warm; what counts is starting again, which is what most starts are.
"""

from __future__ import annotations

import http.client
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from bench.rows import Row, row

ROOT: Final = Path(__file__).parents[1]
TIMES: Final = 3
COMPANIES: Final = ("Harbour", "Axle", "Counter", "Qingtable", "Selatbridge")
"""A word of each company, which the first page must name: a page without them came too early to count."""
LARGEST: Final = "/axle/coverage"
"""The page of coverage that takes the most work."""
PATIENCE: Final = 120


class NoPage(Exception):
    """The program did not start, or its first page is not what it must be: its speed means nothing."""


@dataclass(frozen=True, slots=True)
class Started:
    """Seconds from the start to the first page, and from asking for the largest page of coverage to having it."""

    first_page: float
    coverage: float


def start_rows() -> list[Row]:
    """The rows of this module; the bench `decide` prints them."""
    with tempfile.TemporaryDirectory(prefix="troth-bench-") as folder:
        new = _start(folder)
        warm = [_start(folder) for _ in range(TIMES)]
    return [
        row("web.first_page", statistics.median(one.first_page for one in warm), "s", at_most=3,
            smaller_is_better=True),
        row("web.first_page.new_folder", new.first_page, "s", smaller_is_better=True),
        row("web.coverage.first_look", statistics.median(one.coverage for one in warm), "s", at_most=1,
            smaller_is_better=True),
        row("web.coverage.new_folder", new.coverage, "s", smaller_is_better=True),
    ]  # fmt: skip


def _start(folder: str) -> Started:
    begin = time.perf_counter()
    with _running(folder) as link:
        parts = urlsplit(link)
        line = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=PATIENCE)
        cookie = _get(line, parts.path, {})[0]
        page = _get(line, "/", {"cookie": cookie})[1]
        first = time.perf_counter() - begin
        if not all(name in page for name in COMPANIES):
            raise NoPage("The first page does not name every company.")
        asked = time.perf_counter()
        _get(line, LARGEST, {"cookie": cookie})
        coverage = time.perf_counter() - asked
        line.close()
    return Started(first, coverage)


@contextmanager
def _running(folder: str) -> Iterator[str]:
    """The program, started and ended as a person would; gives the link that it prints."""
    command = [sys.executable, "-m", "troth.cli", "run", "--data", folder]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=environment) as ran:
        try:
            assert ran.stdout is not None
            said = (re.search(r"http://\S+/sign-in/\S+", line) for line in ran.stdout)
            link = next((found[0] for found in said if found), "")
            if not link:
                raise NoPage("The program ended without a link.")
            yield link
        finally:
            ran.send_signal(signal.SIGINT)
            ran.communicate(timeout=PATIENCE)


def _get(line: http.client.HTTPConnection, path: str, headers: dict[str, str]) -> tuple[str, str]:
    """The cookie and the text of an answer."""
    line.request("GET", path, headers=headers)
    answer = line.getresponse()
    text = answer.read().decode()
    if answer.status != 200:
        raise NoPage(f"{path.partition('/sign-in/')[0] or '/sign-in'} was answered with {answer.status}.")
    return (answer.headers.get("set-cookie") or "").partition(";")[0], text
