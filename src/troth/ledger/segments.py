"""Segments: one event that commits to a columnar file, for facts and uses too many to be entries of their own.

A file is a line that names the format, a line of JSON that names columns and counts, then for each group of rows and
each column in it: four bytes of length and a zlib-compressed JSON array. It is named by the digest of all its bytes.
Anything that reads JSON and zlib reads it, so evidence asks for no library. Rows hold pseudonyms and codes, never
readable personal data.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from troth.ledger.errors import DraftRefused, SegmentProblem
from troth.ledger.model import Event

FORMAT: Final = b"troth segment 1\n"
GROUP: Final = 65_536
_MARK: Final = "segment:sha256:"
_ROWS: Final = "rows:"


@dataclass(frozen=True, slots=True)
class SegmentName:
    """What an event commits to: the hex SHA-256 of the file, and how many rows it holds."""

    digest: str
    rows: int


class Segments:
    """The folder of an organisation's segment files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> SegmentName:
        """Write rows of plain JSON values as a file that is durable, and whole, once this returns.

        Raises SegmentProblem when it cannot be written, DraftRefused when rows and columns don't fit or are no JSON.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            return self._place(columns, rows)
        except OSError as error:
            raise SegmentProblem(
                f"A segment cannot be written in {self.folder}: {error.strerror}.",
                "Make room there, or let the user who runs troth write it.",
            ) from error
        except (TypeError, ValueError) as error:
            raise DraftRefused("A row of a segment holds plain JSON values, one for each column.") from error

    def rows(self, name: SegmentName) -> Iterator[tuple[Any, ...]]:
        """The rows of a segment, after its digest was checked. Raises SegmentProblem."""
        for group in self._groups(name):
            yield from zip(*group, strict=True)

    def columns(self, name: SegmentName) -> dict[str, list[Any]]:
        """The whole columns of a segment by name, after its digest was checked. Raises SegmentProblem."""
        self.check(name)
        with self._path(name).open("rb") as file:
            titles: list[str] = _described(file)["columns"]
        whole: dict[str, list[Any]] = {title: [] for title in titles}
        for group in self._groups(name):
            for title, values in zip(titles, group, strict=True):
                whole[title] += values
        return whole

    def check(self, name: SegmentName) -> None:
        """Pass when the file is there and is the one committed to. Raises SegmentProblem."""
        path = self._path(name)
        try:
            with path.open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
                file.seek(0)
                right = found == name.digest and _described(file)["rows"] == name.rows
        except FileNotFoundError:
            raise SegmentProblem(
                f"The segment {path} is missing.", "Bring it back from a backup of its folder."
            ) from None
        if not right:
            raise SegmentProblem(
                f"The segment {path} is not the one the ledger committed to.", "Bring it back from a backup."
            )

    def _path(self, name: SegmentName) -> Path:
        return self.folder / f"{name.digest}.segment"

    def _place(self, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> SegmentName:
        handle, draft = tempfile.mkstemp(prefix=".unfinished-", dir=self.folder)
        try:
            with os.fdopen(handle, "wb") as file:
                digest = _write(file, columns, rows)
                file.flush()
                os.fsync(file.fileno())
            name = SegmentName(digest, len(rows))
            Path(draft).replace(self._path(name))
        except BaseException:
            Path(draft).unlink(missing_ok=True)
            raise
        _flush_folder(self.folder)
        return name

    def _groups(self, name: SegmentName) -> Iterator[list[list[Any]]]:
        self.check(name)
        with self._path(name).open("rb") as file:
            width = len(_described(file)["columns"])
            for _ in range(0, name.rows, GROUP):
                yield [_column(file) for _ in range(width)]


def segment_codes(name: SegmentName) -> tuple[str, str]:
    """The codes by which an event commits to a segment."""
    return f"{_MARK}{name.digest}", f"{_ROWS}{name.rows}"


def segment_of(event: Event) -> SegmentName | None:
    """The segment an event commits to, if any."""
    digest = next((code.removeprefix(_MARK) for code in event.codes if code.startswith(_MARK)), None)
    rows = next((code.removeprefix(_ROWS) for code in reversed(event.codes) if code.startswith(_ROWS)), None)
    return SegmentName(digest, int(rows)) if digest and rows else None


class _Hashing:
    """Writes to a file and keeps the digest of what went in."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._digest = hashlib.sha256()

    def write(self, data: bytes) -> None:
        self._file.write(data)
        self._digest.update(data)

    def hex(self) -> str:
        return self._digest.hexdigest()


def _write(file: IO[bytes], columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    out = _Hashing(file)
    out.write(FORMAT)
    out.write(_json({"columns": list(columns), "group": GROUP, "rows": len(rows)}) + b"\n")
    for start in range(0, len(rows), GROUP):
        group = list(zip(*rows[start : start + GROUP], strict=True))
        if len(group) != len(columns):
            raise ValueError("rows and columns differ in number")
        for values in group:
            packed = zlib.compress(_json(values), 6)
            out.write(len(packed).to_bytes(4, "big") + packed)
    return out.hex()


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def _described(file: IO[bytes]) -> dict[str, Any]:
    if file.readline() != FORMAT:
        return {"columns": [], "rows": -1}
    described: dict[str, Any] = json.loads(file.readline())
    return described


def _column(file: IO[bytes]) -> list[Any]:
    values: list[Any] = json.loads(zlib.decompress(file.read(int.from_bytes(file.read(4), "big"))))
    return values


def _flush_folder(folder: Path) -> None:
    """Make the new name itself durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
