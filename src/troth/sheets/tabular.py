"""Spreadsheets: a CSV file in whatever way an office program wrote it, and a sheet of an Excel workbook. Both give columns and rows."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, Final

from troth.sheets.errors import SheetUnreadable

LARGEST: Final = 200_000_000
"""No file is larger, in bytes."""
_BETWEEN: Final = (",", ";", "\t")


@dataclass(frozen=True, slots=True)
class Tabular:
    """Columns by name, and rows with a value for each; an empty cell is None, or an empty text."""

    columns: tuple[str, ...]
    rows: Iterable[Sequence[Any]]


def of_csv(data: bytes, name: str) -> Tabular:
    """A CSV file: UTF-8, with or without the mark in front, parted by comma, semicolon or tab. Raises SheetUnreadable."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SheetUnreadable(f"{name} is no UTF-8.", "Save it as CSV UTF-8.") from None
    first = text.partition("\n")[0]
    between = max(_BETWEEN, key=first.count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=between, strict=True)
    return _tabular(_lines(lines, name), name)


def _lines(lines: Iterator[list[str]], name: str) -> Iterator[Sequence[Any]]:
    try:
        yield from lines
    except csv.Error:
        raise SheetUnreadable(f"{name} is no CSV.", "Save it anew from the program it came from.") from None


def of_excel(source: Path | bytes, name: str, sheet: str = "") -> Tabular:
    """A sheet of a workbook; its first row names the columns. Formulas give what they last came to. Raises SheetUnreadable."""
    from openpyxl import load_workbook  # takes longer to load than most looks take
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(
            io.BytesIO(source) if isinstance(source, bytes) else source, read_only=True, data_only=True
        )
        try:
            if sheet and sheet not in book.sheetnames:
                raise SheetUnreadable(
                    f"{name} has no sheet of that name.", f"It has {', '.join(book.sheetnames)}."
                )
            found = book[sheet] if sheet else book.worksheets[0]
            rows = [[plain(cell) for cell in row] for row in found.iter_rows(values_only=True)]
        finally:
            book.close()
    except (OSError, zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, IndexError) as problem:
        raise SheetUnreadable(
            f"{name} is no workbook that can be read ({type(problem).__name__}).", "Save it anew as .xlsx."
        ) from None
    return _tabular(iter(rows), name)


def _tabular(lines: Iterator[Sequence[Any]], name: str) -> Tabular:
    header = [str(cell).strip() if cell is not None else "" for cell in next(lines, [])]
    while header and not header[-1]:
        header.pop()
    if not header or not all(header) or len({one.lower() for one in header}) < len(header):
        raise SheetUnreadable(
            f"The first line of {name} does not name each column by itself.",
            "Give every column a name of its own.",
        )
    return Tabular(tuple(header), _even(lines, len(header), name))


def _even(lines: Iterator[Sequence[Any]], wide: int, name: str) -> Iterator[Sequence[Any]]:
    """Rows as wide as the first line; those without anything in them are left out. An empty text is an empty cell."""
    for cells in lines:
        if len(cells) == wide and cells[0]:
            yield cells  # as nearly every row of a long list is
            continue
        if not any(cell not in (None, "") for cell in cells):
            continue
        if any(cell not in (None, "") for cell in cells[wide:]):
            raise SheetUnreadable(f"A row of {name} has more cells than there are columns.", "Mend the row.")
        yield [*cells[:wide], *[None] * (wide - len(cells))]


def plain(value: Any) -> Any:
    """Dates as ISO 8601 writes them, all else as numbers and text."""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float) or value is None:
        return value
    return str(value).strip() or None
