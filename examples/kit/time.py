"""The time of a run: real time, plus what the run has jumped ahead: a year passes in minutes, and codes still last as they last.

    from examples.kit.time import acting, now

    now()              # the instant of the run, in UTC; outside a run, real time
    with acting():     # while somebody does something, time goes at its real pace
        story.live()

A people process holds `acting()` from the moment somebody begins to the moment they are done (asking for a code, reading it in the
mail, typing it in); time jumps only when nobody is under way. How far it has jumped stands in a small file that all processes of a
run map into their memory, named by the environment (RUN_TIME); it never goes back, and stays for the next run on the same folder.

python -m examples.kit.time --speed N      so many seconds pass in each second; 43200 makes a month of a minute

While a file `time.speed` stands beside that of the time, the number in it is the speed: so a page can change it.
"""

from __future__ import annotations

import argparse
import fcntl
import mmap
import os
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Final

from examples.kit.process import ready, tied

NAMED: Final = "RUN_TIME"
"""The variable of the environment that names the file."""
SIZE: Final = 16
"""The microseconds jumped ahead, twice: whoever reads while they are written sees two that differ, and reads again."""
EVERY: Final = 0.25
MICROSECOND: Final = timedelta(microseconds=1)


def now() -> datetime:
    """The instant of the run, in UTC."""
    file = _told()
    return datetime.now(UTC) + (ahead(file) if file is not None else timedelta(0))


def ahead(file: Path) -> timedelta:
    """How far a run has jumped ahead."""
    held = _mapped(file)
    while True:
        first, second = struct.unpack_from("=qq", held)
        if first == second:
            return timedelta(microseconds=first)


@contextmanager
def acting() -> Iterator[None]:
    """Nothing jumps while the block runs; whoever comes while a jump is due waits for it. Ends with the process, however that ends."""
    file = _told()
    if file is None:
        yield
        return
    with _gate(file, "acts").open("a") as acts:
        with _gate(file, "turn").open("a") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            fcntl.flock(acts, fcntl.LOCK_SH)
        yield


def jump(by: timedelta, file: Path | None = None) -> None:
    """Let time jump ahead as soon as nobody is under way. Raises ValueError for a jump back, LookupError outside a run."""
    file = file or _told()
    if by < timedelta(0):
        raise ValueError("Time does not run backwards.")
    if file is None:
        raise LookupError(f"No run is known here: {NAMED} names no file.")
    with _gate(file, "turn").open("a") as turn, _gate(file, "acts").open("a") as acts:
        fcntl.flock(turn, fcntl.LOCK_EX)  # nobody begins any more
        fcntl.flock(acts, fcntl.LOCK_EX)  # and whoever had begun is done
        held = _mapped(file)
        then = (ahead(file) + by) // MICROSECOND
        struct.pack_into("=q", held, 0, then)
        struct.pack_into("=q", held, 8, then)


def _gate(file: Path, name: str) -> Path:
    return file.with_name(f"{file.name}.{name}")


def _told() -> Path | None:
    named = os.environ.get(NAMED)
    return Path(named) if named else None


@cache
def _mapped(file: Path) -> mmap.mmap:
    """The file in this process's memory, as long as it lives; made where there is none."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a+b") as opened:
        if opened.seek(0, os.SEEK_END) < SIZE:
            opened.truncate(SIZE)
        return mmap.mmap(opened.fileno(), SIZE)


def speed_told() -> float | None:
    """The speed that stands in the file beside that of the time; None where none does."""
    file = _told()
    try:
        return float(file.with_name(f"{file.name}.speed").read_text(encoding="ascii")) if file else None
    except (OSError, ValueError):
        return None


def main() -> None:
    """Let time pass at a speed."""
    parser = argparse.ArgumentParser(description="Lets the time of a run pass faster than it does.")
    parser.add_argument("--speed", type=float, required=True)
    args = parser.parse_args()
    tied()
    ready()
    last = time.monotonic()
    while True:
        time.sleep(EVERY)
        before, last = last, time.monotonic()
        faster = (speed_told() or args.speed) - 1
        if faster > 0:
            jump(timedelta(seconds=(last - before) * faster))


if __name__ == "__main__":
    main()
