"""From a row to what it comes to: values put into the terms of each step, and what no row may leave open."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from troth.imports.errors import RowRefused
from troth.imports.model import EMPTY, FILLED, Deed, Import, Line, Step
from troth.sheets import Sheets

_VALUE: Final = re.compile(r"\{([^{}]+)\}")
_LONGEST: Final = 500


def read_lines(one: Import, sheets: Sheets) -> list[Mapping[str, Any]]:
    """The rows of an import as they stand now. Raises SheetUnreadable."""
    return list(sheets.ask(one.query))


def line_of(one: Import, row: Mapping[str, Any]) -> Line:
    """What a row says. Raises RowRefused, naming columns and no values."""
    key = [_text(_cell(one, row, column)) for column in one.key]
    if not all(key):
        raise RowRefused(f"{one.id}: a row has nothing in {', '.join(one.key)}.", "Each row needs its key.")
    identities = tuple(
        (kind, value) for kind, column in one.person.items() if (value := _text(_cell(one, row, column)))
    )
    if one.person and not identities:
        raise RowRefused(
            f"{one.id}: a row names nobody in {', '.join(one.person.values())}.",
            "Fill it in, or leave the row out.",
        )
    at = _text(_cell(one, row, one.at)) if one.at else ""
    return Line("\x1f".join(key), identities, at, tuple(_deed(one, step, row) for step in one.steps))


def _deed(one: Import, step: Step, row: Mapping[str, Any]) -> Deed:
    met = all(_meets(_text(_cell(one, row, column)), wanted) for column, wanted in step.when.items())
    if not met:
        return Deed(step.name, step.what, None)
    says = {word: _filled(one, value, row) for word, value in step.terms.items()}
    return Deed(
        step.name, step.what, {word: value for word, value in says.items() if value not in ("", [], {})}
    )


def _meets(value: str, wanted: str) -> bool:
    if wanted in (FILLED, EMPTY):
        return bool(value) == (wanted == FILLED)
    return value.lower() == wanted.lower()


def _filled(one: Import, value: Any, row: Mapping[str, Any]) -> Any:
    """A term with the row's values in it; a list in which a value may be several words, as a cell lists them."""
    if isinstance(value, list):
        return [word for part in value for word in re.split(r"[,;\s]+", str(_filled(one, part, row))) if word]
    if isinstance(value, Mapping):
        filled = {str(name): _filled(one, part, row) for name, part in value.items()}
        return {name: part for name, part in filled.items() if part != ""}
    if isinstance(value, str):
        return _VALUE.sub(lambda found: _text(_cell(one, row, found[1])), value).strip()
    return value


def _cell(one: Import, row: Mapping[str, Any], column: str) -> Any:
    if column not in row:
        raise RowRefused(f"{one.id}: there is no column '{column}'.", f"There are {', '.join(row)}.")
    return row[column]


def _text(value: Any) -> str:
    if value is None:
        return ""
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    return text.strip()[:_LONGEST]
