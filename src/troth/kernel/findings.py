"""Findings: what is wrong, where it stands, and how to mend it; values that are collected, never raised one by one."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding weighs: an error refuses, a warning is shown, a note informs."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where something stands: a file as the user named it, line and column counted from 1 (0 = the whole file)."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem: a stable code, its severity and place, one sentence of what, and one of how to mend it."""

    code: str
    severity: Severity
    place: Place
    message: str
    help: str = ""

    def as_json(self) -> dict[str, object]:
        """The finding as plain JSON values."""
        return {
            "code": self.code,
            "severity": self.severity.value,
            "file": self.place.file,
            "line": self.place.line,
            "column": self.place.column,
            "message": self.message,
            "help": self.help,
        }

    def __str__(self) -> str:
        text = f"{self.place}: {self.severity.value}: {self.message} [{self.code}]"
        return f"{text}\n    {self.help}" if self.help else text


class Findings:
    """A growing list of findings, kept in the order of their places when read."""

    def __init__(self) -> None:
        self._items: list[Finding] = []

    def error(self, code: str, place: Place, message: str, help: str = "") -> None:
        """Add a finding that refuses the input."""
        self._items.append(Finding(code, Severity.ERROR, place, message, help))

    def warning(self, code: str, place: Place, message: str, help: str = "") -> None:
        """Add a finding that is shown and does not refuse."""
        self._items.append(Finding(code, Severity.WARNING, place, message, help))

    def note(self, code: str, place: Place, message: str, help: str = "") -> None:
        """Add a finding that only informs."""
        self._items.append(Finding(code, Severity.NOTE, place, message, help))

    def extend(self, more: Iterable[Finding]) -> None:
        """Take over findings made elsewhere."""
        self._items.extend(more)

    @property
    def sorted(self) -> tuple[Finding, ...]:
        """All findings by file, line and code."""
        return tuple(sorted(self._items, key=lambda f: (f.place, f.code, f.message)))

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that refuse, by file, line and code."""
        return tuple(f for f in self.sorted if f.severity is Severity.ERROR)

    @property
    def refused(self) -> bool:
        """Whether any finding is an error."""
        return any(f.severity is Severity.ERROR for f in self._items)

    @property
    def verdict(self) -> str:
        """What refuses, counted: `refused by 2 errors`."""
        number = len(self.errors)
        return f"refused by {number} error{'' if number == 1 else 's'}"

    def __len__(self) -> int:
        return len(self._items)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A help sentence that names the nearest known word, or lists them when few, or is empty."""
    choices = sorted(set(known))
    near = difflib.get_close_matches(word, choices, n=1, cutoff=0.6)
    if near:
        return f"Did you mean '{near[0]}'?"
    if 0 < len(choices) <= 12:
        return f"Known here: {', '.join(choices)}."
    return ""
