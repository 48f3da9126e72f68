"""What connectors have in common: taking the values of fields out of rows, and holding rows against a condition."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from troth.connectors.documents import parsed, put_at, values_at
from troth.datamap.connector import Change, Condition, Key
from troth.datamap.model import MANY, Dataset, path_of

T = TypeVar("T")
BATCH = 500
"""How many keys go into one statement."""


def batches(items: Iterable[T], size: int = BATCH) -> Iterator[list[T]]:
    """Items in lists of at most `size`."""
    left = iter(items)
    while batch := list(islice(left, size)):
        yield batch


def is_nested(field: str) -> bool:
    """Whether a field lies inside a document."""
    return len(path_of(field)) > 1


def document_columns(dataset: Dataset) -> frozenset[str]:
    """The columns of a dataset that hold documents."""
    return frozenset(field.column for field in dataset.fields if len(field.path) > 1)


def value_of(row: Mapping[str, Any], field: str) -> Any:
    """A field's value in a row of columns; a list where its path leads through one."""
    path = path_of(field)
    if len(path) == 1:
        return row[path[0]]
    found = list(values_at(parsed(row[path[0]]), path[1:]))
    return found if MANY in path else (found[0] if found else None)


def field_of(dataset: Dataset, row: Mapping[str, Any], field: str) -> Any:
    """As `value_of`; a column of documents comes out as values."""
    found = value_of(row, field)
    return parsed(found) if field in document_columns(dataset) else found


def meets(row: Mapping[str, Any], condition: Condition) -> bool:
    """Whether a row of columns meets a condition, compared as text so that a number in a file equals its digits."""
    if any(str(value_of(row, name)) != wanted for name, wanted in condition.when):
        return False
    wanted_values = {tuple(_text(v, condition.folded) for v in values) for values in condition.values}
    return any(found in wanted_values for found in _combinations(row, condition))


def _combinations(row: Mapping[str, Any], condition: Condition) -> Iterator[tuple[str, ...]]:
    """What a row holds in the fields of a condition: one tuple, or one for each element where a field leads through a list."""
    found: list[tuple[str, ...]] = [()]
    for name in condition.fields:
        value = value_of(row, name)
        values = value if isinstance(value, list) else [value]
        found = [(*before, _text(v, condition.folded)) for before in found for v in values if v is not None]
    yield from found


def _text(value: Any, folded: bool) -> str:
    return str(value).casefold() if folded else str(value)


def changed(row: Mapping[str, Any], values: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """The columns of a row that a change touches, as they become; documents as values."""
    found: dict[str, Any] = {}
    for name, value in values:
        column, *inner = path_of(name)
        if not inner:
            found[column] = value
        else:
            before = found[column] if column in found else parsed(row[column])
            found[column] = put_at(before, tuple(inner), value)
    return found


def holds(row: Mapping[str, Any], change: Change) -> bool:
    """Whether a row holds what a change wrote: each column plain, each value at a path inside a document."""
    for name, value in change.values:
        found = value_of(row, name)
        found_all = found if isinstance(found, list) and is_nested(name) else [found]
        present = [one for one in found_all if one is not None]
        if not all(_same(one, value) for one in present) or (
            value is not None and not present and not is_nested(name)
        ):
            return False
    return True


def _same(found: Any, wanted: Any) -> bool:
    """Whether a store holds what was written, which it may hand out as another type: an amount as 0.0, an instant with its zone."""
    if isinstance(found, datetime) and isinstance(wanted, str):
        return found.replace(tzinfo=None) == datetime.fromisoformat(wanted).replace(tzinfo=None)
    return bool(found == wanted) or str(found) == str(wanted)


def key_of(dataset: Dataset, row: Mapping[str, Any]) -> Key:
    """The key of a row."""
    return tuple(row[name] for name in dataset.key)


def unmet(
    dataset: Dataset, rows: Iterable[Mapping[str, Any]], gone: Sequence[Key], changes: Sequence[Change]
) -> tuple[Key, ...]:
    """Of rows read again: the keys that should be gone, and those that do not hold what was written."""
    should_be_gone = set(gone)
    wanted = {change.key: change for change in changes}
    found = []
    for row in rows:
        key = key_of(dataset, row)
        if key in should_be_gone or (key in wanted and not holds(row, wanted[key])):
            found.append(key)
    return tuple(found)
