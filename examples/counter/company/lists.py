"""The firm's lists, as spreadsheets: who works here, rooms, cabinets, keys, partners, the register of disclosures, the binder of papers.

Excel workbooks where the office uses Excel, CSV where another program exports. A list is written whole, beside itself, and swapped, as
office programs save.
"""

from __future__ import annotations

import csv
import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook

Row = dict[str, Any]
COLUMNS: dict[str, tuple[str, ...]] = {
    "staff.csv": ("No", "Name", "Function", "Team", "Confidential", "Trained on", "Left on"),
    "rooms.xlsx": ("Room", "Restricted", "Cleared (staff no.)"),
    "cabinets.xlsx": ("Cabinet", "Room", "Lock", "Checked on", "Checked by"),
    "keys.csv": ("Key", "Opens", "Held by", "Given on", "Back on"),
    "entries.csv": ("Day", "Room", "Staff no."),
    "ways_in.csv": ("Way in", "Ends in", "Kept by"),
    "partners.xlsx": ("Partner", "Kind", "Mail", "Paper", "Until"),
    "disclosures.xlsx": (
        "No", "When", "What", "Why", "To whom", "Recipient", "Purpose", "Customer", "File", "Agency", "Case", "Order", "Issuer", "Law",
        "Recalled on",
    ),
    "binder.csv": ("Safeguard", "Item", "File", "Checked on", "Heads"),
}  # fmt: skip


class Lists:
    """The folder of lists. One at a time writes."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._writing = threading.RLock()

    def has(self, name: str) -> bool:
        """Whether somebody made this list."""
        return (self._folder / name).is_file()

    def read(self, name: str) -> list[Row]:
        """The rows of a list."""
        path = self._folder / name
        if not path.is_file():
            return []
        if path.suffix == ".csv":
            with path.open(encoding="utf-8-sig", newline="") as file:
                return [dict(row) for row in csv.DictReader(file, delimiter=";")]
        book = load_workbook(path, read_only=True)
        try:
            header, *rows = book.worksheets[0].iter_rows(values_only=True)
            return [
                {str(n): "" if v is None else v for n, v in zip(header, row, strict=False)} for row in rows
            ]
        finally:
            book.close()

    def write(self, name: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """Save a list."""
        with self._writing:
            path = self._folder / name
            beside = path.with_name(f".{path.name}")
            (_csv if path.suffix == ".csv" else _excel)(beside, COLUMNS[name], list(rows))
            beside.replace(path)

    def add(self, name: str, row: Mapping[str, Any]) -> None:
        """Write a line below the others."""
        with self._writing:
            self.write(name, [*self.read(name), row])

    def change(self, name: str, which: Callable[[Row], bool], **values: Any) -> None:
        """Fill in cells of some rows; a column is named with `_` for each space."""
        named = {column.replace("_", " "): value for column, value in values.items()}
        with self._writing:
            self.write(name, [row | named if which(row) else row for row in self.read(name)])


def _csv(path: Path, columns: tuple[str, ...], rows: list[Mapping[str, Any]]) -> None:
    """As a spreadsheet program exports it here: a mark in front, semicolons between."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, columns, delimiter=";", extrasaction="ignore", restval="")
        writer.writeheader()
        writer.writerows(rows)


def _excel(path: Path, columns: tuple[str, ...], rows: list[Mapping[str, Any]]) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(list(columns))
    for row in rows:
        sheet.append([_cell(row.get(column, "")) for column in columns])
    book.save(path)


def _cell(value: Any) -> Any:
    """A day is a day in a workbook; nothing is an empty cell."""
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return value or None
    return value
