"""Uses: decisions too frequent for an entry each, gathered and sealed into segments."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Final

from troth.ledger.committing import seal
from troth.ledger.errors import DraftRefused, SegmentProblem
from troth.ledger.model import Draft
from troth.ledger.segments import SegmentName, Segments, segment_of
from troth.ledger.service import Ledger

MOST: Final = 10_000
Rows = Sequence[Sequence[object]]
_PLAIN: Final = frozenset({str, int, float, bool, type(None)})


class Uses:
    """Gathers rows of one kind and seals them by count or on `flush`. Threads may share it.

    `describe` drafts the event of a segment from its rows, so that its codes can count them.
    What was added and not yet sealed is lost when the process dies, so at most `most` rows are ever at stake (more
    only while the disk or database refuses); nothing sealed is. When sealing fails the rows are kept for the next try;
    where the database failed, that finds out whether they were sealed after all: no use is on record twice.
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
        self._doubtful: list[Sequence[object]] = []
        self._known = 0
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
            found = self._settle()
            with self._adding:
                self._doubtful, self._rows = self._rows, []
            return self._seal() if self._doubtful else found

    def _seal(self) -> SegmentName:
        rows = self._doubtful
        try:
            with self._ledger.recording() as work:
                name = seal(work, self._segments, self._describe(rows), self._columns, rows)
        except SegmentProblem:
            with self._adding:
                self._rows, self._doubtful = rows + self._rows, []
            raise
        self._known, self._doubtful = work.sequences[-1], []
        return name

    def _settle(self) -> SegmentName | None:
        """Seal what an earlier try did not, and not twice what it did: a commit whose answer was lost may have happened."""
        if not self._doubtful:
            return None
        name = self._segments.write(self._columns, self._doubtful)
        with self._ledger.recording() as work:
            work.lock()
            draft = self._describe(self._doubtful)
            events = self._ledger.events(work.connection, kinds=(draft.kind,), after=self._known)
            if name not in map(segment_of, events):
                seal(work, self._segments, draft, self._columns, self._doubtful)
        self._doubtful = []
        return name

    @property
    def waiting(self) -> int:
        """How many rows are not sealed yet."""
        return len(self._rows) + len(self._doubtful)
