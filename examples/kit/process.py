"""A process that ends with whoever started it: it reads its standard input, and when that ends, so does it.

The end of a pipe is noticed whatever way the parent went, by signal, by SIGKILL or by itself; nothing is left behind.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


def tied() -> None:
    """End this process when its standard input ends. A terminal is not waited on."""
    if not sys.stdin or sys.stdin.isatty():
        return
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    threading.Thread(target=_until_the_end, daemon=True, name="tied").start()


def ready(**said: object) -> None:
    """Tell whoever started this process that it is up, and where: one line of JSON."""
    print(json.dumps({"ready": True, **said}), flush=True)


def _until_the_end() -> None:
    try:
        while os.read(0, 1024):
            pass
    except OSError:
        pass
    os._exit(0)


@contextmanager
def started(module: str, *args: str) -> Iterator[dict[str, Any]]:
    """A module that runs as a process of its own while the block does; what it said once it was up, such as its port.

    Raises RuntimeError where it ends without a word.
    """
    command = [sys.executable, "-m", module, *args]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:  # noqa: S603 - modules of this kit
        try:
            assert running.stdout is not None
            line = running.stdout.readline()
            if not line:
                raise RuntimeError(f"{module} did not start.")
            yield json.loads(line)
        finally:
            running.kill()
