"""A look into a lake: Parquet files by their columns. A file's foot is read, where its columns and its label stand, and no value.

A file that calls itself personal (`nature: personal` in its head) may hold what it likes; any other is held against what is allowed.
The foot is Thrift in its compact form, as the format describes it; the few lines that read it stand here, so that nobody who looks
needs a library for writing such files. Source: the Apache Parquet format, FileMetaData and SchemaElement.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from troth.probes.errors import CannotLook
from troth.probes.model import MOST_SHOWN, Look, Probe

MAGIC: Final = b"PAR1"
LARGEST_FOOT: Final = 10_000_000
NATURE: Final = "nature"
DEEPEST: Final = 20
SCHEMA, ROWS, LABELS, NAME, CHILDREN = 2, 3, 5, 4, 5
"""Fields of the foot, and of an element of its schema, by their numbers."""


@dataclass(frozen=True, slots=True)
class Foot:
    """What a file says of itself: its columns, how many rows it has, and its labels."""

    columns: tuple[str, ...]
    rows: int
    labels: Mapping[str, str]


class ParquetEye:
    """Looks at every file of a folder that fits the pattern."""

    def __init__(self, probe: Probe, folder: str) -> None:
        self._probe = probe
        self._folder = Path(folder)

    def look(self, now: datetime) -> Look:
        """Passed when no file that is not called personal has a column beyond those that are allowed."""
        if not self._folder.is_dir():
            raise CannotLook(f"There is no folder {self._folder.name}.", "It may not be there yet.")
        allowed, looked, seen = self._probe.allowed or frozenset(), 0, list[dict[str, Any]]()
        for path in sorted(self._folder.rglob(self._probe.pattern or "*.parquet")):
            looked += 1
            foot = read_foot(path)
            if foot.labels.get(NATURE) == "personal":
                continue
            name, called = path.relative_to(self._folder).as_posix(), foot.labels.get(NATURE, "nothing")
            beyond = [column for column in foot.columns if column not in allowed]
            seen += [{"file": name, "column": one, "called": called, "rows": foot.rows} for one in beyond]
        return Look(self._probe.id, not seen, now, tuple(seen[:MOST_SHOWN]), len(seen), looked)


def read_foot(path: Path) -> Foot:
    """What stands at the foot of a file. Raises CannotLook for what is no such file."""
    try:
        with path.open("rb") as file:
            file.seek(-8, 2)
            length, magic = int.from_bytes(file.read(4), "little"), file.read(4)
            if magic != MAGIC or length > LARGEST_FOOT:
                raise ValueError
            file.seek(-8 - length, 2)
            plain = _Compact(file.read(length)).struct()
        leaves = [one for one in plain[SCHEMA] if not one.get(CHILDREN)]
        labels = {_text(one[1]): _text(one.get(2, b"")) for one in plain.get(LABELS, ())}
        return Foot(tuple(_text(one[NAME]) for one in leaves), int(plain[ROWS]), labels)
    except (OSError, ValueError, IndexError, KeyError, TypeError, AttributeError) as problem:
        raise CannotLook(
            f"{path.name} is no Parquet file that can be read.", "It may be half written."
        ) from problem


def _text(value: bytes) -> str:
    return value.decode("utf-8")


class _Compact:
    """Thrift's compact form, as plain values: a structure is a mapping from the numbers of its fields."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def struct(self, depth: int = 0) -> dict[int, Any]:
        """A structure, up to its end."""
        if depth > DEEPEST:
            raise ValueError
        found: dict[int, Any] = {}
        number = 0
        while head := self._byte():
            step, kind = head >> 4, head & 15
            number = number + step if step else self._signed()
            found[number] = kind == 1 if kind in (1, 2) else self._value(kind, depth)
        return found

    def _value(self, kind: int, depth: int) -> Any:
        if kind in (4, 5, 6):
            return self._signed()
        if kind in (1, 2, 3):
            return self._byte()
        if kind == 7:
            return self._take(8)
        if kind == 8:
            return self._take(self._unsigned())
        if kind in (9, 10):
            return self._list(depth)
        if kind == 12:
            return self.struct(depth + 1)
        raise ValueError

    def _list(self, depth: int) -> list[Any]:
        head = self._byte()
        size = head >> 4 if head >> 4 < 15 else self._unsigned()
        if size > len(self._data):
            raise ValueError
        return [self._value(head & 15, depth + 1) for _ in range(size)]

    def _signed(self) -> int:
        number = self._unsigned()
        return (number >> 1) ^ -(number & 1)

    def _unsigned(self) -> int:
        found, shift = 0, 0
        while True:
            byte = self._byte()
            found |= (byte & 127) << shift
            if byte < 128:
                return found
            shift += 7

    def _byte(self) -> int:
        self._at += 1
        return self._data[self._at - 1]

    def _take(self, length: int) -> bytes:
        if length > len(self._data) - self._at:
            raise ValueError
        self._at += length
        return self._data[self._at - length : self._at]
