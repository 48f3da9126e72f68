"""What the probes of a company have looked at, as its record tells: whoever waits for them waits for looks, and not for seconds."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from troth.client import Client

KIND: Final = "promises:probe:"
"""What looks are called in the record; the colon takes in whatever came of them."""


class Looks:
    """The last look of each probe that has looked so far."""

    def __init__(self, board: Client) -> None:
        self._board = board
        self._after = 0
        self._last: dict[str, datetime] = {}

    def all_since(self, at: datetime) -> bool:
        """Whether every probe that ever looked began a look after this instant; False while none has."""
        self._hear()
        return bool(self._last) and min(self._last.values()) > at

    def _hear(self) -> None:
        """Read on where the last reading ended."""
        while True:
            page = self._board.evidence(self._after, KIND)
            for event in page["events"]:
                at = datetime.fromisoformat(event["occurred_at"]).astimezone(UTC)
                self._last |= {code[6:]: at for code in event["codes"] if code.startswith("probe=")}
            if page["next"] <= self._after:
                return
            self._after = page["next"]
