"""What a probe is, and what a look of it gave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, Protocol

MOST_SHOWN = 20
"""How many findings a look carries as evidence; it counts them all."""
MASK = "•••"


@dataclass(frozen=True, slots=True)
class Probe:
    """Where to look, for what, how often, and which statements the look speaks about."""

    id: str
    title: str
    what: str
    """`sql`, `mail`, `files`, `egress`, `cookies`, `served`, `markers`, `sheets`, `lines` or `parquet`."""
    store: str
    """A database (path or URL), a folder or a site; relative to the folder of the company's data, or a name that the run knows."""
    statements: tuple[str, ...]
    clauses: tuple[str, ...]
    every: float
    """Seconds between looks."""
    query: str = ""
    column: str = ""
    """The column whose values are held against what is allowed."""
    allowed: frozenset[str] | None = None
    """What may be found; None when nothing may."""
    show: tuple[str, ...] = ()
    """Columns whose values may be shown as evidence; the others are masked."""
    people: str = ""
    """For mail: the database in which `query` names addresses (`email`) and since when (`since`). For markers: their list.
    For files: the database in which `query` names the keys of files that must be gone."""
    tracked: tuple[str, ...] = ()
    """For mail: pieces of an address by which a tracked link is known."""
    pattern: str = ""
    """For files: which must not be there; `{key}` stands for the keys that `query` names."""
    row_of: str = ""
    """For sql and egress: where a row that was found stands, as `table.key` or `schema.table.key`, so that it can be opened by its
    `row`; or a table alone."""
    pages: tuple[str, ...] = ()
    """For cookies and served: the paths that are opened."""
    tables: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """For sheets: by name, the spreadsheets, mail folders, recordings and small databases that `query` is asked over."""
    unwanted: tuple[str, ...] = ()
    """For mail: pieces of an address to which no mail may lead."""


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen at an instant: passed when nothing was found that should not be there."""

    probe: str
    passed: bool
    at: datetime
    seen: tuple[dict[str, Any], ...]
    found: int
    """How many findings there are in all."""
    looked_at: int
    """How many rows, mails, files, connections, cookies or pages were looked at."""


class Eye(Protocol):
    """A probe that is ready to look. It may remember when it looked last, and nothing else."""

    def look(self, now: datetime) -> Look:
        """Look. Raises CannotLook when the place does not open."""
        ...
