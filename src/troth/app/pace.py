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

NAMED: Final = "RUN_TIME"
"""The variable of the environment by which processes of a run are told of the file."""
FILE: Final = "time"
SIZE: Final = 16
"""The microseconds jumped ahead, as two whole numbers of 64 bits that are equal once they are written."""


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
