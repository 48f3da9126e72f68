"""The time of a run of the example companies: real time, plus what the run has jumped ahead.

How far that is stands in a small file that the companies' kit writes, and that every process of the run maps into its memory; it
only grows. Nothing but a run makes such a clock.
"""

from __future__ import annotations

import mmap
import os
import struct
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from troth.kernel.errors import CallerError

NAMED: Final = "RUN_TIME"
"""The variable of the environment by which processes of a run are told of the file."""
FILE: Final = "time"
SIZE: Final = 16
"""The microseconds jumped ahead, as two whole numbers of 64 bits that are equal once they are written."""


SPEED: Final = "time.speed"
"""The file beside it with the seconds that pass in a second: whoever lets time pass reads it again and again."""
FASTEST: Final = 604_800.0
"""A week in a second: beyond that nobody would see anything."""


class PaceRefused(CallerError):
    """Time cannot pass like that."""


class Pace:
    """How fast the time of a run passes; it can be changed while it does."""

    def __init__(self, data: Path) -> None:
        self._file = data / SPEED

    @property
    def speed(self) -> float:
        """The seconds that pass in a second; 1 is real time."""
        try:
            return float(self._file.read_text(encoding="ascii"))
        except (OSError, ValueError):
            return 1.0

    def change(self, speed: float) -> None:
        """Let time pass at another speed from now on. Raises PaceRefused."""
        if not 0 < speed <= FASTEST:
            raise PaceRefused(
                f"Time cannot pass at a speed of {speed:g}.",
                f"Name the seconds that pass in a second, above 0 and up to {FASTEST:,.0f}.",
            )
        fresh = self._file.with_suffix(".fresh")
        fresh.write_text(f"{speed:g}", encoding="ascii")
        fresh.replace(self._file)


class RunClock:
    """The clock of a run. Threads may share it; it never shows an instant before one that it has shown."""

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a+b") as opened:
            if opened.seek(0, os.SEEK_END) < SIZE:
                opened.truncate(SIZE)
            self._held = mmap.mmap(opened.fileno(), SIZE)
        self._latest = datetime.min.replace(tzinfo=UTC)
        self._lock = threading.Lock()

    @property
    def ahead(self) -> timedelta:
        """How far the run has jumped ahead of real time."""
        while True:
            first, second = struct.unpack_from("=qq", self._held)
            if first == second:
                return timedelta(microseconds=first)

    def now(self) -> datetime:
        """The instant of the run, in UTC."""
        with self._lock:
            self._latest = max(self._latest, datetime.now(UTC) + self.ahead)
            return self._latest
