"""Moving old entries into archives, a subtree at a time.

The steps: read the entries of the next whole subtree; write them as a file that is durable; then, under the ledger's lock
and in one transaction, hold the file, read back from the disk, against the rows as they lie now; record the event that
commits to it; take the rows out. A crash before the commit leaves a file that no event names, and every row in its place.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, delete

from troth.ledger import archive, tables
from troth.ledger.archive import Archive, Archives, Unpacked
from troth.ledger.archived import ARCHIVED, Archived
from troth.ledger.errors import ArchiveRefused
from troth.ledger.header import read_header
from troth.ledger.model import Draft
from troth.ledger.segments import Segments
from troth.ledger.service import Ledger
from troth.ledger.tables import Stored, StoredPayload
from troth.ledger.tree import number
from troth.ledger.work import Work

LEVEL: Final = 12
"""4,096 entries an archive: about a megabyte, read in some milliseconds where one entry of it is asked for."""


@dataclass(frozen=True, slots=True)
class _Block:
    first: int
    entries: list[Stored]
    payloads: dict[int, StoredPayload]


class Archiver:
    """Moves the old entries of one ledger into a folder of segments."""

    def __init__(self, ledger: Ledger, segments: Segments, *, level: int = LEVEL) -> None:
        self._ledger = ledger
        self._segments = segments
        self._archives = Archives(segments)
        self._size = 1 << level

    def run(
        self, *, at: datetime, before: datetime, keep: int = 0, tell: Callable[[Archived], None] | None = None
    ) -> list[Archived]:
        """Move every whole subtree that was recorded before an instant and lies under a signed checkpoint.

        `keep` entries at least stay in the tables; `at` is the instant the moves are recorded under. What is done is
        done: called again after an interruption it goes on. Raises ArchiveRefused, SegmentProblem, DatabaseProblem.
        """
        done: list[Archived] = []
        while (block := self._next(before, keep)) is not None:
            moved = self._move(block, at)
            done.append(moved)
            if tell is not None:
                tell(moved)
        return done

    def _next(self, before: datetime, keep: int) -> _Block | None:
        """The next subtree, if it may be moved."""
        organisation = self._ledger.organisation
        with self._ledger.database.read() as connection:
            first = archive.archived_until(connection, organisation) + 1
            last = first + self._size - 1
            signed = tables.get_checkpoints(connection, organisation, limit=1)
            size = self._ledger.head(connection).size
            if (first - 1) % self._size or not signed or last > min(signed[0][0], size - keep):
                return None
            block = _read(connection, organisation, first, last)
        _refuse_readable(block)
        young = any(read_header(one.header).recorded_at >= before for one in block.entries)
        return None if young else block

    def _move(self, block: _Block, at: datetime) -> Archived:
        name = self._segments.write(archive.COLUMNS, archive.pack(block.entries, block.payloads))
        last = block.entries[-1].sequence
        found = Archive(block.first, last, name.digest, b"")
        with self._ledger.recording() as work:
            work.lock()
            unpacked = self._archives.read(found)
            _refuse_different(unpacked, _read(work.connection, work.organisation, block.first, last))
            row = Archive(block.first, last, name.digest, unpacked.marks)
            archive.put_archive(work.connection, work.organisation, row)
            _take_out(work, block.first, last)
            moved = Archived(block.first, last, name.digest)
            work.record(Draft(ARCHIVED, at, codes=moved.codes))
        return moved


def _read(connection: Connection, organisation: str, first: int, last: int) -> _Block:
    entries = list(tables.get_entries(connection, organisation, after=first - 1, until=last))
    return _Block(first, entries, tables.get_payloads(connection, organisation, first, last))


def _refuse_readable(block: _Block) -> None:
    """A file is not searched when somebody is erased: whatever in it is about a person must be under that person's key."""
    for one in block.entries:
        body = block.payloads.get(one.sequence)
        if one.subject is not None and body is not None and not body.sealed:
            raise ArchiveRefused(
                f"The payload of entry {one.sequence} is about a person and not sealed, so it cannot be archived.",
                "Open the organisation with its key store once: that seals what older programs left open.",
            )


def _refuse_different(found: Unpacked, block: _Block) -> None:
    if list(found.entries) != block.entries or found.payloads != block.payloads:
        raise ArchiveRefused(
            f"The archive of the entries from {block.first} on does not hold what the tables hold; nothing was moved.",
            "Run troth verify: the rows may have been tampered with.",
        )


def _take_out(work: Work, first: int, last: int) -> None:
    """Delete the rows of a subtree: entries, payloads, and every node below its top."""
    size, connection = last - first + 1, work.connection
    for table in (tables.entries, tables.payloads):
        mine = (table.c.organisation == work.organisation) & table.c.sequence.between(first, last)
        connection.execute(delete(table).where(mine))
    level = size.bit_length() - 1
    top, start = number(level, (first - 1) >> level), 2 * (first - 1)
    nodes = tables.nodes.c
    below = nodes.node.between(start, start + 2 * size - 2) & (nodes.node != top)
    connection.execute(delete(tables.nodes).where((nodes.organisation == work.organisation) & below))
