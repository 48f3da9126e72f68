"""The lock of a host: one writer among all its processes and threads. The kernel releases it when its process dies."""

from __future__ import annotations

import fcntl
import os
import threading
import weakref
from pathlib import Path
from typing import Final

from troth.words.errors import WordsLocked

PATIENCE: Final = 10.0
"""Seconds that a change waits for another one; as long as for the database."""
_LIVE: weakref.WeakSet[HostLock] = weakref.WeakSet()


class HostLock:
    """An exclusive lock on a file, held across a whole change, commit included."""

    def __init__(self, path: Path, patience: float = PATIENCE) -> None:
        self._path = path
        self._patience = patience
        self._among_threads = threading.Lock()
        self._handle = self._open()
        _LIVE.add(self)

    def acquire(self) -> None:
        """Wait for the lock. Raises WordsLocked when another holds it for too long."""
        if not self._among_threads.acquire(timeout=self._patience):
            raise self._too_long()
        try:
            if not _now(self._handle) and not self._wait():
                raise self._too_long()
        except BaseException:
            self._among_threads.release()
            raise

    def try_acquire(self) -> bool:
        """Take the lock if nobody holds it."""
        if not self._among_threads.acquire(blocking=False):
            return False
        if _now(self._handle):
            return True
        self._among_threads.release()
        return False

    def release(self) -> None:
        """Let the next one in."""
        fcntl.flock(self._handle, fcntl.LOCK_UN)
        self._among_threads.release()

    def close(self) -> None:
        """Give the file back."""
        _LIVE.discard(self)
        os.close(self._handle)

    def after_fork(self) -> None:
        """In a child: a handle that came with the fork would keep the parent's lock alive after the parent's death."""
        os.close(self._handle)
        self._handle, self._among_threads = self._open(), threading.Lock()

    def _open(self) -> int:
        return os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def _wait(self) -> bool:
        """Wait in line, in the kernel, which wakes us at once; a thread of its own waits, so that we can give up."""
        handle, decided, done = self._open(), threading.Lock(), threading.Event()

        def wait() -> None:
            fcntl.flock(handle, fcntl.LOCK_EX)
            if decided.acquire(blocking=False):
                done.set()
            else:
                os.close(handle)

        threading.Thread(target=wait, daemon=True).start()
        if not done.wait(self._patience) and decided.acquire(blocking=False):
            return False
        os.close(self._handle)
        self._handle = handle
        return True

    def _too_long(self) -> WordsLocked:
        return WordsLocked(
            f"Another process has held {self._path} for {self._patience:g} s; nothing was changed.",
            "End the process that holds it, or try again.",
        )


def _now(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _forked() -> None:
    for lock in list(_LIVE):
        lock.after_fork()


os.register_at_fork(after_in_child=_forked)
