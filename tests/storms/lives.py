"""What every writer of a storm has: a lot, a voice, and a death."""

from __future__ import annotations

import itertools
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, Protocol

from troth.app.config import Home

COMPANY = "quay"


@dataclass(frozen=True)
class Life:
    """What a writer does, where, under which name and lot, whom it may meet, and when it kills itself (0: others do).

    `dies_at` counts calls and returns of functions, so that a death repeats to the line; `plant` names a bug to be born with.
    """

    trade: str
    home: dict[str, str]
    name: str
    lot: int
    threads: int
    others: list[str]
    dies_at: int = 0
    plant: str = ""

    @property
    def place(self) -> Home:
        """Where it writes."""
        return Home(Path(self.home["folder"]), self.home["database"], keystore=self.home["keystore"])


def life_at(home: Home, trade: str, name: str, **more: Any) -> Life:
    """A life at a home."""
    where = {"folder": str(home.folder), "database": home.database, "keystore": home.keystore}
    return Life(trade, where, name, **more)


class Speaks(Protocol):
    """Whoever hears what was acknowledged."""

    def say(self, *words: object) -> None:
        """One line."""


class Voice:
    """What a writer says arrives even when it is killed right after."""

    def __init__(self, pipe: Path) -> None:
        self._pipe = os.open(pipe, os.O_WRONLY)

    def say(self, *words: object) -> None:
        os.write(self._pipe, (" ".join(map(str, words)) + "\n").encode())


def to_the_end(do: Callable[[], None]) -> NoReturn:
    """Do it and end the process: whatever comes back, or raises, was not killed, and the storm is told by the exit code."""
    try:
        do()
    except BaseException:  # noqa: BLE001  it ends here
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)
    os._exit(0)


def die_at(count: int) -> None:
    """Let this process kill itself at the call or return of a function with that number."""
    steps = itertools.count(1)

    def step(*_: Any) -> None:
        if next(steps) >= count:
            os.kill(os.getpid(), signal.SIGKILL)

    threading.setprofile(step)
    sys.setprofile(step)
