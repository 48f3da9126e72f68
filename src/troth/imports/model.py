"""What an import is, what its rows say, and what is to be recorded because of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from troth.sheets import Place

FILLED: Final = "filled"
EMPTY: Final = "empty"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that a row says: of which kind, in which terms (`{column}` stands for a value), and when it says it.

    `name` stays the same from version to version of a declaration: by it the record knows what was brought in already.
    """

    name: str
    what: str
    terms: Mapping[str, Any]
    when: Mapping[str, str]
    """Columns with the value they must have; `filled` and `empty` stand for any and none."""


@dataclass(frozen=True, slots=True)
class Import:
    """A question to the files of an office, and what each row of the answer brings."""

    id: str
    title: str
    places: Mapping[str, Place]
    query: str
    key: tuple[str, ...]
    """The columns that name a row for good."""
    person: Mapping[str, str]
    """By which kind of identity a row names a person, and in which column; empty where it is about nobody."""
    at: str
    """The column that says when it happened; '' where none does."""
    steps: tuple[Step, ...]
    every: float
    """Seconds between looks."""


@dataclass(frozen=True, slots=True)
class Deed:
    """What a step comes to for one row: the terms with the row's values in them. `says` is None where the row does not say it."""

    step: str
    what: str
    says: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Line:
    """A row as far as it matters: its key, whom it names, when it happened, and what it comes to."""

    key: str
    identities: tuple[tuple[str, str], ...]
    at: str
    deeds: tuple[Deed, ...]
