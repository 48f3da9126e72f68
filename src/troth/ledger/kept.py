"""Checkpoints kept as files outside the database: the smallest witness, and what shows a rolled-back one."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import Final

from troth.ledger.checkpoint import Checkpoint
from troth.ledger.errors import NoteRefused, WitnessProblem
from troth.ledger.note import Note

SUFFIX: Final = ".checkpoint"


class Kept:
    """A folder with the last checkpoint of each day."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, note: Note, made_at: datetime) -> Path:
        """Keep a checkpoint, durably, as that of its day, unless a larger one is. Raises WitnessProblem."""
        path = self.folder / f"{made_at:%Y-%m-%d}{SUFFIX}"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if not path.exists() or Checkpoint.of(note).size >= read_checkpoint(path)[1].size:
                _replace(path, str(note).encode())
        except OSError as error:
            raise WitnessProblem(
                f"The checkpoint cannot be kept in {self.folder}: {error.strerror}.",
                "Make room there, or let the user who runs troth write it.",
            ) from error
        return path

    def all(self) -> list[tuple[Path, Note, Checkpoint]]:
        """Every checkpoint kept, with its file. Raises WitnessProblem for one that cannot be read."""
        return [(path, *read_checkpoint(path)) for path in sorted(self.folder.glob(f"*{SUFFIX}"))]

    def last(self) -> Checkpoint | None:
        """The largest checkpoint kept. Raises WitnessProblem."""
        return max((found for _, _, found in self.all()), key=lambda one: one.size, default=None)


def read_checkpoint(path: Path) -> tuple[Note, Checkpoint]:
    """The checkpoint in a file; its signatures are not verified. Raises WitnessProblem."""
    try:
        note = Note.parse(path.read_bytes().decode())
        return note, Checkpoint.of(note)
    except OSError as error:
        raise WitnessProblem(f"The checkpoint {path} cannot be read: {error.strerror}.") from error
    except (NoteRefused, UnicodeDecodeError):
        raise WitnessProblem(
            f"The file {path} holds no checkpoint.",
            "Bring it back from where it was copied, or move it away.",
        ) from None


def _replace(path: Path, data: bytes) -> None:
    """The file whole and durable under its name, or nothing left of the attempt."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with draft.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)  # the new name, too, outlives the power
    finally:
        os.close(folder)
