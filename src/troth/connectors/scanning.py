"""Sessions over stores that are read row by row and know no transaction: what is to change is kept until the session ends.

A store says how its rows are read (`Source`); whatever a session changed or removed lies over them, so that it sees its own
work, and is carried out when it ends well. Keys and values are compared as text: a number in a file equals its digits.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from troth.connectors.documents import parsed
from troth.connectors.rows import changed, document_columns, field_of, is_nested, key_of, meets, unmet
from troth.datamap.connector import Ability, Change, Condition, Key, Row
from troth.datamap.errors import NotAble, StoreRefused
from troth.datamap.model import Dataset, path_of

TextKey = tuple[str, ...]
Values = tuple[tuple[str, Any], ...]


class Absent(dict[str, Any]):
    """A row of a store where rows need not hold all columns: what one does not name is null."""

    def __missing__(self, name: str) -> None:
        return None


def as_text(key: Sequence[Any]) -> TextKey:
    """A key as it is compared."""
    return tuple(map(str, key))


class Scanned:
    """What connectors to such stores have in common: a name in the map, whether they may write, and the names the map uses."""

    def __init__(self, system: str, writable: bool, tables: Sequence[str]) -> None:
        self._system = system
        self._writable = writable
        self._named = tuple(tables)

    @property
    def abilities(self) -> frozenset[Ability]:
        """Reading, documents, and writing where it was opened for that."""
        return frozenset({Ability.READ, Ability.DOCUMENTS, *([Ability.WRITE] if self._writable else [])})

    def close(self) -> None:
        """Nothing is held open between sessions."""

    def _able(self) -> None:
        """Pass where it may write. Raises NotAble."""
        if not self._writable:
            raise NotAble(f"{self._system} was opened for reading alone.", "Open it for writing.")


class InFolder(Scanned):
    """A store that lies in one folder of this machine."""

    def __init__(
        self, system: str, folder: Path, *, writable: bool = True, tables: Sequence[str] = ()
    ) -> None:
        super().__init__(system, writable, tables)
        self._folder = folder


class Source(Protocol):
    """Where the rows of a store are read."""

    def rows(self, table: str, names: Sequence[str], condition: Condition | None) -> Iterator[dict[str, Any]]:
        """The rows of a table with at least the named columns; where a condition is given, at least those that meet it."""
        ...


S = TypeVar("S", bound=Source)


class ScanReading(Generic[S]):
    """Reads rows one after the other, as their source hands them out."""

    def __init__(self, system: str, source: S) -> None:
        self._system = system
        self._source = source

    def scan(self, table: str, names: Sequence[str], condition: Condition | None) -> Iterator[dict[str, Any]]:
        """The rows as this session sees them."""
        return self._source.rows(table, names, condition)

    def find(self, dataset: Dataset, condition: Condition, fields: Sequence[str]) -> Iterator[Row]:
        """Rows that meet a condition."""
        if condition.values:
            found = self._matching(dataset.table, condition, fields)
            for row in islice(found, condition.most or None):
                yield self._taken(dataset, row, fields)

    def export(self, dataset: Dataset, keys: Sequence[Key]) -> Iterator[Row]:
        """Whole rows by their keys, documents as values."""
        names = tuple(dict.fromkeys((*dataset.key, *dataset.columns)))
        documents = document_columns(dataset)
        if keys:
            for row in self._matching(dataset.table, Condition(dataset.key, tuple(keys)), names):
                yield {
                    name: self._document(dataset.table, row[name]) if name in documents else row[name]
                    for name in names
                }

    def count(self, table: str, condition: Condition) -> int:
        """How many rows meet a condition."""
        return sum(1 for _ in self._matching(table, condition, ()))

    def verify(self, dataset: Dataset, gone: Sequence[Key], changed: Sequence[Change]) -> tuple[Key, ...]:
        """The keys that are not as they should be, read again."""
        given = {as_text(key): key for key in (*gone, *(change.key for change in changed))}
        wanted = [Change(as_text(change.key), change.values) for change in changed]
        rows = (
            {**row, **dict(zip(dataset.key, as_text(key_of(dataset, row)), strict=True))}
            for row in self.export(dataset, list(given.values()))
        )
        return tuple(given[key] for key in unmet(dataset, rows, [as_text(key) for key in gone], wanted))

    def _matching(self, table: str, condition: Condition, fields: Sequence[str]) -> Iterator[dict[str, Any]]:
        names = (*fields, *condition.fields, *(name for name, _ in condition.when))
        columns = tuple(dict.fromkeys(path_of(name)[0] for name in names))
        wanted = frozenset(as_text(values) for values in condition.values)
        for row in self.scan(table, columns, condition):
            try:
                fits = _plain_match(row, condition, wanted)
            except ValueError:
                raise self._no_document(table) from None
            if fits:
                yield row

    def _taken(self, dataset: Dataset, row: Row, fields: Sequence[str]) -> Row:
        try:
            return {name: field_of(dataset, row, name) for name in fields}
        except ValueError:
            raise self._no_document(dataset.table) from None

    def _document(self, table: str, value: Any) -> Any:
        try:
            return parsed(value)
        except ValueError:
            raise self._no_document(table) from None

    def _no_document(self, table: str) -> StoreRefused:
        return StoreRefused(
            f"{self._system}: '{table}' holds a document that cannot be read.", "Mend the row."
        )


@dataclass(slots=True)
class Pending:
    """What is to become of rows of one table: by their key, the values to write one after the other, or None where the row goes."""

    key: tuple[str, ...]
    outcomes: dict[TextKey, list[Values] | None] = field(default_factory=dict)

    def through(self, row: dict[str, Any]) -> dict[str, Any] | None:
        """The row as it becomes; the very same where nothing touches it, None where it goes."""
        outcome = self.outcomes.get(as_text([row[name] for name in self.key]), ())
        if outcome is None:
            return None
        for values in outcome:
            row = type(row)({**row, **changed(row, values)})
        return row

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns that have to be read so that the outcome can be told."""
        written = (name for values in self.outcomes.values() for one in values or () for name, _ in one)
        return tuple(dict.fromkeys((*self.key, *(path_of(name)[0] for name in written))))


