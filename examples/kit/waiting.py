"""Waiting for what another process does, and no longer than it takes."""

from __future__ import annotations

import time
from collections.abc import Callable

PAUSE = 0.02


def until(so: Callable[[], bool], seconds: float = 30.0, pause: float = PAUSE) -> None:
    """Come back once it is so. Raises TimeoutError."""
    end = time.monotonic() + seconds
    while not so():
        if time.monotonic() > end:
            raise TimeoutError(f"It did not come about within {seconds:g} seconds.")
        time.sleep(pause)
