"""A folder of files as a store: CSV, JSON, Parquet and workbooks; rows are read one by one, files rewritten beside themselves and swapped.

A writing session holds a lock of the folder and swaps each changed file in one step at its end, unless somebody else wrote it
meanwhile; between two files there is no transaction, and the connector does not declare one. The key of a row is what the map says.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from troth.connectors.files import disk
from troth.connectors.files.formats import Format, Through, Unreadable
from troth.connectors.files.parts import Part, Tables, tables_of
from troth.connectors.patterns import placeholders
from troth.connectors.scanning import Absent, InFolder, Pending, ScanReading, ScanWriting, as_text
from troth.datamap.connector import Condition
from troth.datamap.errors import StoreRefused, StoreUnreachable
from troth.datamap.schema import Column, Kind, Schema, Table


class FilesConnector(InFolder):
    """The files of one folder; a table is a file by its name without ending, or all files that fit a pattern of the map."""

    def describe(self) -> Schema:
        """The files and their columns."""
        with translated(self._system):
            tables = self._tables()
            return Schema(tuple(_described(tables, name) for name in sorted(tables.parts)))

    @contextmanager
    def reading(self) -> Iterator[ScanReading[_Files]]:
        """A session over the files as they lie."""
        with translated(self._system):
            yield ScanReading(self._system, _Files(self._system, self._tables()))

    @contextmanager
    def writing(self) -> Iterator[FilesWriting]:
        """A session that sees what it changed; the files are swapped when it ends well."""
        self._able()
        with translated(self._system):
            tables = self._tables()
            with disk.locked(self._folder):
                disk.swept(self._folder)
                session = FilesWriting(self._system, _Files(self._system, tables))
                yield session
                session.carry_out()

    def _tables(self) -> Tables:
        return tables_of(self._system, self._folder, self._named)


def _described(tables: Tables, name: str) -> Table:
    parts = tables.parts[name]
    found = {column.name: column for part in parts for column in part.format.columns(part.path, part.sheet)}
    found |= {one: Column(one, Kind.TEXT, nullable=False) for one in placeholders(name)}
    return Table(name, tuple(found.values()), sampled=not parts or any(part.format.sampled for part in parts))


class _Files:
    """The rows of tables, part by part."""

    def __init__(self, system: str, tables: Tables) -> None:
        self._system = system
        self.tables = tables
        self._columns: dict[str, Table] = {}

    def rows(self, table: str, names: Sequence[str], condition: Condition | None) -> Iterator[dict[str, Any]]:
        self._check(table, names)
        for part in self.tables.of(self._system, table):
            given = dict(part.given)
            for row in part.format.rows(part.path, part.sheet, names):
                yield Absent({**row, **given})

    def _check(self, table: str, names: Sequence[str]) -> None:
        self.tables.of(self._system, table)
        live = self._columns.setdefault(table, _described(self.tables, table))
        missing = next((name for name in names if live.column(name) is None), None)
        if missing is not None and not live.sampled:
            raise StoreRefused(
                f"{self._system}: '{table}' has no column '{missing}'.", "Check the map against the file."
            )


class FilesWriting(ScanWriting[_Files]):
    """Writes each file that is touched once, when the session ends."""

    def __init__(self, system: str, files: _Files) -> None:
        super().__init__(system, files)
        self._seen = {
            part.path: disk.signature(part.path) for parts in files.tables.parts.values() for part in parts
        }

    def carry_out(self) -> None:
        """Write what is touched beside itself, all of it, and only then put each in its place."""
        edits: dict[Path, tuple[Format, dict[str, Through]]] = {}
        for table, pending in self.pending.items():
            for part in self._source.tables.of(self._system, table):
                if pending.outcomes and _holds_any(part, pending):
                    by_sheet = edits.setdefault(part.path, (part.format, {}))[1]
                    by_sheet[part.sheet] = self._through(part, pending)
        try:
            left = {path: _beside(path, format, by_sheet) for path, (format, by_sheet) in edits.items()}
            for path in left:
                self._check_unmoved(path)
            for path, stays in left.items():
                disk.swapped(path)
                if not stays:
                    path.unlink()
        finally:
            for path in edits:
                disk.beside(path).unlink(missing_ok=True)

    def _through(self, part: Part, pending: Pending) -> Through:
        given = dict(part.given)

        def through(row: dict[str, Any]) -> dict[str, Any] | None:
            whole = Absent({**row, **given})
            becomes = pending.through(whole)
            if becomes is None or becomes is whole:
                return None if becomes is None else row
            if any(becomes[name] != value for name, value in given.items()):
                raise StoreRefused(
                    f"{self._system}: what stands in the name of a file cannot be changed.",
                    "Let its rows go: write 'on_erasure: delete'.",
                )
            return Absent({name: value for name, value in becomes.items() if name not in given})

        return through

    def _check_unmoved(self, path: Path) -> None:
        if disk.signature(path) != self._seen[path]:
            raise StoreRefused(
                f"{self._system}: a file was written by somebody else meanwhile; nothing was changed.",
                "Run it again; where that happens often, let the writer take the lock of the folder.",
            )


def _beside(path: Path, format: Format, by_sheet: Mapping[str, Through]) -> bool:
    with disk.written_beside(path) as out:
        return format.rewrite(path, by_sheet, out)


def _holds_any(part: Part, pending: Pending) -> bool:
    """Whether any row of a part is touched: a file without one is left as it lies."""
    given = dict(part.given)
    names = [name for name in pending.key if name not in given]
    rows = part.format.rows(part.path, part.sheet, names)
    return any(as_text([{**row, **given}.get(n) for n in pending.key]) in pending.outcomes for row in rows)


@contextmanager
def translated(system: str) -> Iterator[None]:
    """What a file system or a file says, in one sentence without a value of it."""
    try:
        yield
    except OSError as problem:
        raise StoreUnreachable(
            f"{system}: a file cannot be used ({problem.strerror}).", "Look at the folder and its rights."
        ) from None
    except (csv.Error, json.JSONDecodeError, UnicodeDecodeError, Unreadable) as problem:
        raise StoreRefused(
            f"{system}: a file is not what its name says ({type(problem).__name__}).", "Mend or move it."
        ) from None
