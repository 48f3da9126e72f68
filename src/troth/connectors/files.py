"""A folder of files as a store: each CSV or JSON-lines file a table, read row by row, rewritten beside itself and swapped.

A writing session holds a lock of the folder and swaps each changed file in one step at its end; between two files there is
no transaction, and the connector does not declare one. Columns of a CSV file are what its first line names, those of a
JSON-lines file what its first thousand rows hold. An empty cell is null. The key of a row is what the map says.
"""

from __future__ import annotations

import csv
import fcntl
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, Final

from troth.connectors.documents import parsed, written
from troth.connectors.rows import changed, document_columns, field_of, key_of, meets, unmet
from troth.datamap.connector import Ability, Change, Condition, Key, Row
from troth.datamap.errors import NotAble, StoreRefused, StoreUnreachable
from troth.datamap.model import Dataset
from troth.datamap.schema import Column, Kind, Schema, Table

KINDS: Final = (".csv", ".jsonl")
_LOOKED_AT: Final = 1000
_LOCK: Final = ".troth.lock"


class FilesConnector:
    """The CSV and JSON-lines files of one folder; a table is a file by its name without ending, in its sub-folder if any."""

    def __init__(self, system: str, folder: Path, *, writable: bool = True) -> None:
        self._system = system
        self._folder = folder
        self._writable = writable

    @property
    def abilities(self) -> frozenset[Ability]:
        """Reading, documents, and writing where it was opened for that."""
        return frozenset({Ability.READ, Ability.DOCUMENTS, *([Ability.WRITE] if self._writable else [])})

    def describe(self) -> Schema:
        """The files and their columns."""
        with _translated(self._system):
            return Schema(tuple(Table(name, _columns(path)) for name, path in sorted(self._files().items())))

    @contextmanager
    def reading(self) -> Iterator[FilesReading]:
        """A session over the files as they lie."""
        with _translated(self._system):
            yield FilesReading(self._system, self._files())

    @contextmanager
    def writing(self) -> Iterator[FilesWriting]:
        """A session that sees what it changed; the files are swapped when it ends well."""
        if not self._writable:
            raise NotAble(f"{self._system} was opened for reading alone.", "Open it for writing.")
        with _translated(self._system), _locked(self._folder):
            session = FilesWriting(self._system, self._files())
            try:
                yield session
                session.swap()
            finally:
                session.clear()

    def close(self) -> None:
        """Nothing is held open between sessions."""

    def _files(self) -> dict[str, Path]:
        if not self._folder.is_dir():
            raise StoreUnreachable(
                f"{self._system}: there is no folder {self._folder.name}.", "Check its address in the map."
            )
        found = (path for kind in KINDS for path in self._folder.rglob(f"*{kind}"))
        return {path.relative_to(self._folder).with_suffix("").as_posix(): path for path in found}


class FilesReading:
    """Reads files row by row."""

    def __init__(self, system: str, files: dict[str, Path]) -> None:
        self._system = system
        self._files = files

    def find(self, dataset: Dataset, condition: Condition, fields: Sequence[str]) -> Iterator[Row]:
        """Rows that meet a condition; the whole file is read."""
        if not condition.values:
            return
        for row in islice(self._matching(dataset.table, condition), condition.most or None):
            yield {name: field_of(dataset, row, name) for name in fields}

    def export(self, dataset: Dataset, keys: Sequence[Key]) -> Iterator[Row]:
        """Whole rows by their keys, documents as values."""
        documents = document_columns(dataset)
        names = tuple(dict.fromkeys((*dataset.key, *dataset.columns)))
        if keys:
            for row in self._matching(dataset.table, Condition(dataset.key, tuple(keys))):
                yield {name: parsed(row[name]) if name in documents else row[name] for name in names}

    def count(self, table: str, condition: Condition) -> int:
        """How many rows meet a condition."""
        return sum(1 for _ in self._matching(table, condition))

    def verify(self, dataset: Dataset, gone: Sequence[Key], changed: Sequence[Change]) -> tuple[Key, ...]:
        """The keys that are not as they should be, read again; keys are compared as text."""
        given = {_text(key): key for key in (*gone, *(change.key for change in changed))}
        wanted = [Change(_text(change.key), change.values) for change in changed]
        rows = (
            {**row, **dict(zip(dataset.key, _text(key_of(dataset, row)), strict=True))}
            for row in self.export(dataset, list(given.values()))
        )
        return tuple(given[key] for key in unmet(dataset, rows, [_text(key) for key in gone], wanted))

    def _matching(self, table: str, condition: Condition) -> Iterator[dict[str, Any]]:
        wanted = frozenset(_text(values) for values in condition.values)
        for row in _rows(self._path(table)):
            try:
                if _plain_match(row, condition, wanted):
                    yield row
            except KeyError as missing:
                raise StoreRefused(
                    f"{self._system}: '{table}' has no column {missing}.", "Check the map against the file."
                ) from None
            except ValueError:
                raise StoreRefused(
                    f"{self._system}: '{table}' holds a document that cannot be read.", "Mend the row."
                ) from None

    def _path(self, table: str) -> Path:
        if table not in self._files:
            raise StoreRefused(
                f"{self._system} has no file '{table}'.", "Check the map against the folder.", table=table
            )
        return self._files[table]


