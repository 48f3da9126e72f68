"""The names of columns that a text holds: the head of a table, or the keys of every line of JSON. Values are never kept. Pure."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from typing import Final

from troth.lineage.errors import Insufficient

FORMS: Final = ("csv", "tsv", "jsonl")
Lines = Iterator[tuple[int, tuple[str, ...]]]


def form_of(name: str) -> str:
    """The form of a file by its name. Raises Insufficient."""
    end = name.rpartition(".")[2].lower()
    found = {
        "csv": "csv",
        "tsv": "tsv",
        "jsonl": "jsonl",
        "ndjson": "jsonl",
        "log": "jsonl",
        "json": "jsonl",
    }.get(end)
    if found is None:
        raise Insufficient(
            "This kind of file cannot be looked into.",
            "Use .csv, .tsv, or one JSON object a line (.jsonl, .log).",
        )
    return found


def columns_in(text: str, form: str) -> Lines:
    """Every line that names columns, counted from 1. Raises Insufficient where the text has not that form."""
    if form not in FORMS:
        raise Insufficient("This form is not known.", f"One of {', '.join(FORMS)}.")
    return _objects(text) if form == "jsonl" else _table(text, "\t" if form == "tsv" else ",")


def _table(text: str, mark: str) -> Lines:
    """The head, and every row that holds more than the head names: what is beyond it has no name and is listed nowhere."""
    rows = csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=mark)
    head = next(rows, None)
    if not head:
        raise Insufficient("A table begins with the names of its columns.", "Write them in the first line.")
    yield 1, tuple(name.strip() for name in head)
    for row in rows:
        if len(row) > len(head):
            yield rows.line_num, tuple(f"column {number}" for number in range(len(head) + 1, len(row) + 1))


def _objects(text: str) -> Lines:
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            found = json.loads(line)
        except (ValueError, RecursionError):
            raise Insufficient(f"Line {number} is no JSON object.", "Write one object a line.") from None
        if not isinstance(found, dict):
            raise Insufficient(f"Line {number} is no JSON object.", "Write one object a line.")
        yield number, tuple(_keys(found))


def _keys(found: Mapping[str, object], above: str = "") -> Iterator[str]:
    """The keys of an object; what lies within one is named `outer.inner`."""
    for key, value in found.items():
        if isinstance(value, dict) and value:
            yield from _keys(value, f"{above}{key}.")
        else:
            yield f"{above}{key}"
