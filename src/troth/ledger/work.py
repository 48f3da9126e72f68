"""The unit of work: state and evidence in one transaction, numbered and hashed last."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection

from troth.db import insert_all
from troth.kernel.canonical import SAFE_INTEGER, canonical
from troth.kernel.clock import Clock
from troth.kernel.entropy import Entropy
from troth.ledger import tables
from troth.ledger.header import read_header, write_header, write_instant
from troth.ledger.keys import PseudonymKey
from troth.ledger.model import Draft
from troth.ledger.projections import Projection, read_payload, readers
from troth.ledger.sealing import SALT_BYTES, Seals
from troth.ledger.tree import Edge, leaf_hash, number
from troth.ledger.upcasters import Upcasters, matches

_FLAT: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Desk:
    """What every writer of one organisation's ledger needs."""

    organisation: str
    key: PseudonymKey
    clock: Clock
    entropy: Entropy
    projections: tuple[Projection, ...]
    upcasters: Upcasters
    seals: Seals
    _readers: dict[str, tuple[Projection, ...]] = field(default_factory=dict, compare=False)

    def readers(self, kind: str) -> tuple[Projection, ...]:
        """The projections that read a kind; there are few kinds, so each is looked up once."""
        found = self._readers.get(kind)
        if found is None:
            found = self._readers[kind] = tuple(readers(self.projections, kind, self.upcasters))
        return found


@dataclass(slots=True)
class _Rows:
    """Rows in the order of their tables' columns."""

    entries: list[tuple[object, ...]] = field(default_factory=list)
    payloads: list[tuple[object, ...]] = field(default_factory=list)
    nodes: list[tuple[object, ...]] = field(default_factory=list)
    headers: list[bytes] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A draft with all that can be made of it alone."""

    draft: Draft
    subject: str | None
    payload: bytes | None


@dataclass(frozen=True, slots=True)
class Sealed:
    """A draft with its commitment and its sealed payload: nothing is left but its number."""

    draft: Draft
    subject: str | None
    payload: bytes | None
    commitment: str | None
    body: bytes | None


def prepare(desk: Desk, draft: Draft) -> Prepared:
    """The draft with its pseudonym and canonical payload. Raises NotJson for a payload that JSON cannot carry."""
    subject = desk.key.pseudonym(draft.subject) if draft.subject is not None else None
    return Prepared(draft, subject, canonical_payload(draft.payload) if draft.payload is not None else None)


def seal_all(desk: Desk, drafts: Sequence[Prepared]) -> list[Sealed]:
    """Commit to their payloads and seal them, all in one go. Best done before any lock is held: a new key is a commit.

    Raises what the sealer raises; then nothing was sealed.
    """
    held = [one for one in drafts if one.payload is not None]
    salts = desk.entropy.bytes(SALT_BYTES * len(held))
    items: list[tuple[str | None, str, bytes, bytes]] = []
    for place, one in enumerate(held):
        assert one.payload is not None
        salt = salts[place * SALT_BYTES : (place + 1) * SALT_BYTES]
        items.append((one.subject, commit(salt, one.payload), salt, one.payload))
    bodies = iter(zip(items, desk.seals.seal(items), strict=True)) if items else iter(())
    found = []
    for one in drafts:
        if one.payload is None:
            found.append(Sealed(one.draft, one.subject, None, None, None))
        else:
            (_, commitment, _, _), body = next(bodies)
            found.append(Sealed(one.draft, one.subject, one.payload, commitment, body))
    return found


class Writer:
    """Writes entries of one organisation within one transaction. The first entry takes the organisation's lock."""

    def __init__(self, connection: Connection, desk: Desk) -> None:
        self.connection = connection
        self.desk = desk
        self._edge: Edge | None = None
        self._head_due = False
        self._halfway = False

    def lock(self) -> Edge:
        """The edge of the tree, held from now on against every other writer of the organisation."""
        if self._edge is None:
            self._edge = tables.lock_head(self.connection, self.desk.organisation)
        return self._edge

    def write(self, drafts: Sequence[Sealed]) -> list[int]:
        """Number, hash and store them, and bring the projections up to them; their sequence numbers.

        Raises SubjectGone, with nothing written, where a payload is of somebody who was erased meanwhile.
        """
        self._refuse_halfway()
        edge = self.lock()
        self.desk.seals.refuse_gone(
            self.connection,
            {one.subject for one in drafts if one.body is not None and one.subject is not None},
        )
        self._halfway = True
        first = edge.size + 1
        rows = self._rows(drafts, edge)
        insert_all(self.connection, tables.entries, rows.entries)
        insert_all(self.connection, tables.payloads, rows.payloads)
        insert_all(self.connection, tables.nodes, rows.nodes)
        self._head_due = True
        self._project(drafts, rows.headers)
        self._halfway = False
        return list(range(first, first + len(drafts)))

    def finish(self) -> None:
        """Write the head, once, when all is written."""
        self._refuse_halfway()
        if self._head_due and self._edge is not None:
            tables.set_head(self.connection, self.desk.organisation, self._edge)
            self._head_due = False

    def mark(self) -> tuple[Edge | None, bool]:
        """Where the writer stands, to return to when a savepoint is rolled back."""
        return (self._edge.copy() if self._edge else None), self._head_due

    def return_to(self, mark: tuple[Edge | None, bool]) -> None:
        """Forget what was written since the mark; the database forgets it by its savepoint."""
        self._edge, self._head_due = mark
        self._halfway = False

    def _refuse_halfway(self) -> None:
        """An error swallowed by a caller must not let half of a work be committed."""
        if self._halfway:
            raise RuntimeError("recording failed earlier in this work; the work must fail with it")

    def _rows(self, drafts: Sequence[Sealed], edge: Edge) -> _Rows:
        desk, rows = self.desk, _Rows()
        recorded_at = write_instant(desk.clock.now())
        for ready in drafts:
            sequence = edge.size + 1
            if ready.body is not None:
                rows.payloads.append((desk.organisation, sequence, b"", ready.body, True))
            header = write_header(
                ready.draft, desk.organisation, sequence, recorded_at, ready.subject, ready.commitment
            )
            leaf = leaf_hash(header)
            rows.headers.append(header)
            rows.entries.append((desk.organisation, sequence, ready.draft.kind, ready.subject, header, leaf))
            rows.nodes += [
                (desk.organisation, number(level, at), digest) for level, at, digest in edge.append(leaf)
            ]
        return rows

    def _project(self, drafts: Sequence[Sealed], headers: Sequence[bytes]) -> None:
        if not self.desk.projections:
            return
        for ready, header in zip(drafts, headers, strict=True):
            event = None
            for projection in self.desk.readers(ready.draft.kind):
                event = event or self.desk.upcasters.read(read_header(header))
                opens = matches(event.kind, projection.opens)
                payload = read_payload(ready.payload) if opens and ready.payload is not None else None
                projection.apply(self.connection, event, payload)


