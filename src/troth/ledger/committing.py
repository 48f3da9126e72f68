"""Committing to a segment: its file first, then the event that names it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from troth.ledger.model import Draft
from troth.ledger.segments import SegmentName, Segments, segment_codes
from troth.ledger.work import Work


def seal(
    work: Work, segments: Segments, draft: Draft, columns: Sequence[str], rows: Sequence[Sequence[object]]
) -> SegmentName:
    """Write a segment, then record the draft with the commitment to it among its codes.

    A crash in between leaves a file that no event names: harmless, never an event without its file.
    """
    name = segments.write(columns, rows)
    work.record(replace(draft, codes=(*draft.codes, *segment_codes(name))))
    return name
