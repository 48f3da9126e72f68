"""Several places together, asked in SQL: each is laid out as a table of a database in memory that is thrown away after the question.

| a place | its tables |
|---|---|
| `staff: lists/staff.csv`, `keys: lists/keys.xlsx#Keys` | `staff`, `keys`: the columns that the first line names |
| `crm: crm.db` | `crm.customers` and whatever else is in it; the file itself, opened so that nobody can write |
| `sent: mails:outbox` | `sent` (mails), `sent_files` (what hangs on them), `sent_cells` (cells of spreadsheets that hang on them) |
| `calls: sounds:recordings` | `calls`: file, folder, name, bytes, digest, changed_at, seconds |
| `papers: files:lists` | `papers`: the same without seconds |
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from troth.sheets import folders, mails
from troth.sheets.errors import SheetUnreadable
from troth.sheets.places import Kind, Place
from troth.sheets.tabular import LARGEST, Tabular, of_csv, of_excel

PATIENCE: Final = 5.0
"""Seconds to wait for a database that another program writes to."""
Stamp = tuple[int, int]


class Sheets:
    """The places of one question. What was read and has not changed since is kept between questions. One thread at a time."""

    def __init__(self, places: Mapping[str, Place], data: Path) -> None:
        self._places = dict(places)
        self._data = data
        self._kept: dict[tuple[str, Path], tuple[Stamp, Any]] = {}

    def ask(self, query: str, given: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """The rows of a query over all places. Raises SheetUnreadable for what cannot be read, or a query that does not fit."""
        with self._laid_out() as connection:
            return [dict(row) for row in self._asked(connection, query, given or {})]

    def columns(self, query: str) -> tuple[str, ...]:
        """The columns of a query, whether or not there are rows. Raises SheetUnreadable."""
        with self._laid_out() as connection:
            return tuple(str(column[0]) for column in self._asked(connection, query, {}).description)

    @contextmanager
    def _laid_out(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(":memory:", timeout=PATIENCE, uri=True)) as connection:
            connection.row_factory = sqlite3.Row
            for name, place in self._places.items():
                self._lay_out(connection, name, place)
            connection.execute("PRAGMA query_only=ON")
            try:
                yield connection
            except sqlite3.Error as problem:
                raise SheetUnreadable(
                    f"A question to {', '.join(self._places)} does not fit ({problem}).",
                    "Look at the names of tables and columns.",
                ) from None

    @staticmethod
    def _asked(connection: sqlite3.Connection, query: str, given: Mapping[str, Any]) -> sqlite3.Cursor:
        return connection.execute(query, dict(given))

    def _lay_out(self, connection: sqlite3.Connection, name: str, place: Place) -> None:
        path = self._data / place.path
        if place.kind is Kind.SQLITE:
            _attach(connection, name, path)
        elif place.kind is Kind.MAILS:
            read = self._all(mails.mails_of(path), lambda one: mails.read_mail(one, path), "mail")
            _table(connection, name, mails.MAILS, (one.mail for one in read))
            _table(connection, f"{name}_files", mails.FILES, (row for one in read for row in one.files))
            _table(connection, f"{name}_cells", mails.CELLS, (row for one in read for row in one.cells))
        elif place.kind is Kind.SOUNDS:
            found = folders.files_of(path, "*.wav")
            rows = self._all(found, lambda one: folders.read_sound(one, path), "sound")
            _table(connection, name, folders.SOUNDS, rows)
        elif place.kind is Kind.FILES:
            rows = self._all(folders.files_of(path), lambda one: folders.read_file(one, path), "file")
            _table(connection, name, folders.FILES, rows)
        else:
            sheet = self._spreadsheet(path, place)
            _table(connection, name, sheet.columns, sheet.rows, "nullif(?, '')")  # an empty cell is nothing

    def _spreadsheet(self, path: Path, place: Place) -> Tabular:
        """A CSV file is read anew each time, row by row; a workbook takes long, and is kept while it does not change."""
        if _stamp(path)[1] > LARGEST:
            raise SheetUnreadable(f"{path.name} is too large.", "Split it.")
        if place.kind is Kind.CSV:
            return of_csv(path.read_bytes(), path.name)

        def read(one: Path) -> Tabular:
            found = of_excel(one, one.name, place.sheet)
            return Tabular(found.columns, tuple(found.rows))

        kept: Tabular = self._one(path, read, f"excel#{place.sheet}")
        return kept

    def _all(self, paths: Iterable[Path], read: Callable[[Path], Any], what: str) -> list[Any]:
        return [self._one(path, read, what) for path in paths]

    def _one(self, path: Path, read: Callable[[Path], Any], what: str) -> Any:
        stamp, key = _stamp(path), (what, path)
        kept = self._kept.get(key)
        if kept is None or kept[0] != stamp:
            kept = self._kept[key] = (stamp, read(path))
        return kept[1]


def _stamp(path: Path) -> Stamp:
    try:
        found = path.stat()
    except OSError as problem:
        raise SheetUnreadable(
            f"{path.name} cannot be read ({problem.strerror}).", "It may not be there yet."
        ) from None
    return found.st_mtime_ns, found.st_size


def _attach(connection: sqlite3.Connection, name: str, path: Path) -> None:
    _stamp(path)
    try:
        address = f"file:{quote(str(path.resolve()))}?mode=ro"
        connection.execute(f"ATTACH DATABASE ? AS {_named(name)}", (address,))
        connection.execute(f"SELECT 1 FROM {_named(name)}.sqlite_master LIMIT 1")  # noqa: S608  a quoted name
    except sqlite3.Error as problem:
        raise SheetUnreadable(f"{path.name} does not open ({problem}).", "Is it a SQLite database?") from None


def _table(
    connection: sqlite3.Connection,
    name: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    value: str = "?",
) -> None:
    listed, values = ", ".join(map(_named, columns)), ", ".join([value] * len(columns))
    connection.execute(f"CREATE TABLE {_named(name)} ({listed})")
    connection.executemany(f"INSERT INTO {_named(name)} VALUES ({values})", rows)  # noqa: S608  a quoted name


def _named(name: str) -> str:
    """A name as SQL quotes it."""
    return '"' + name.replace('"', '""') + '"'