class Work:
    """One act over several rooms: their state is written on `connection`, their evidence by `record`.

    Asking for `connection` settles what was recorded before it, so that whoever reads sees the state as recorded.
    """

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._drafts: list[Prepared] = []
        self._sequences: list[int] = []

    @property
    def connection(self) -> Connection:
        """The transaction, with all that was recorded so far settled in it. Don't keep it across a `record`."""
        self.settle()
        return self._writer.connection

    @property
    def organisation(self) -> str:
        """Whose ledger it is."""
        return self._writer.desk.organisation

    @property
    def sequences(self) -> tuple[int, ...]:
        """The sequence numbers of what was recorded and settled, in order; true once the work is committed."""
        return tuple(self._sequences)

    def pseudonym(self, subject: str) -> str:
        """The pseudonym under which a subject's state and events stand."""
        return self._writer.desk.key.pseudonym(subject)

    def hold(self, *subjects: str) -> None:
        """Let no other work hold these subjects until this one ends: what it then reads of them stays so.

        For acts that read, decide and record. Works on other subjects go on meanwhile; call it once, before reading.
        Raises DatabaseLocked where another work holds one for longer than the database's patience.
        """
        for pseudonym in sorted({self.pseudonym(subject) for subject in subjects}):
            tables.hold(self._writer.connection, self.organisation, pseudonym)

    def record(self, *drafts: Draft) -> None:
        """Have these recorded, in this order, as part of the work. Raises NotJson where a payload is no JSON."""
        self._drafts += [prepare(self._writer.desk, draft) for draft in drafts]

    def lock(self) -> None:
        """Hold the organisation's lock from now on: what is read after this stays true until the work has ended."""
        self._writer.lock()

    def settle(self) -> None:
        """Give what was recorded its numbers now. This takes the organisation's lock, held until the work ends."""
        if self._drafts:
            drafts, self._drafts = self._drafts, []
            self._sequences += self._writer.write(seal_all(self._writer.desk, drafts))


def canonical_payload(payload: Mapping[str, object]) -> bytes:
    """The payload in canonical form (RFC 8785); a test holds the short way for flat ones equal to the general one.

    Raises NotJson for what JSON cannot carry.
    """
    if type(payload) is dict and all(map(_is_plain, payload.keys(), payload.values())):
        try:
            return _FLAT.encode(payload).encode()
        except UnicodeEncodeError:
            pass  # half of a surrogate pair: the general way says where
    return canonical(payload)


def _is_plain(key: object, value: object) -> bool:
    """Whether the standard library writes this pair as RFC 8785 does: all but nested values, fractions and odd keys."""
    if type(key) is not str or not key.isascii():
        return False
    kind = type(value)
    return kind is str or kind is bool or value is None or (kind is int and abs(value) <= SAFE_INTEGER)  # type: ignore[arg-type]


def commit(salt: bytes, payload: bytes) -> str:
    """The commitment to a payload: hex HMAC-SHA256 under the entry's salt; a bare digest could be guessed."""
    return hmac.digest(salt, payload, "sha256").hex()
