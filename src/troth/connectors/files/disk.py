"""Writing files so that a reader sees the old one or the new one and never half of either, and so that a crash leaves nothing beside."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

BESIDE: Final = ".troth-beside"
_LOCK: Final = ".troth.lock"
_CHUNK: Final = bytes(1 << 20)
Signature = tuple[int, int, int]


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """One writing session at a time; the lock goes with the process that holds it."""
    handle = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def swept(folder: Path) -> None:
    """Take away what a session that was killed left beside the files: it holds people's data. Under the lock."""
    for path in folder.rglob(f".*{BESIDE}"):
        path.unlink(missing_ok=True)


def signature(path: Path) -> Signature:
    """By which a file is told to be the one that was read."""
    stat = path.stat()
    return stat.st_ino, stat.st_size, stat.st_mtime_ns


def beside(path: Path) -> Path:
    """Where the file that takes the place of another is written."""
    return path.with_name(f".{path.name}{BESIDE}")


@contextmanager
def written_beside(path: Path) -> Iterator[IO[bytes]]:
    """A file beside another, with its rights, on disk when the block ends."""
    mode = path.stat().st_mode & 0o777
    handle = os.open(beside(path), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with open(handle, "wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


def swapped(path: Path) -> None:
    """Put what was written beside in the place of a file, in one step. Sums and summaries of the old one go: they speak of what it held."""
    os.replace(beside(path), path)
    path.with_name(f".{path.name}.crc").unlink(missing_ok=True)
    for name in ("_metadata", "._metadata.crc"):
        path.with_name(name).unlink(missing_ok=True)
    settled(path.parent)


def overwritten(path: Path) -> None:
    """Write nothing over every byte of a file, then remove it."""
    with path.open("r+b") as file:
        left = os.fstat(file.fileno()).st_size
        while left > 0:
            left -= file.write(_CHUNK[:left])
        file.flush()
        os.fsync(file.fileno())
    path.unlink()
    settled(path.parent)


def settled(folder: Path) -> None:
    """Bring the names of a folder to disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
