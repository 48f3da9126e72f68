"""Where something lies, as an operator writes it: a path, with what it is before it where the path does not say."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from troth.sheets.errors import SheetUnreadable


class Kind(StrEnum):
    """What lies at a place."""

    CSV = "csv"
    EXCEL = "excel"
    SQLITE = "sqlite"
    MAILS = "mails"
    SOUNDS = "sounds"
    FILES = "files"


_ENDINGS: Final = {
    ".csv": Kind.CSV,
    ".xlsx": Kind.EXCEL,
    ".db": Kind.SQLITE,
    ".sqlite": Kind.SQLITE,
    ".sqlite3": Kind.SQLITE,
}
_FOLDERS: Final = {"mails": Kind.MAILS, "sounds": Kind.SOUNDS, "files": Kind.FILES}


@dataclass(frozen=True, slots=True)
class Place:
    """A file or folder, relative to the folder of the office's data, and for a workbook which of its sheets ('' = the first)."""

    kind: Kind
    path: str
    sheet: str = ""


def place_of(said: str) -> Place:
    """`crm.db`, `lists/staff.csv`, `lists/keys.xlsx#Keys`, `mails:outbox`, `sounds:recordings`, `files:lists`. Raises SheetUnreadable."""
    word, _, path = said.partition(":")
    if word in _FOLDERS and path:
        return Place(_FOLDERS[word], path)
    path, _, sheet = said.partition("#")
    kind = next((kind for ending, kind in _ENDINGS.items() if path.lower().endswith(ending)), None)
    if kind is None or (sheet and kind is not Kind.EXCEL):
        raise SheetUnreadable(
            f"Nothing says what lies at '{said}'.",
            f"Name a file that ends in {', '.join(_ENDINGS)}, or a folder as mails:PATH, sounds:PATH or files:PATH.",
        )
    return Place(kind, path, sheet)
