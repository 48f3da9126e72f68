"""The live shape of a store, as a connector describes it: tables, columns, keys, what refers to what, triggers; pure values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a column holds, as far as writing something else into it asks."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    INSTANT = "instant"
    FLAG = "flag"
    BYTES = "bytes"
    DOCUMENT = "document"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a live table; `length` is 0 where text may be of any length."""

    name: str
    kind: Kind
    nullable: bool = True
    length: int = 0


@dataclass(frozen=True, slots=True)
class Reference:
    """A foreign key that the store holds: values of `columns` must stand in `on` of the table `to`."""

    columns: tuple[str, ...]
    to: str
    on: tuple[str, ...]
    on_delete: str = ""
    """`cascade`, `set null`, `set default`, or empty: the store refuses."""
    deferrable: bool = False
    """Whether the check can wait for the end of the transaction."""


@dataclass(frozen=True, slots=True)
class Trigger:
    """Something the store does by itself when rows of a table change (`delete`, `update`)."""

    name: str
    events: frozenset[str]


@dataclass(frozen=True, slots=True)
class Table:
    """A live table, file or collection."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    unique: tuple[tuple[str, ...], ...] = ()
    references: tuple[Reference, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    indexed: tuple[tuple[str, ...], ...] = ()
    """Leading columns of each index, keys and unique ones included."""
    sampled: bool = False
    """Whether the columns are only what some rows hold, or nothing lies there now: one that none of them held may come again."""

    def column(self, name: str) -> Column | None:
        """The column of that name, or None."""
        return next((one for one in self.columns if one.name == name), None)

    def is_unique(self, column: str) -> bool:
        """Whether the column takes part in a key or a uniqueness that the store holds."""
        return any(column in group for group in (self.key, *self.unique))


@dataclass(frozen=True, slots=True)
class Schema:
    """All tables of a store."""

    tables: tuple[Table, ...]

    def table(self, name: str) -> Table | None:
        """The table of that name, or None."""
        return next((one for one in self.tables if one.name == name), None)

    def referring_to(self, name: str) -> tuple[tuple[Table, Reference], ...]:
        """Every foreign key that points at a table, with the table it stands in."""
        return tuple((t, r) for t in self.tables for r in t.references if r.to == name)
