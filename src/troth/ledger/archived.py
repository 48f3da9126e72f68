"""Holding the table of archives against the events that commit to them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection

from troth.ledger import archive
from troth.ledger.model import Event
from troth.ledger.segments import SegmentName, segment_codes, segment_of

ARCHIVED = "ledger:archive:sealed"
_FIRST = "first:"


@dataclass(frozen=True, slots=True)
class Archived:
    """Which entries were moved, and into which file."""

    first: int
    last: int
    digest: str

    @property
    def codes(self) -> tuple[str, ...]:
        """What the event that commits to them says."""
        return (f"{_FIRST}{self.first}", *segment_codes(SegmentName(self.digest, self.last - self.first + 1)))


def archived(event: Event) -> Archived | None:
    """Which entries an event says it moved, and into which file; None for any other event."""
    name = segment_of(event) if event.kind == ARCHIVED else None
    start = next((code.removeprefix(_FIRST) for code in event.codes if code.startswith(_FIRST)), "")
    if name is None or not start.isdecimal():
        return None
    return Archived(int(start), int(start) + name.rows - 1, name.digest)


class Seen:
    """The archives that the events of one ledger commit to, gathered while it is recomputed."""

    def __init__(self) -> None:
        self._committed: set[Archived] = set()

    def add(self, event: Event) -> None:
        """Take one event."""
        found = archived(event)
        if found is not None:
            self._committed.add(found)

    def differences(self, connection: Connection, organisation: str) -> Iterator[tuple[int, str]]:
        """Each archive that no event commits to: its first entry, and why. What lies in them was checked by reading it."""
        for row in archive.archives(connection, organisation):
            if Archived(row.first, row.last, row.digest) not in self._committed:
                yield (
                    row.first,
                    f"no entry commits to the archive that holds the entries {row.first} to {row.last}",
                )
