"""Servers of this machine, started for one run of tests in a folder of their own and ended with it."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.support.exams import could_not_run

PATIENCE = 60.0


def program(name: str, package: str, named: str) -> str:
    """Where a server lies, or the exam could not run."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    if not found:
        could_not_run(f"no {name} on this machine (Debian: {package}), and {named} names no server")
    return found


@contextmanager
def folder_for(name: str) -> Iterator[Path]:
    """A folder with a name short enough for sockets."""
    folder = Path(tempfile.mkdtemp(prefix=f"troth-{name}-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running(command: Sequence[str], answers: Callable[[], bool], name: str) -> Iterator[None]:
    """A server, from when it answers until the block ends."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + PATIENCE
        while not answers():
            if process.poll() is not None or time.monotonic() > until:
                could_not_run(f"{name} did not start")
            time.sleep(0.02)
        yield
    finally:
        process.kill()  # what it holds is thrown away with its folder
        process.wait(timeout=30)
