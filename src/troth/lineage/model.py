"""A data set: what it holds, by which lawful way it came, what it was made of, and what a test said of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

PERSONAL: Final = "personal"
SPECIAL: Final = "special"
NON_PERSONAL: Final = "non_personal"
STRICTNESS: Final = (NON_PERSONAL, PERSONAL, SPECIAL)
"""Natures, the strictest last: of several kinds of data together the strictest nature holds."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What somebody says of a set that came in: its columns with the category each belongs to, its purposes, and its source.

    `supplier` says who gave it, in a code that names nobody, and `lawful` is the digest of what shows that they might: both are due
    where the policy's source asks to keep where data came from.
    """

    name: str
    columns: tuple[tuple[str, str], ...]
    purposes: tuple[str, ...]
    source: str
    supplier: str = ""
    lawful: str = ""


@dataclass(frozen=True, slots=True)
class Derivation:
    """What somebody says of a set that was made of others. `columns` default to those of the inputs; `papers` are what its
    requirements ask for (`approver`: the id of who approved); `happened` where it was found to have been made already."""

    name: str
    inputs: tuple[str, ...]
    purposes: tuple[str, ...]
    columns: tuple[tuple[str, str], ...] = ()
    papers: tuple[tuple[str, str], ...] = ()
    happened: bool = False


@dataclass(frozen=True, slots=True)
class Tested:
    """A test that nobody can be found in a set: how, the smallest group found, by whom, the digest of its report, and what it said."""

    dataset: str
    method: str
    group: int
    by: str
    document: str
    passed: bool


@dataclass(frozen=True, slots=True)
class Dataset:
    """A set as it stands. `natural` is what its columns and inputs make it, `nature` what it counts as: a set of columns that identify
    nobody counts as personal until a test said so after it was last declared."""

    name: str
    columns: tuple[tuple[str, str], ...]
    purposes: tuple[str, ...]
    natural: str
    nature: str
    sequence: int
    at: datetime
    source: str = ""
    supplier: str = ""
    lawful: str = ""
    inputs: tuple[str, ...] = ()
    tested: int | None = None
    """The entry of the test that makes it count as non-personal, or of the last one that failed."""

    @property
    def categories(self) -> tuple[str, ...]:
        """The categories it holds, each once."""
        return tuple(dict.fromkeys(category for _, category in self.columns))


@dataclass(frozen=True, slots=True)
class Misfit:
    """A column, in a line (1 is the head of a table), that is not among the listed items, or lies in no category at all."""

    line: int
    column: str
    category: str = ""
    """The category it belongs to, where it belongs to one that is not listed here."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What a look into a file found: `against` is a point (`point:ID`) or a set (`dataset:NAME`)."""

    against: str
    lines: int
    misfits: tuple[Misfit, ...]

    @property
    def passed(self) -> bool:
        """Whether every item is listed."""
        return not self.misfits
