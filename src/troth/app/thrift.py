"""Memory that is given back: many processes on one small machine, each with many threads, must not each keep what they once needed.

The C library of Linux gives every few threads a heap of their own and keeps what was freed there. A run needs little of that at a
time (a page, a hash of a password of some megabytes), so it is told to keep two heaps and to give large pieces back at once.
"""

from __future__ import annotations

import ctypes
from typing import Final

HEAPS: Final = 2
LARGE: Final = 1 << 20
"""Bytes from which a piece is asked of the system by itself, and given back to it."""
THRIFT: Final = {
    "MALLOC_ARENA_MAX": str(HEAPS),
    "MALLOC_MMAP_THRESHOLD_": str(LARGE),
    "MALLOC_TRIM_THRESHOLD_": str(LARGE),
}
"""The same for processes that are started, by their environment."""
_M_TRIM_THRESHOLD: Final = -1
_M_MMAP_THRESHOLD: Final = -3
_M_ARENA_MAX: Final = -8


def be_thrifty() -> bool:
    """Tell the C library of this process; False where it is one that knows no such words. To be called before threads are started."""
    told = getattr(ctypes.CDLL(None), "mallopt", None)
    if told is None:
        return False
    said = ((_M_ARENA_MAX, HEAPS), (_M_MMAP_THRESHOLD, LARGE), (_M_TRIM_THRESHOLD, LARGE))
    return [int(told(what, value)) for what, value in said] == [1] * len(said)