class FilesWriting(FilesReading):
    """Writes each changed file beside itself, and reads it from there until the session ends."""

    def __init__(self, system: str, files: dict[str, Path]) -> None:
        super().__init__(system, files)
        self._beside: dict[str, Path] = {}

    def change(self, dataset: Dataset, changes: Sequence[Change]) -> int:
        """Write values into rows; nulls are written as a file has them: an empty cell, a null."""
        wanted = {_text(change.key): change.values for change in changes}
        met = 0

        def altered(row: dict[str, Any]) -> dict[str, Any]:
            nonlocal met
            values = wanted.get(_text(key_of(dataset, row)))
            if values is None:
                return row
            met += 1
            return {**row, **changed(row, values)}

        self._rewrite(dataset.table, altered)
        return met

    def remove(self, dataset: Dataset, keys: Sequence[Key]) -> int:
        """Leave rows out."""
        gone = {_text(key) for key in keys}
        met = 0

        def kept(row: dict[str, Any]) -> dict[str, Any] | None:
            nonlocal met
            if _text(key_of(dataset, row)) not in gone:
                return row
            met += 1
            return None

        self._rewrite(dataset.table, kept)
        return met

    def swap(self) -> None:
        """Put what was written in the place of what was there, each file in one step."""
        for table, beside in self._beside.items():
            os.replace(beside, self._original(beside))
            self._files[table] = self._original(beside)
        self._beside.clear()

    def clear(self) -> None:
        """Leave nothing beside the files."""
        for beside in self._beside.values():
            beside.unlink(missing_ok=True)

    def _rewrite(self, table: str, through: Any) -> None:
        source = self._path(table)
        original = self._original(source)
        beside = original.with_name(
            f".{original.name}.troth-{'b' if source.name.endswith('troth-a') else 'a'}"
        )
        rows = (row for before in _rows(source, original.suffix) if (row := through(before)) is not None)
        _write(beside, original, source, rows)
        if source != original:
            source.unlink()
        self._beside[table] = self._files[table] = beside

    def _original(self, path: Path) -> Path:
        name = path.name
        return path.with_name(name[1:].rpartition(".troth-")[0]) if ".troth-" in name else path


def _plain_match(row: dict[str, Any], condition: Condition, wanted: frozenset[tuple[str, ...]]) -> bool:
    """The quick way where fields are plain columns, compared exactly."""
    if condition.when or condition.folded or any("." in name for name in condition.fields):
        return meets(row, condition)
    values = [row[name] for name in condition.fields]
    return all(value is not None for value in values) and tuple(map(str, values)) in wanted


def _text(key: Sequence[Any]) -> tuple[str, ...]:
    return tuple(map(str, key))


def _columns(path: Path) -> tuple[Column, ...]:
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            return tuple(Column(name, Kind.TEXT) for name in next(csv.reader(file), []))
    names: dict[str, Kind] = {}
    for row, _ in zip(_rows(path), range(_LOOKED_AT), strict=False):
        for name, value in row.items():
            names.setdefault(name, Kind.DOCUMENT if isinstance(value, dict | list) else Kind.TEXT)
    return tuple(Column(name, kind) for name, kind in names.items())


def _rows(path: Path, kind: str = "") -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        if (kind or _kind(path)) == ".csv":
            for cells in csv.DictReader(file, strict=True):
                if None in cells:
                    raise csv.Error("more cells than columns")
                yield {name: cell or None for name, cell in cells.items()}
            return
        for line in file:
            if line.strip():
                row = json.loads(line)
                if not isinstance(row, dict):
                    raise csv.Error("a line that is no object")
                yield _Absent(row)


def _kind(path: Path) -> str:
    return next(kind for kind in KINDS if path.name.endswith(kind) or f"{kind}.troth-" in path.name)


class _Absent(dict[str, Any]):
    """A line of JSON: what it does not name is null."""

    def __missing__(self, name: str) -> None:
        return None


def _write(beside: Path, original: Path, source: Path, rows: Iterator[Mapping[str, Any]]) -> None:
    """Write rows as the original has them, with its mode, and on disk before anything is swapped."""
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, original.stat().st_mode & 0o777)
    with open(handle, "w", encoding="utf-8", newline="") as file:
        if original.suffix == ".csv":
            with source.open(encoding="utf-8-sig", newline="") as before:
                names = next(csv.reader(before), [])
            writer = csv.DictWriter(file, names, lineterminator="\n")
            writer.writeheader()
            writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
        else:
            file.writelines(f"{written(row)}\n" for row in rows)
        file.flush()
        os.fsync(file.fileno())


def _cell(value: Any) -> Any:
    return written(value) if isinstance(value, dict | list) else value


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """One writing session at a time; the lock goes with the process that holds it."""
    handle = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


@contextmanager
def _translated(system: str) -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        raise StoreUnreachable(
            f"{system}: a file cannot be used ({problem.strerror}).", "Look at the folder and its rights."
        ) from None
    except (csv.Error, json.JSONDecodeError, UnicodeDecodeError) as problem:
        raise StoreRefused(
            f"{system}: a file is not what its name says ({type(problem).__name__}).", "Mend or move it."
        ) from None
