"""A process that ends with whoever started it: its standard input is a pipe, and when that ends, so does the process.

The end of a pipe is noticed whatever way the parent went, by SIGKILL too.
"""

from __future__ import annotations

import json
import os
import sys
import threading


def tied() -> None:
    """End this process when its standard input ends. A terminal is not waited on."""
    if sys.stdin and not sys.stdin.isatty():
        threading.Thread(target=_until_the_end, daemon=True, name="tied").start()


def say(**said: object) -> None:
    """One line of JSON to whoever started this process; `ready=True` says that it is up."""
    sys.stdout.write(f"{json.dumps(said)}\n")
    sys.stdout.flush()


def _until_the_end() -> None:
    try:
        while os.read(0, 1024):
            pass
    finally:
        os._exit(0)
