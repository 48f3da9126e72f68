"""What is on record about a recipient."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Entry:
    """One fact about a recipient (`confidentiality`, `controlled` …), valid from an instant until before another.

    `stake` is the share of control in percent, for `controlled`.
    """

    fact: str
    since: datetime
    until: datetime | None = None
    stake: Decimal | None = None

    def holds(self, at: datetime) -> bool:
        """Whether it is in force at an instant."""
        return self.since <= at and (self.until is None or at < self.until)
