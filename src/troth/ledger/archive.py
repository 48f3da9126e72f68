"""Archives: old entries in files of the segment kind, so that the tables stay small, and read as if they still lay there.

An archive holds the entries of one whole subtree: 2**level of them, from a border of that size on. Its top node stays in
the tables, every node below is folded from the leaves in the file; so each proof can still be made, and checked. Archives
lie end to end from entry 1 on. Payloads lie in them as they lay in the tables: sealed, dead when their key is.
"""

from __future__ import annotations

import base64
import json
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    func,
    insert,
    select,
)

from troth.db import metadata
from troth.ledger import tables
from troth.ledger.errors import SegmentProblem
from troth.ledger.marks import mark, may_hold
from troth.ledger.recent import Recent
from troth.ledger.segments import SegmentName, Segments
from troth.ledger.tables import Stored, StoredPayload
from troth.ledger.tree import Node, leaf_hash, node_hash
from troth.ledger.upcasters import matches

COLUMNS: Final = ("header", "salt", "payload", "sealed")
_AT_HAND: Final = 4

rows = Table(
    "ledger_archives",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("first", BigInteger, nullable=False),
    Column("last", BigInteger, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("marks", LargeBinary, nullable=False),
    PrimaryKeyConstraint("organisation", "first"),
    sqlite_with_rowid=False,
)


@dataclass(frozen=True, slots=True)
class Archive:
    """Which entries lie in the file of this digest. `marks` tells which kinds and subjects may be among them."""

    first: int
    last: int
    digest: str
    marks: bytes

    @property
    def name(self) -> SegmentName:
        """The file."""
        return SegmentName(self.digest, self.last - self.first + 1)

    def may_hold(self, kinds: Sequence[str], subject: str | None) -> bool:
        """False where no entry of these kinds about this subject lies there."""
        named = not kinds or any(may_hold(self.marks, f"kind {kind}") for kind in kinds)
        return named and (subject is None or may_hold(self.marks, f"subject {subject}"))


class Unpacked:
    """The entries of an archive, and the tree over them."""

    def __init__(self, first: int, entries: Sequence[Stored], payloads: dict[int, StoredPayload]) -> None:
        self.first = first
        self.entries = tuple(entries)
        self.payloads = payloads
        self._levels: list[list[bytes]] | None = None

    @property
    def marks(self) -> bytes:
        """What `Archive.marks` must be."""
        kinds = {one.kind for one in self.entries}
        words = {f"kind {prefix}" for kind in kinds for prefix in (kind, *_prefixes(kind))}
        return mark(words | {f"subject {one.subject}" for one in self.entries if one.subject is not None})

    def node(self, level: int, position: int) -> bytes:
        """The hash of a node at or below the top of this archive, by its place in the whole tree."""
        if self._levels is None:
            self._levels = _levels([one.leaf for one in self.entries])
        return self._levels[level][position - ((self.first - 1) >> level)]


class Archives:
    """Entries of every organisation wherever they lie: in the tables, or in the archives of one folder. Threads may share it.

    Without a folder an entry that was archived cannot be read: SegmentProblem.
    """

    def __init__(self, segments: Segments | None = None) -> None:
        self._segments = segments
        self._recent: Recent[str, Unpacked] = Recent(_AT_HAND)

    def entries(
        self,
        connection: Connection,
        organisation: str,
        *,
        after: int = 0,
        until: int | None = None,
        kinds: Iterable[str] = (),
        subject: str | None = None,
        limit: int | None = None,
        newest_first: bool = False,
    ) -> Iterator[Stored]:
        """As `tables.get_entries`, through archives and tables. Raises SegmentProblem."""
        wanted, edge = tuple(kinds), archived_until(connection, organisation)
        chosen: dict[str, Any] = {"kinds": wanted, "subject": subject, "newest_first": newest_first}
        hot = tables.get_entries(
            connection, organisation, after=max(after, edge), until=until, limit=limit, **chosen
        )
        if after >= edge:
            return hot
        cold = self._archived(connection, organisation, (after, until), **chosen)
        return islice(chain(hot, cold) if newest_first else chain(cold, hot), limit)

    def payload(self, connection: Connection, organisation: str, sequence: int) -> StoredPayload | None:
        """The payload of one entry. Raises SegmentProblem."""
        return self.payloads(connection, organisation, sequence, sequence).get(sequence)

    def payloads(
        self, connection: Connection, organisation: str, first: int, last: int
    ) -> dict[int, StoredPayload]:
        """The payloads of the entries from `first` to `last`, by sequence. Raises SegmentProblem."""
        found = tables.get_payloads(connection, organisation, first, last)
        if first > archived_until(connection, organisation):
            return found
        for archive in archives(connection, organisation, first, last):
            held = self.unpack(archive).payloads
            found |= {at: held[at] for at in held.keys() & range(first, last + 1)}
        return found

    def nodes(self, connection: Connection, organisation: str, wanted: Collection[Node]) -> dict[Node, bytes]:
        """As `tables.get_nodes`; what lies below the top of an archive is folded from its leaves. Raises SegmentProblem."""
        found = tables.get_nodes(connection, organisation, wanted)
        lacking = [node for node in wanted if node not in found]
        if not lacking:
            return found
        last = max((position + 1) << level for level, position in lacking)
        held = archives(connection, organisation, min(p << level for level, p in lacking) + 1, last)
        starts = [archive.first for archive in held]
        for level, position in lacking:
            first, last = (position << level) + 1, (position + 1) << level
            at = bisect_right(starts, first) - 1
            if at >= 0 and last - first < held[at].last - held[at].first and last <= held[at].last:
                found[level, position] = self.unpack(held[at]).node(level, position)
        return found

    def unpack(self, archive: Archive) -> Unpacked:
        """The entries of an archive, after the digest of its file and its marks were checked. Raises SegmentProblem."""
        return self._recent.get(archive.digest, lambda: self._checked(archive))

    def read(self, archive: Archive) -> Unpacked:
        """As `unpack`, always from the disk, whatever its marks say."""
        if self._segments is None:
            raise SegmentProblem(
                f"Entries {archive.first} to {archive.last} lie in an archive, and its folder was not named.",
                "Name the home of this ledger.",
            )
        return unpack(archive.first, self._segments.columns(archive.name))

    def _checked(self, archive: Archive) -> Unpacked:
        found = self.read(archive)
        if found.marks != archive.marks:
            raise SegmentProblem(
                f"The marks of the archive from entry {archive.first} on are not those of its entries.",
                "A search may have passed over them; restore the database from a backup.",
            )
        return found

    def _archived(
        self,
        connection: Connection,
        organisation: str,
        bounds: tuple[int, int | None],
        kinds: tuple[str, ...],
        subject: str | None,
        newest_first: bool,
    ) -> Iterator[Stored]:
        after, until = bounds
        held = archives(connection, organisation, after + 1, until)
        for archive in reversed(held) if newest_first else held:
            if not archive.may_hold(kinds, subject):
                continue
            entries = self.unpack(archive).entries
            for one in reversed(entries) if newest_first else entries:
                within = one.sequence > after and (until is None or one.sequence <= until)
                if within and (not kinds or matches(one.kind, kinds)) and subject in (None, one.subject):
                    yield one


def pack(entries: Sequence[Stored], payloads: dict[int, StoredPayload]) -> list[tuple[object, ...]]:
    """The rows of an archive's file. Raises ValueError for a header that is no UTF-8."""
    return [
        (one.header.decode(), *(_packed(payloads[one.sequence]) if one.sequence in payloads else (None,) * 3))
        for one in entries
    ]


def unpack(first: int, columns: dict[str, list[Any]]) -> Unpacked:
    """The entries in the columns of an archive's file, the first of them with this number."""
    entries, payloads = [], {}
    body = zip(columns["header"], columns["salt"], columns["payload"], columns["sealed"], strict=True)
    for sequence, (header, salt, payload, sealed) in enumerate(body, first):
        data, fields = header.encode(), json.loads(header)
        entries.append(Stored(sequence, fields["kind"], fields["subject"], data, leaf_hash(data)))
        if payload is not None:
            payloads[sequence] = StoredPayload(base64.b64decode(salt), base64.b64decode(payload), sealed)
    return Unpacked(first, entries, payloads)


def archived_until(connection: Connection, organisation: str) -> int:
    """The number of the last entry that was archived; 0 where none was."""
    found = connection.scalar(select(func.max(rows.c.last)).where(rows.c.organisation == organisation))
    return int(found or 0)


def archives(
    connection: Connection, organisation: str, first: int = 1, last: int | None = None
) -> list[Archive]:
    """The archives that hold any of the entries from `first` to `last`, in order."""
    query = select(rows.c.first, rows.c.last, rows.c.digest, rows.c.marks)
    query = query.where(rows.c.organisation == organisation, rows.c.last >= first)
    if last is not None:
        query = query.where(rows.c.first <= last)
    found = connection.execute(query.order_by(rows.c.first))
    return [Archive(start, end, digest, bytes(marks)) for start, end, digest, marks in found]


def put_archive(connection: Connection, organisation: str, archive: Archive) -> None:
    """Remember an archive."""
    row = {"organisation": organisation, "first": archive.first, "last": archive.last}
    connection.execute(insert(rows), row | {"digest": archive.digest, "marks": archive.marks})


def _packed(body: StoredPayload) -> tuple[str, str, bool]:
    return base64.b64encode(body.salt).decode(), base64.b64encode(body.payload).decode(), body.sealed


def _prefixes(kind: str) -> Iterator[str]:
    """`gate:`, `gate:release:` of `gate:release:permitted`."""
    for at, sign in enumerate(kind):
        if sign == ":":
            yield kind[: at + 1]


def _levels(leaves: list[bytes]) -> list[list[bytes]]:
    levels = [leaves]
    while len(levels[-1]) > 1:
        below = levels[-1]
        levels.append([node_hash(*below[at : at + 2]) for at in range(0, len(below), 2)])
    return levels
