"""Recomputing a whole ledger from its stored bytes, and naming the first entry that does not hold."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from troth.ledger import tables
from troth.ledger.errors import SegmentProblem
from troth.ledger.header import read_header
from troth.ledger.model import Event, Head
from troth.ledger.reading import root_at
from troth.ledger.segments import Segments, segment_of
from troth.ledger.tables import Stored, StoredPayload
from troth.ledger.tree import Edge, leaf_hash
from troth.ledger.work import commit


@dataclass(frozen=True, slots=True)
class Verified:
    """What was found: how many entries were recomputed, and the first that is bad, with the reason."""

    organisation: str
    entries: int
    root: bytes
    bad_sequence: int | None = None
    reason: str = ""
    kept: int = 0
    """With how many heads kept elsewhere it was compared; without any, a ledger rewritten whole goes unseen."""

    @property
    def holds(self) -> bool:
        """Whether everything came out as stored."""
        return self.bad_sequence is None


class _Bad(Exception):
    """The first entry that does not hold."""

    def __init__(self, sequence: int, reason: str) -> None:
        super().__init__(sequence, reason)
        self.sequence = sequence
        self.reason = reason


def verify(
    connection: Connection,
    organisation: str,
    *,
    trusted: Head | Sequence[Head] | None = None,
    segments: Segments | None = None,
) -> Verified:
    """Recompute every leaf, commitment and node, and the root; where `segments` are given, their files too.

    A ledger cut or rewritten whole, head and all, agrees with itself: only a head kept elsewhere (`trusted`) shows it, and
    the more of them, the nearer the first bad entry is named.
    """
    edge = Edge()
    head = tables.get_head(connection, organisation)
    kept = [trusted] if isinstance(trusted, Head) else sorted(trusted or (), key=lambda one: one.size)
    try:
        _recompute(connection, organisation, edge, segments)
        _compare_head(connection, head, edge)
        _compare_kept(connection, head, kept)
    except _Bad as bad:
        return Verified(organisation, edge.size, edge.root(), bad.sequence, bad.reason, len(kept))
    return Verified(organisation, edge.size, edge.root(), kept=len(kept))


def first_difference(one: Connection, other: Connection, organisation: str) -> int | None:
    """The first entry that differs in two databases of one ledger; None where one continues the other.

    Both should have been verified: this goes by their trees.
    """
    sizes = [tables.get_head(connection, organisation).size for connection in (one, other)]

    def differ(size: int) -> bool:
        return root_at(one, organisation, size) != root_at(other, organisation, size)

    return bisect_left(range(1, min(sizes) + 1), True, key=differ) + 1 if differ(min(sizes)) else None


def _recompute(connection: Connection, organisation: str, edge: Edge, segments: Segments | None) -> None:
    page: list[Stored] = []
    for entry in tables.get_entries(connection, organisation):
        page.append(entry)
        if len(page) == tables.PAGE:
            _check_page(connection, organisation, edge, page, segments)
            page = []
    _check_page(connection, organisation, edge, page, segments)


def _check_page(
    connection: Connection, organisation: str, edge: Edge, page: list[Stored], segments: Segments | None
) -> None:
    if not page:
        return
    bodies = tables.get_payloads(connection, organisation, edge.size + 1, page[-1].sequence)
    completed: list[tuple[int, int, bytes]] = []
    try:
        for entry in page:
            event = _check_entry(organisation, edge.size + 1, entry, bodies.pop(entry.sequence, None))
            _check_segment(event, segments)
            completed += edge.append(entry.leaf)
    finally:
        _check_nodes(connection, organisation, completed)


def _check_entry(organisation: str, expected: int, entry: Stored, body: StoredPayload | None) -> Event:
    if entry.sequence != expected:
        raise _Bad(expected, "the entry is missing")
    if leaf_hash(entry.header) != entry.leaf:
        raise _Bad(expected, "the header was altered after it was recorded")
    try:
        event = read_header(entry.header)
    except ValueError:
        raise _Bad(expected, "the header cannot be read") from None
    if (event.organisation, event.sequence, event.kind, event.subject) != (
        organisation,
        expected,
        entry.kind,
        entry.subject,
    ):
        raise _Bad(expected, "the row does not say what its header says")
    _check_payload(event, body)
    return event


def _check_payload(event: Event, body: StoredPayload | None) -> None:
    if event.commitment is None:
        if body is not None:
            raise _Bad(event.sequence, "a payload lies beside an entry that committed to none")
    elif body is None:
        raise _Bad(event.sequence, "the payload is missing")
    elif not body.sealed and commit(body.salt, body.payload) != event.commitment:
        raise _Bad(event.sequence, "the payload is not the one committed to")


def _check_segment(event: Event, segments: Segments | None) -> None:
    name = segment_of(event) if segments is not None else None
    if segments is None or name is None:
        return
    try:
        segments.check(name)
    except SegmentProblem as problem:
        raise _Bad(event.sequence, problem.message) from None


def _check_nodes(connection: Connection, organisation: str, completed: list[tuple[int, int, bytes]]) -> None:
    """Hold the recomputed nodes against the stored ones, and name the first leaf below the first that differs."""
    stored = tables.get_nodes(
        connection, organisation, [(level, position) for level, position, _ in completed]
    )
    for level, position, digest in sorted(completed):
        if stored.get((level, position)) != digest:
            first, last = (position << level) + 1, (position + 1) << level
            raise _Bad(first, f"entries {first} to {last} are not those the tree was built on")


def _compare_head(connection: Connection, head: Head, edge: Edge) -> None:
    if edge.size < head.size:
        raise _Bad(edge.size + 1, f"entries from here up to {head.size} are missing")
    if edge.size > head.size:
        raise _Bad(head.size + 1, "an entry lies past the head of the tree")
    if edge.root() != head.root or b"".join(edge.roots) != tables.get_edge(connection, head.organisation):
        raise _Bad(max(1, head.size), "the head of the tree is not the one its entries add up to")


def _compare_kept(connection: Connection, head: Head, kept: Sequence[Head]) -> None:
    """Hold the tree against heads kept elsewhere, the smallest first: up to the last that fits, all is as it was."""
    fits: list[int] = [0]
    for one in kept:
        if one.size > head.size:
            raise _Bad(head.size + 1, f"entries up to {one.size} were here once and are gone")
        if root_at(connection, head.organisation, one.size) != one.root:
            first = max(size for size in fits if size < one.size) + 1
            raise _Bad(first, f"entries {first} to {one.size} are not those that were here once")
        fits.append(one.size)
