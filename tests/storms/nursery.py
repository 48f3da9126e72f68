"""A process that has everything imported and forks writers from itself, so that a writer costs milliseconds.

Run as `python -m tests.storms.nursery`. It takes orders as JSON, a line each, and answers each with a number: the id of
the process that was forked, or the status with which one ended.
"""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.storms.lives import Life, Voice, die_at, to_the_end
from tests.storms.planted import PLANTS
from tests.storms.trades import TRADES
from troth.app.config import Home


class Nursery:
    """Where a storm gets its writers from."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def fork(self, life: Life, pipe: Path) -> int:
        """Let a writer live that speaks into this pipe; its process id."""
        return self._order(pipe=str(pipe), life=asdict(life))

    def reap(self, pid: int) -> int:
        """Wait for a writer to end: minus the number of the signal that killed it, else its exit code."""
        return os.waitstatus_to_exitcode(self._order(reap=pid))

    def _order(self, **order: object) -> int:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


def last_words(pipe: Path) -> Path:
    """Where a writer that speaks into this pipe says what it stumbled over."""
    return pipe.with_name(f"{pipe.name}.err")


@contextmanager
def nursery() -> Iterator[Nursery]:
    """A nursery of one's own; writers that were not reaped end when nobody hears them any more."""
    command = [sys.executable, "-m", "tests.storms.nursery"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Nursery(process)


def serve() -> None:
    """Take orders until there are no more. What the first of a kind loads and compiles is there before any writer is forked."""
    with tempfile.TemporaryDirectory() as folder:
        for name, trade in TRADES.items():
            home = Home.at(Path(folder) / name)
            home.folder.mkdir()
            trade.found(home)
    gc.collect()
    gc.freeze()  # a collection in a child would copy every page it touches
    for line in sys.stdin:
        order = json.loads(line)
        answer = os.waitpid(order["reap"], 0)[1] if "reap" in order else _forked(order)
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()


def _forked(order: dict[str, Any]) -> int:
    pid = os.fork()
    if pid:
        return pid
    os.close(sys.stdin.fileno())
    life, voice = Life(**order["life"]), Voice(Path(str(order["pipe"])))
    os.dup2(os.open(last_words(Path(str(order["pipe"]))), os.O_WRONLY | os.O_CREAT), sys.stderr.fileno())
    if life.plant:
        PLANTS[life.plant][1]()
    if life.dies_at:
        die_at(life.dies_at)
    to_the_end(lambda: TRADES[life.trade].live(life.place, life, voice))


if __name__ == "__main__":
    serve()
