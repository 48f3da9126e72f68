"""The machine's own clock and randomness: the one place that reads them for the product."""

from __future__ import annotations

import ctypes
import os
import resource
import sys
from datetime import UTC, datetime
from functools import cache
from typing import Final

_SET_DUMPABLE: Final = 4
"""PR_SET_DUMPABLE (prctl(2))."""


class SystemClock:
    """The time of this machine."""

    def now(self) -> datetime:
        """The instant, in UTC."""
        return datetime.now(UTC)


class SystemEntropy:
    """The randomness of the operating system."""

    def bytes(self, n: int) -> bytes:
        """The next n bytes."""
        return os.urandom(n)


@cache
def leave_no_core() -> None:
    """Let this process, and those it starts, leave no core file: it would hold keys and people in clear.

    The limit alone is not heeded where the machine hands cores to a program; on Linux the process is also marked, which keeps
    other programs of the same user from reading its memory.
    """
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, most))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_DUMPABLE, 0, 0, 0, 0)
