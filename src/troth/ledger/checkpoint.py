"""Checkpoints (C2SP tlog-checkpoint): the head of a ledger as a signed note; and texts that carry one (tlog-proof, tlog-witness)."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from troth.ledger.errors import NoteRefused
from troth.ledger.note import Note

PROOF: Final = "c2sp.org/tlog-proof@v1"
HASH_BYTES: Final = 32
_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,18}")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How many entries the ledger named by `origin` holds, and the root of the tree over them."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The text of the note."""
        return f"{self.origin}\n{self.size}\n{_base64(self.root)}\n"

    @classmethod
    def of(cls, note: Note) -> Checkpoint:
        """What a note says of a ledger; lines after the third are nobody's to check, and refused. Raises NoteRefused."""
        lines = note.text.split("\n")
        if len(lines) != 4 or not lines[0]:
            raise NoteRefused("This note is no checkpoint: origin, size and root, a line each.")
        return cls(lines[0], read_number(lines[1]), read_hash(lines[2]))


def proof_text(index: int, path: Sequence[bytes], note: Note, extra: bytes = b"") -> str:
    """The proof that entry `index` (from 0) lies under a checkpoint, as a `.tlog-proof` file (C2SP tlog-proof).

    `extra` is not authenticated by the format; whoever hashes a leaf given there to the root has checked it.
    """
    more = f"extra {_base64(extra)}\n" if extra else ""
    return f"{PROOF}\n{more}index {index}\n{_lines(path)}\n{note}"


def read_proof(text: str) -> tuple[int, list[bytes], Note]:
    """Index (from 0), path and checkpoint of a tlog-proof; its extra line is passed over. Raises NoteRefused."""
    head, _, written = text.partition("\n\n")
    lines = head.split("\n")
    if lines[0] != PROOF:
        raise NoteRefused(f"This is no {PROOF}.")
    rest = [line for line in lines[1:] if not line.startswith("extra ")]
    if not rest or not rest[0].startswith("index "):
        raise NoteRefused("This proof names no index.")
    return (
        read_number(rest[0].removeprefix("index ")),
        [read_hash(line) for line in rest[1:]],
        Note.parse(written),
    )


def submission(old: int, path: Sequence[bytes], note: Note) -> str:
    """A checkpoint with the proof that an older one of `old` entries is a prefix of it (C2SP tlog-witness, add-checkpoint)."""
    return f"old {old}\n{_lines(path)}\n{note}"


def read_number(text: str) -> int:
    """A number without leading zeroes. Raises NoteRefused."""
    if not _NUMBER.fullmatch(text):
        raise NoteRefused("A number of this checkpoint cannot be read.")
    return int(text)


def read_hash(text: str) -> bytes:
    """A SHA-256 in its one base64 form. Raises NoteRefused."""
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        data = b""
    if len(data) != HASH_BYTES or _base64(data) != text:
        raise NoteRefused("A hash of this checkpoint cannot be read.")
    return data


def _lines(path: Sequence[bytes]) -> str:
    return "".join(f"{_base64(one)}\n" for one in path)


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
