"""What to show, and the pack that shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

TITLE: Final = "troth evidence pack 1"
"""The first line of every pack; its blanks keep it from ever being taken for a checkpoint, whose first line has none."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What a pack shows: entries by number, and everything that speaks of these clauses and statements.

    `payloads` are the entries that are shown with what was recorded beside them; everything else stays unreadable.
    `personal` says why payloads of entries about a person may leave, and is recorded; without it they may not.
    `everything` shows the header of every entry, which proves that none was left out.
    """

    clauses: tuple[str, ...] = ()
    statements: tuple[str, ...] = ()
    sequences: tuple[int, ...] = ()
    payloads: tuple[int, ...] = ()
    personal: str = ""
    everything: bool = False

    @property
    def empty(self) -> bool:
        """Whether it shows nothing."""
        return not (self.clauses or self.statements or self.sequences or self.payloads or self.everything)


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack as written: its text, and what to say of it."""

    text: str
    made_at: datetime
    origin: str
    size: int
    entries: int
    payloads: int
    simulation: bool
    keys: tuple[str, ...]
