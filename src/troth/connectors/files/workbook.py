"""Sheets of an Excel workbook, as an office keeps lists: the first row names the columns, each further one is a row."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from troth.connectors.documents import written
from troth.connectors.files.formats import Edits, Through, Unreadable
from troth.datamap.schema import Column, Kind
from troth.sheets.errors import SheetUnreadable
from troth.sheets.tabular import of_excel, plain


class Workbook:
    """A sheet of a workbook. What was removed moves the rows below it up; charts and pictures of a workbook do not outlive it."""

    sampled = False

    def columns(self, path: Path, sheet: str) -> tuple[Column, ...]:
        """What its first row names."""
        try:
            return tuple(Column(name, Kind.TEXT) for name in _read(path, sheet).columns)
        except SheetUnreadable:
            raise Unreadable("a sheet") from None

    def rows(self, path: Path, sheet: str, names: Sequence[str]) -> Iterator[dict[str, Any]]:
        """Row by row; empty ones are passed over."""
        try:
            found = _read(path, sheet)
            for cells in found.rows:
                yield {
                    name: None if cell == "" else cell
                    for name, cell in zip(found.columns, cells, strict=True)
                }
        except SheetUnreadable:
            raise Unreadable("a sheet") from None

    def rewrite(self, path: Path, edits: Edits, beside: IO[bytes]) -> bool:
        """The whole workbook is written anew, its other sheets as they were."""
        from openpyxl import load_workbook  # takes longer to load than most sessions take

        book = load_workbook(io.BytesIO(path.read_bytes()))
        for sheet, through in edits.items():
            names = [column.name for column in self.columns(path, sheet)]
            _edit(book[sheet] if sheet else book.worksheets[0], names, through)
        book.save(beside)
        return True


def _edit(held: Any, names: Sequence[str], through: Through) -> None:
    """Let every row of a sheet go through; those that go are taken out from below, so that the others keep their numbers."""
    gone = []
    for cells in held.iter_rows(min_row=2, max_col=len(names)):
        row = {name: plain(cell.value) for name, cell in zip(names, cells, strict=True)}
        if all(value in (None, "") for value in row.values()):
            continue
        becomes = through(row)
        if becomes is None:
            gone.append(cells[0].row)
            continue
        for cell, name in zip(cells, names, strict=True):
            if becomes[name] != row[name]:
                value = becomes[name]
                cell.value = written(value) if isinstance(value, dict | list) else value
    for at in reversed(gone):
        held.delete_rows(at)


def sheets_of(path: Path) -> tuple[str, ...]:
    """The names of the sheets of a workbook, in their order. Raises Unreadable."""
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(io.BytesIO(path.read_bytes()), read_only=True)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError):
        raise Unreadable("a workbook") from None
    try:
        return tuple(one.title for one in book.worksheets)
    finally:
        book.close()


def _read(path: Path, sheet: str) -> Any:
    return of_excel(path.read_bytes(), "a workbook", sheet)
