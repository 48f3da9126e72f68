"""Uses: decisions too frequent for an entry each, gathered and sealed into segments."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Final

from troth.ledger.committing import seal
from troth.ledger.errors import DraftRefused
from troth.ledger.model import Draft
from troth.ledger.segments import SegmentName, Segments
from troth.ledger.service import Ledger

MOST: Final = 10_000
Rows = Sequence[Sequence[object]]
_PLAIN: Final = frozenset({str, int, float, bool, type(None)})


class Uses:
    """Gathers rows of one kind and seals them by count or on `flush`. Threads may share it.

    `describe` drafts the event of a segment from its rows, so that its codes can count them.
    What was added and not yet sealed is lost when the process dies, so at most `most` rows are ever at stake (more
    only while the disk or database refuses); nothing sealed is. When sealing fails the rows are kept for the next try.
    """

    def __init__(
        self,
        ledger: Ledger,
        segments: Segments,
        describe: Callable[[Rows], Draft],
        columns: Sequence[str],
        most: int = MOST,
    ) -> None:
        self._ledger = ledger
        self._segments = segments
        self._describe = describe
        self._columns = tuple(columns)
        self._most = most
        self._rows: list[Sequence[object]] = []
        self._adding = threading.Lock()
        self._sealing = threading.Lock()

    def add(self, *values: object) -> None:
        """Take one row, a plain value for each column; seal when there are enough.

        Raises DraftRefused for a row that does not fit, and what `flush` raises.
        """
        if len(values) != len(self._columns) or not all(type(value) in _PLAIN for value in values):
            raise DraftRefused("A use has one text, number, truth value or null for each column.")
        with self._adding:
            self._rows.append(values)
            enough = len(self._rows) >= self._most
        if enough:
            self.flush()

    def flush(self) -> SegmentName | None:
        """Seal what was added so far, durably; None when there was nothing. Raises SegmentProblem, DatabaseProblem."""
        with self._sealing:
            with self._adding:
                rows, self._rows = self._rows, []
            if not rows:
                return None
            try:
                with self._ledger.recording() as work:
                    return seal(work, self._segments, self._describe(rows), self._columns, rows)
            except BaseException:
                with self._adding:
                    self._rows = rows + self._rows
                raise

    @property
    def waiting(self) -> int:
        """How many rows are not sealed yet."""
        return len(self._rows)
