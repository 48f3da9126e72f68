"""What every kind of file of rows can do, and the plain ones: CSV as office programs and programs write it, JSON lines, JSON arrays."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Any, Final, Protocol

from troth.connectors.documents import written
from troth.connectors.scanning import Absent
from troth.datamap.schema import Column, Kind

LOOKED_AT: Final = 1000
_BETWEEN: Final = (",", ";", "\t")
_MARK: Final = b"\xef\xbb\xbf"
Through = Callable[[dict[str, Any]], dict[str, Any] | None]
"""What a row becomes: the very same where nothing touches it, None where it goes."""
Edits = Mapping[str, Through]
"""What becomes of the rows of each sheet that is touched; a file without sheets has one, called nothing."""


class Unreadable(Exception):
    """A file is not what its name says; carries no value of it."""


class Format(Protocol):
    """One kind of file. `sheet` is a part of a file, where its kind has any."""

    sampled: bool
    """Whether its columns are only what some of its rows hold."""

    def columns(self, path: Path, sheet: str) -> tuple[Column, ...]:
        """The columns of a file."""
        ...

    def rows(self, path: Path, sheet: str, names: Sequence[str]) -> Iterator[dict[str, Any]]:
        """Its rows, with at least the named columns; without any named, with all."""
        ...

    def rewrite(self, path: Path, edits: Edits, beside: IO[bytes]) -> bool:
        """Write the file anew; whether there is to be a file at all."""
        ...


@dataclass(frozen=True, slots=True)
class _Ways:
    """How a CSV file was written, so that it is written so again."""

    between: str
    mark: bool
    end: str


class Delimited:
    """CSV: parted by comma, semicolon or tab, with or without the mark of UTF-8 in front. An empty cell is null."""

    sampled = False

    def columns(self, path: Path, sheet: str) -> tuple[Column, ...]:
        """What its first line names."""
        return tuple(Column(name, Kind.TEXT) for name in self._header(path, self._ways(path)))

    def rows(self, path: Path, sheet: str, names: Sequence[str]) -> Iterator[dict[str, Any]]:
        """Line by line."""
        ways = self._ways(path)
        with path.open(encoding="utf-8-sig", newline="") as file:
            for cells in csv.DictReader(file, delimiter=ways.between, strict=True):
                if None in cells:
                    raise Unreadable("more cells than columns")
                yield {name: cell or None for name, cell in cells.items()}

    def rewrite(self, path: Path, edits: Edits, beside: IO[bytes]) -> bool:
        """Line by line, with the marks it had."""
        ways = self._ways(path)
        out = _Encoded(beside)
        if ways.mark:
            beside.write(_MARK)
        writer = csv.DictWriter(
            out, self._header(path, ways), delimiter=ways.between, lineterminator=ways.end
        )
        writer.writeheader()
        for row in self.rows(path, "", ()):
            becomes = edits[""](row)
            if becomes is not None:
                writer.writerow({name: _cell(value) for name, value in becomes.items()})
        return True

    def _header(self, path: Path, ways: _Ways) -> list[str]:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return next(csv.reader(file, delimiter=ways.between, strict=True), [])

    def _ways(self, path: Path) -> _Ways:
        with path.open("rb") as file:
            first = file.readline()
        text = first.decode("utf-8-sig")
        end = "\r\n" if text.endswith("\r\n") else "\n"
        return _Ways(max(_BETWEEN, key=text.count), first.startswith(_MARK), end)


class Lines:
    """JSON lines: an object on each; what one does not name is null."""

    sampled = True

    def columns(self, path: Path, sheet: str) -> tuple[Column, ...]:
        """What its first thousand rows hold."""
        return columns_in(islice(self.rows(path, sheet, ()), LOOKED_AT))

    def rows(self, path: Path, sheet: str, names: Sequence[str]) -> Iterator[dict[str, Any]]:
        """Line by line."""
        with path.open(encoding="utf-8-sig", newline="") as file:
            for line in file:
                if line.strip():
                    yield an_object(json.loads(line))

    def rewrite(self, path: Path, edits: Edits, beside: IO[bytes]) -> bool:
        """Line by line."""
        for row in self.rows(path, "", ()):
            becomes = edits[""](row)
            if becomes is not None:
                beside.write(f"{written(becomes)}\n".encode())
        return True


class Document:
    """JSON: a list of objects, or one object, which is a file of one row and goes with it."""

    sampled = True

    def columns(self, path: Path, sheet: str) -> tuple[Column, ...]:
        """What its first thousand rows hold."""
        return columns_in(islice(self.rows(path, sheet, ()), LOOKED_AT))

    def rows(self, path: Path, sheet: str, names: Sequence[str]) -> Iterator[dict[str, Any]]:
        """The file is read whole."""
        found = json.loads(path.read_text(encoding="utf-8-sig"))
        for one in found if isinstance(found, list) else [found]:
            yield an_object(one)

    def rewrite(self, path: Path, edits: Edits, beside: IO[bytes]) -> bool:
        """Indented where it was."""
        text = path.read_text(encoding="utf-8-sig")
        found = json.loads(text)
        before = found if isinstance(found, list) else [found]
        kept = [becomes for one in before if (becomes := edits[""](an_object(one))) is not None]
        if found is not before and not kept:
            return False
        indent = 2 if "\n" in text.strip() else None
        said = kept if found is before else kept[0]
        beside.write(f"{json.dumps(said, ensure_ascii=False, indent=indent)}\n".encode())
        return True


def an_object(found: Any) -> Absent:
    """A row out of JSON. Raises Unreadable for what is no object."""
    if not isinstance(found, dict):
        raise Unreadable("a row that is no object")
    return Absent(found)


def columns_in(rows: Iterable[dict[str, Any]]) -> tuple[Column, ...]:
    """The columns that any of these rows holds."""
    names: dict[str, Kind] = {}
    for row in rows:
        for name, value in row.items():
            kind = Kind.DOCUMENT if isinstance(value, dict | list) else Kind.TEXT
            names[name] = kind if names.get(name, kind) is kind else Kind.DOCUMENT
    return tuple(Column(name, kind) for name, kind in names.items())


def _cell(value: Any) -> Any:
    return written(value) if isinstance(value, dict | list) else value


class _Encoded:
    """Text to a file of bytes, which whoever opened it closes."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out

    def write(self, text: str) -> int:
        return self._out.write(text.encode())
