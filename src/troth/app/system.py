"""The machine's own clock and randomness: the one place that reads them for the product."""

from __future__ import annotations

import os
from datetime import UTC, datetime


class SystemClock:
    """The time of this machine."""

    def now(self) -> datetime:
        """The instant, in UTC."""
        return datetime.now(UTC)


class SystemEntropy:
    """The randomness of the operating system."""

    def bytes(self, n: int) -> bytes:
        """The next n bytes."""
        return os.urandom(n)
