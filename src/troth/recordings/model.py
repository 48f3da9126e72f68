"""A recording: what it takes, why, since when, and what ended it. Of whom stands sealed in the record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

OVER: Final = "over"
DENIED: Final = "denied"
GONE: Final = "gone"
WHYS: Final = (OVER, DENIED, GONE)
"""It was over; a condition did not hold any more; its person was erased."""


@dataclass(frozen=True, slots=True)
class Recording:
    """A call or contact that is or was recorded. `clauses` are those under which it was begun; `missing` the conditions that had
    ceased to hold when it was ended for that."""

    id: str
    data: tuple[str, ...]
    purpose: str
    via: str
    clauses: tuple[str, ...]
    sequence: int
    began: datetime
    ended: datetime | None = None
    why: str = ""
    missing: tuple[str, ...] = ()

    @property
    def going(self) -> bool:
        """Whether it goes on."""
        return self.ended is None
