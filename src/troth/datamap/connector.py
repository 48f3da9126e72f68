"""The small protocol behind which a store lies: describe, find, export, change, remove, count, verify.

A connector declares its abilities; whoever uses it looks at them, and a verb it does not declare raises NotAble. A session
is either for reading, and then the store itself refuses writes where it can, or one transaction for writing, which ends
with everything or nothing where `TRANSACTION` is declared. Whatever the store says is translated into StoreUnreachable or
StoreRefused, without a value of anybody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

from troth.datamap.model import Dataset
from troth.datamap.schema import Schema

Key = tuple[Any, ...]
"""The values that name a row, in the order of the dataset's key."""
Row = Mapping[str, Any]
"""Values by the name of their field."""


class Ability(StrEnum):
    """What a connector can do."""

    READ = "read"
    WRITE = "write"
    TRANSACTION = "transaction"
    """All changes of a writing session together, or none."""
    READ_ONLY = "read_only"
    """A reading session that the store itself keeps from writing."""
    DOCUMENTS = "documents"
    """Values at paths inside documents."""
    REFERENCES = "references"
    """It says which references, uniqueness and triggers the store holds."""
    SCRUBS = "scrubs"
    """What it removes is overwritten in the files of the store, not only marked as free."""


@dataclass(frozen=True, slots=True)
class Condition:
    """Rows whose `fields` equal any of `values` (each as many values as there are fields); nulls equal nothing.

    Without fields, and with one empty value, it is met by every row: then `most` says where to stop (0: nowhere).
    """

    fields: tuple[str, ...]
    values: tuple[tuple[Any, ...], ...]
    when: tuple[tuple[str, str], ...] = ()
    folded: bool = False
    most: int = 0


def some_rows(most: int) -> Condition:
    """Any rows, at most so many."""
    return Condition((), ((),), most=most)


@dataclass(frozen=True, slots=True)
class Change:
    """What a field of a row becomes: the same for all rows, or a value of its own for each."""

    key: Key
    values: tuple[tuple[str, Any], ...]
    """By field; a path with a list in it changes every element."""


class Reading(Protocol):
    """A session that reads."""

    def find(self, dataset: Dataset, condition: Condition, fields: Sequence[str]) -> Iterator[Row]:
        """The named fields of the rows that meet a condition, one after the other."""
        ...

    def export(self, dataset: Dataset, keys: Sequence[Key]) -> Iterator[Row]:
        """Every mapped field of the rows with these keys, documents whole under their column."""
        ...

    def count(self, table: str, condition: Condition) -> int:
        """How many rows of a table (mapped or not) meet a condition on its columns."""
        ...

    def verify(self, dataset: Dataset, gone: Sequence[Key], changed: Sequence[Change]) -> tuple[Key, ...]:
        """Read again: the keys that should be gone and are not, or whose fields do not hold what was written."""
        ...


class Writing(Reading, Protocol):
    """A session that reads and writes; what it did is lasting when it ends without an error, and undone otherwise."""

    def change(self, dataset: Dataset, changes: Sequence[Change]) -> int:
        """Write values into rows; how many rows were met."""
        ...

    def remove(self, dataset: Dataset, keys: Sequence[Key]) -> int:
        """Remove rows; how many there were."""
        ...


class Connector(Protocol):
    """A store behind the protocol."""

    @property
    def abilities(self) -> frozenset[Ability]:
        """What it can do."""
        ...

    def describe(self) -> Schema:
        """The live shape of the store. Raises StoreUnreachable, StoreRefused."""
        ...

    def reading(self) -> AbstractContextManager[Reading]:
        """A session for reading, at one instant of the store where it can."""
        ...

    def writing(self) -> AbstractContextManager[Writing]:
        """A session for writing. Raises NotAble where the connector cannot write."""
        ...

    def close(self) -> None:
        """Let go of whatever it holds open."""
        ...


@runtime_checkable
class Fingerprinted(Connector, Protocol):
    """A connector that can say, far cheaper than by describing it, whether the shape of its store is another than before."""

    @property
    def lasting(self) -> bool:
        """Whether its connections may be held open between uses: a server's may, a file's may not."""
        ...

    def fingerprint(self) -> str:
        """A text that changes with the shape; empty where this kind of store has none. Raises StoreUnreachable."""
        ...
