"""Recomputing a whole ledger from its stored bytes, and naming the first entry that does not hold."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from sqlalchemy import Connection

from troth.ledger import tables
from troth.ledger.archive import Archives
from troth.ledger.archived import Seen
from troth.ledger.errors import SegmentProblem
from troth.ledger.header import read_header
from troth.ledger.model import Event, Head
from troth.ledger.reading import root_at
from troth.ledger.sealing import Body, Disclosed, Seals
from troth.ledger.segments import Segments, segment_of
from troth.ledger.tables import Stored, StoredPayload
from troth.ledger.tree import Edge, leaf_hash
from troth.ledger.work import commit

_ANOTHER: Final = "the payload is not the one committed to"


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
    opened: int = 0
    """How many payloads were opened and are the ones committed to."""
    unreadable: int = 0
    """How many lie there whose key was destroyed: their entries hold, and nobody can read them."""
    unopened: int = 0
    """How many lie there sealed, and were not looked into for want of the keys."""

    @property
    def holds(self) -> bool:
        """Whether everything came out as stored."""
        return self.bad_sequence is None


@dataclass(slots=True)
class _Counts:
    """What became of the payloads."""

    opened: int = 0
    unreadable: int = 0
    unopened: int = 0


@dataclass(slots=True)
class _Looking:
    """Through what the ledger is looked at."""

    connection: Connection
    seals: Seals
    archives: Archives
    segments: Segments | None
    seen: Seen = field(default_factory=Seen)
    lost: str = ""
    """Why the entries end early: an archive that cannot be read."""


class _Bad(Exception):
    """The first entry that does not hold."""

    def __init__(self, sequence: int, reason: str) -> None:
        super().__init__(sequence, reason)
        self.sequence = sequence
        self.reason = reason


def verify(
    connection: Connection,
    seals: Seals,
    archives: Archives,
    *,
    trusted: Head | Sequence[Head] | None = None,
    segments: Segments | None = None,
) -> Verified:
    """Recompute every leaf, commitment and node, and the root; where `segments` are given, their files too.

    Payloads are opened where the keys are at hand, but those of erased persons. A ledger cut or rewritten whole, head and
    all, agrees with itself: only a head kept elsewhere (`trusted`) shows it, and the more of them, the nearer the first bad
    entry is named.
    """
    edge, counts, organisation = Edge(), _Counts(), seals.organisation
    head = tables.get_head(connection, organisation)
    kept = [trusted] if isinstance(trusted, Head) else sorted(trusted or (), key=lambda one: one.size)
    bad = None
    try:
        looking = _Looking(connection, seals, archives, segments)
        _recompute(looking, edge, counts)
        _compare_head(connection, head, edge)
        for first, reason in looking.seen.differences(connection, organisation):
            raise _Bad(first, reason)
        _compare_kept(connection, head, kept, archives)
    except _Bad as found:
        bad = found
    return Verified(
        organisation, edge.size, edge.root(), bad.sequence if bad else None, bad.reason if bad else "", len(kept),
        counts.opened, counts.unreadable, counts.unopened,
    )  # fmt: skip


def first_difference(
    one: Connection,
    other: Connection,
    organisation: str,
    ones: Segments | None = None,
    others: Segments | None = None,
) -> int | None:
    """The first entry that differs in two databases of one ledger; None where one continues the other.

    Both should have been verified: this goes by their trees.
    """
    sizes = [tables.get_head(connection, organisation).size for connection in (one, other)]

    def differ(size: int) -> bool:
        ours = root_at(one, organisation, size, Archives(ones))
        return ours != root_at(other, organisation, size, Archives(others))

    return bisect_left(range(1, min(sizes) + 1), True, key=differ) + 1 if differ(min(sizes)) else None


def _recompute(looking: _Looking, edge: Edge, counts: _Counts) -> None:
    entries = looking.archives.entries(looking.connection, looking.seals.organisation)
    while page := _page(entries, looking):
        _check_page(looking, edge, page, counts)
    if looking.lost:
        raise _Bad(edge.size + 1, looking.lost)


def _page(entries: Iterator[Stored], looking: _Looking) -> list[Stored]:
    """The next entries, up to one that lies in an archive which cannot be read."""
    page: list[Stored] = []
    try:
        page.extend(islice(entries, tables.PAGE))
    except SegmentProblem as problem:
        looking.lost = problem.message
    return page


def _check_page(looking: _Looking, edge: Edge, page: list[Stored], counts: _Counts) -> None:
    connection, organisation = looking.connection, looking.seals.organisation
    lying = looking.archives.payloads(connection, organisation, edge.size + 1, page[-1].sequence)
    completed: list[tuple[int, int, bytes]] = []
    bodies: list[Body] = []
    bad = None
    try:
        for entry in page:
            event = _check_entry(organisation, edge.size + 1, entry)
            bodies += _body(event, lying.pop(entry.sequence, None))
            _check_segment(event, looking.segments)
            looking.seen.add(event)
            completed += edge.append(entry.leaf)
    except _Bad as found:
        bad = found  # an earlier one may yet be found among those it was preceded by
    _check_nodes(connection, organisation, completed, looking.archives)
    _check_payloads(connection, looking.seals, bodies, counts)
    if bad is not None:
        raise bad


def _check_entry(organisation: str, expected: int, entry: Stored) -> Event:
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
    return event


def _body(event: Event, stored: StoredPayload | None) -> list[Body]:
    if event.commitment is None:
        if stored is not None:
            raise _Bad(event.sequence, "a payload lies beside an entry that committed to none")
        return []
    if stored is None:
        raise _Bad(event.sequence, "the payload is missing")
    return [Body(event.sequence, event.subject, event.commitment, stored)]


def _check_payloads(connection: Connection, seals: Seals, bodies: list[Body], counts: _Counts) -> None:
    """Open what can be opened, and hold it against the commitments. A key may be missing of the erased alone."""
    named = {body.subject for body in bodies if body.subject is not None}
    gone = seals.tombstones.among(connection, seals.organisation, named) if named else frozenset()
    looked = bodies if seals.sealer is not None else [body for body in bodies if not body.stored.sealed]
    for body, found in zip(looked, _opened(seals, gone, looked), strict=True):
        if found is None and body.subject not in gone:
            raise _Bad(body.sequence, "the key of the payload is missing, and no erasure says why")
        altered = found is not None and commit(found.salt, found.payload) != body.commitment
        if altered or (body.stored.sealed and body.stored.salt):
            raise _Bad(body.sequence, _ANOTHER)
        counts.opened += found is not None
        counts.unreadable += found is None
    counts.unopened += len(bodies) - len(looked)


def _opened(seals: Seals, gone: frozenset[str], bodies: list[Body]) -> list[Disclosed | None]:
    """All of them opened; where one is broken, each by itself, so that the first can be named."""
    try:
        return seals.open_but(gone, bodies)
    except seals.broken:
        pass
    found = []
    for body in bodies:
        try:
            found += seals.open_but(gone, [body])
        except seals.broken:
            raise _Bad(body.sequence, _ANOTHER) from None
    return found


def _check_segment(event: Event, segments: Segments | None) -> None:
    name = segment_of(event) if segments is not None else None
    if segments is None or name is None:
        return
    try:
        segments.check(name)
    except SegmentProblem as problem:
        raise _Bad(event.sequence, problem.message) from None


def _check_nodes(
    connection: Connection, organisation: str, completed: list[tuple[int, int, bytes]], archives: Archives
) -> None:
    """Hold the recomputed nodes against the stored ones, and name the first leaf below the first that differs."""
    stored = archives.nodes(connection, organisation, [(level, position) for level, position, _ in completed])
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


def _compare_kept(connection: Connection, head: Head, kept: Sequence[Head], archives: Archives) -> None:
    """Hold the tree against heads kept elsewhere, the smallest first: up to the last that fits, all is as it was."""
    fits: list[int] = [0]
    for one in kept:
        if one.size > head.size:
            raise _Bad(head.size + 1, f"entries up to {one.size} were here once and are gone")
        if root_at(connection, head.organisation, one.size, archives) != one.root:
            first = max(size for size in fits if size < one.size) + 1
            raise _Bad(first, f"entries {first} to {one.size} are not those that were here once")
        fits.append(one.size)
