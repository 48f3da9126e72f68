"""A folder as a table of its files; of recordings also how long they are. What they hold is not opened."""

from __future__ import annotations

import hashlib
import wave
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from troth.sheets.errors import SheetUnreadable

FILES: Final = ("file", "folder", "name", "bytes", "digest", "changed_at")
SOUNDS: Final = (*FILES, "seconds")
_CHUNK: Final = 1 << 20


def files_of(folder: Path, pattern: str = "*") -> Iterator[Path]:
    """The files under a folder, those of office programs' own making left out. Raises SheetUnreadable."""
    if not folder.is_dir():
        raise SheetUnreadable(f"There is no folder {folder.name}.", "It may not be there yet.")
    found = (path for path in folder.rglob(pattern) if path.is_file())
    return iter(sorted(path for path in found if not path.name.startswith((".", "~$"))))


def read_file(path: Path, folder: Path) -> tuple[Any, ...]:
    """One file as a row."""
    try:
        stat, hashed = path.stat(), hashlib.sha256()
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                hashed.update(chunk)
    except OSError as problem:
        raise SheetUnreadable(
            f"A file of {folder.name} cannot be read ({problem.strerror}).",
            "Look at the folder and its rights.",
        ) from None
    within = path.relative_to(folder)
    changed = datetime.fromtimestamp(stat.st_mtime, UTC).isoformat()
    return (
        within.as_posix(), within.parent.as_posix() if within.parent.parts else "", path.name, stat.st_size,
        f"sha256:{hashed.hexdigest()}", changed,
    )  # fmt: skip


def read_sound(path: Path, folder: Path) -> tuple[Any, ...]:
    """One recording as a row; what ends in .wav and is none has no length."""
    try:
        with wave.open(str(path), "rb") as sound:
            seconds: float | None = sound.getnframes() / sound.getframerate()
    except (wave.Error, EOFError, OSError, ZeroDivisionError):
        seconds = None
    return (*read_file(path, folder), seconds)
