"""What a field becomes on an erasure: which way the map and the column together allow, and the value that is written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from troth.datamap.model import Dataset, Erasure, Field
from troth.datamap.schema import Column, Kind, Table

ERASED: Final = "erased"
_EMPTY: Final[dict[Kind, Any]] = {
    Kind.TEXT: ERASED,
    Kind.NUMBER: 0,
    Kind.DATE: "1900-01-01",
    Kind.INSTANT: "1900-01-01 00:00:00",
    Kind.FLAG: False,
    Kind.BYTES: b"",
}
"""What `anonymise` writes where the map gives no value."""
SHORTEST: Final = 8
"""A pseudonym with fewer characters would meet another."""
TOKEN: Final = "{}"  # noqa: S105 - where a pseudonym stands in a value of the map
_NULLABLE_ERASURES = (Erasure.NULL, Erasure.ANONYMISE, Erasure.PSEUDONYM)


@dataclass(frozen=True, slots=True)
class Treatment:
    """What a field of a row becomes."""

    field: str
    way: Erasure
    kind: Kind
    value: str = ""
    length: int = 0

    def written(self, token: str) -> Any:
        """The value to write; `token` is what a pseudonym is made of, at least 20 hexadecimal digits."""
        if self.way is Erasure.NULL:
            return None
        if self.way is Erasure.ANONYMISE:
            said = self.value or _EMPTY.get(self.kind, ERASED)
            return said[: self.length] if self.length and isinstance(said, str) else said
        if self.kind is Kind.NUMBER:
            return int(token[:7], 16)
        text = self.value.replace(TOKEN, token[:20]) if TOKEN in self.value else f"p-{token[:20]}"
        return text[: self.length] if self.length else text


def treated(dataset: Dataset, table: Table, *, keep_row: bool) -> Iterator[Field]:
    """The fields that an erasure writes into when the row stays: personal ones, and those that say so."""
    for field in dataset.fields:
        if field.erasure is Erasure.KEEP or (keep_row and field.erasure is None):
            continue
        if (field.personal or field.erasure is not None) and _column(table, field) is not None:
            yield field


def treatment(dataset: Dataset, table: Table, field: Field) -> Treatment | str:
    """How a field is treated, or one sentence why the store would refuse what the map says."""
    column = _column(table, field)
    assert column is not None
    if len(field.path) > 1:
        kind = Kind.TEXT
        return Treatment(field.name, field.erasure or _of_row(dataset) or Erasure.NULL, kind, field.value)
    way = field.erasure or _chosen(dataset, table, field, column)
    problem = _problem(table, field, column, way)
    if problem:
        return f"{dataset.name}.{field.name} {problem}"
    return Treatment(field.name, way, column.kind, field.value, column.length)


def _column(table: Table, field: Field) -> Column | None:
    """The live column; where only some rows were looked at, one that none of them held is taken for text."""
    return table.column(field.column) or (Column(field.column, Kind.TEXT) if table.sampled else None)


def _of_row(dataset: Dataset) -> Erasure | None:
    """What a dataset says of its fields when the row stays."""
    return dataset.erasure if dataset.erasure in _NULLABLE_ERASURES else None


def _chosen(dataset: Dataset, table: Table, field: Field, column: Column) -> Erasure:
    """Where a field says nothing: what its dataset says if that fits, else the next thing that does."""
    wanted = _of_row(dataset) or Erasure.NULL
    order = (wanted, Erasure.NULL, Erasure.ANONYMISE, Erasure.PSEUDONYM)
    return next((way for way in order if not _problem(table, field, column, way)), wanted)


def _problem(table: Table, field: Field, column: Column, way: Erasure) -> str:
    """Why a column would not take what a way writes; empty when it would."""
    unique = table.is_unique(field.column)
    if field.column in table.key:
        return "is part of the key that names its row, and cannot be changed"
    if way is Erasure.NULL and not column.nullable:
        return "is to become null, and its column may not be empty"
    if way is Erasure.ANONYMISE and unique:
        return "is to become the same for everybody, and its column must be unique"
    if way is Erasure.ANONYMISE and column.kind in (Kind.OTHER, Kind.DOCUMENT):
        return "is of a kind that has no empty value"
    if way is Erasure.PSEUDONYM and column.kind not in (Kind.TEXT, Kind.NUMBER):
        return "is of a kind that takes no pseudonym"
    if way is Erasure.PSEUDONYM and column.kind is Kind.TEXT and 0 < column.length < SHORTEST:
        return "is too short for a pseudonym"
    if way is not Erasure.NULL and any(field.column in reference.columns for reference in table.references):
        return "refers to another row, and would refer to nothing"
    return ""