class ScanWriting(ScanReading[S]):
    """A session that sees what it changed; `pending` holds by table what is to be carried out at its end."""

    def __init__(self, system: str, source: S) -> None:
        super().__init__(system, source)
        self.pending: dict[str, Pending] = {}

    def scan(self, table: str, names: Sequence[str], condition: Condition | None) -> Iterator[dict[str, Any]]:
        """The rows as they become."""
        pending = self.pending.get(table)
        if pending is None:
            yield from self._source.rows(table, names, condition)
            return
        # What a row becomes decides whether it meets a condition: all are looked at, but those asked for by their key.
        keyed = condition if condition and condition.fields == pending.key else None
        for row in self._source.rows(table, tuple(dict.fromkeys((*names, *pending.columns))), keyed):
            try:
                becomes = pending.through(row)
            except ValueError:
                raise self._no_document(table) from None
            if becomes is not None:
                yield becomes

    def change(self, dataset: Dataset, changes: Sequence[Change]) -> int:
        """Write values into rows; how many there are."""
        there, outcomes = self._there(dataset, [change.key for change in changes])
        for change in changes:
            before = outcomes.setdefault(as_text(change.key), [])
            if before is not None:
                before.append(change.values)
        return there

    def remove(self, dataset: Dataset, keys: Sequence[Key]) -> int:
        """Remove rows; how many there were."""
        there, outcomes = self._there(dataset, keys)
        outcomes.update(dict.fromkeys(map(as_text, keys)))
        return there

    def _there(self, dataset: Dataset, keys: Sequence[Key]) -> tuple[int, dict[TextKey, list[Values] | None]]:
        """How many rows have these keys, and where it is kept what becomes of them."""
        if any(value is None for key in keys for value in key):
            raise StoreRefused(
                f"{self._system}: a row of '{dataset.table}' has no key, and others may have none either.",
                "Name columns under 'key:' that every row has.",
            )
        there = self.count(dataset.table, Condition(dataset.key, tuple(keys))) if keys else 0
        return there, self.pending.setdefault(dataset.table, Pending(dataset.key)).outcomes


def _plain_match(row: dict[str, Any], condition: Condition, wanted: frozenset[TextKey]) -> bool:
    """The quick way where fields are plain columns, compared exactly."""
    if condition.when or condition.folded or any(map(is_nested, condition.fields)):
        return meets(row, condition)
    values = [row[name] for name in condition.fields]
    if any(isinstance(value, list) for value in values):
        return meets(row, condition)
    return all(value is not None for value in values) and as_text(values) in wanted
