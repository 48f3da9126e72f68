"""The unit of work: state and evidence in one transaction, numbered and hashed last."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection

from troth.kernel.canonical import canonical
from troth.kernel.clock import Clock
from troth.kernel.entropy import Entropy
from troth.ledger import tables
from troth.ledger.header import read_header, write_header, write_instant
from troth.ledger.keys import PseudonymKey
from troth.ledger.model import Draft
from troth.ledger.projections import Projection, readers
from troth.ledger.tree import Edge, leaf_hash
from troth.ledger.upcasters import Upcasters

SALT_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Desk:
    """What every writer of one organisation's ledger needs."""

    organisation: str
    key: PseudonymKey
    clock: Clock
    entropy: Entropy
    projections: tuple[Projection, ...]
    upcasters: Upcasters


@dataclass(slots=True)
class _Rows:
    entries: list[tables.Row] = field(default_factory=list)
    payloads: list[tables.Row] = field(default_factory=list)
    nodes: list[tables.Row] = field(default_factory=list)


class Writer:
    """Writes entries of one organisation within one transaction. The first entry takes the organisation's lock."""

    def __init__(self, connection: Connection, desk: Desk) -> None:
        self.connection = connection
        self.desk = desk
        self._edge: Edge | None = None
        self._head_due = False

    def write(self, drafts: Sequence[Draft]) -> list[int]:
        """Number, hash and store the drafts, and bring the projections up to them; their sequence numbers."""
        if self._edge is None:
            self._edge = tables.lock_head(self.connection, self.desk.organisation)
        first = self._edge.size + 1
        rows = self._rows(drafts, self._edge)
        tables.insert_all(self.connection, tables.entries, rows.entries)
        tables.insert_all(self.connection, tables.payloads, rows.payloads)
        tables.insert_all(self.connection, tables.nodes, rows.nodes)
        self._head_due = True
        self._project(rows.entries)
        return list(range(first, first + len(drafts)))

    def finish(self) -> None:
        """Write the head, once, when all is written."""
        if self._head_due and self._edge is not None:
            tables.set_head(self.connection, self.desk.organisation, self._edge)
            self._head_due = False

    def mark(self) -> tuple[Edge | None, bool]:
        """Where the writer stands, to return to when a savepoint is rolled back."""
        return (self._edge.copy() if self._edge else None), self._head_due

    def return_to(self, mark: tuple[Edge | None, bool]) -> None:
        """Forget what was written since the mark; the database forgets it by its savepoint."""
        self._edge, self._head_due = mark

    def _rows(self, drafts: Sequence[Draft], edge: Edge) -> _Rows:
        desk, rows = self.desk, _Rows()
        recorded_at = write_instant(desk.clock.now())
        salts = desk.entropy.bytes(SALT_BYTES * len(drafts))
        for number, draft in enumerate(drafts):
            sequence = edge.size + 1
            subject = desk.key.pseudonym(draft.subject) if draft.subject is not None else None
            commitment = None
            if draft.payload is not None:
                salt, body = salts[number * SALT_BYTES : (number + 1) * SALT_BYTES], canonical(draft.payload)
                commitment = commit(salt, body)
                rows.payloads.append(_payload_row(desk.organisation, sequence, salt, body))
            header = write_header(draft, desk.organisation, sequence, recorded_at, subject, commitment)
            leaf = leaf_hash(header)
            rows.entries.append(_entry_row(desk.organisation, sequence, draft.kind, subject, header, leaf))
            rows.nodes += [_node_row(desk.organisation, *node) for node in edge.append(leaf)]
        return rows

    def _project(self, rows: Sequence[tables.Row]) -> None:
        if not self.desk.projections:
            return
        for row in rows:
            event = None
            for projection in readers(self.desk.projections, row["kind"], self.desk.upcasters):
                event = event or self.desk.upcasters.read(read_header(row["header"]))
                projection.apply(self.connection, event)


class Work:
    """One act over several rooms: their state is written on `connection`, their evidence by `record`.

    Asking for `connection` settles what was recorded before it, so that whoever reads sees the state as recorded.
    """

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._drafts: list[Draft] = []
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

    def record(self, *drafts: Draft) -> None:
        """Have these recorded, in this order, as part of the work."""
        self._drafts += drafts

    def settle(self) -> None:
        """Give what was recorded its numbers now. This takes the organisation's lock, held until the work ends."""
        if self._drafts:
            drafts, self._drafts = self._drafts, []
            self._sequences += self._writer.write(drafts)


def commit(salt: bytes, payload: bytes) -> str:
    """The commitment to a payload: hex HMAC-SHA256 under the entry's salt; a bare digest could be guessed."""
    return hmac.digest(salt, payload, "sha256").hex()


def _entry_row(
    organisation: str, sequence: int, kind: str, subject: str | None, header: bytes, leaf: bytes
) -> tables.Row:
    return {
        "organisation": organisation,
        "sequence": sequence,
        "kind": kind,
        "subject": subject,
        "header": header,
        "leaf": leaf,
    }


def _payload_row(organisation: str, sequence: int, salt: bytes, payload: bytes) -> tables.Row:
    return {
        "organisation": organisation,
        "sequence": sequence,
        "salt": salt,
        "payload": payload,
        "sealed": False,
    }


def _node_row(organisation: str, level: int, position: int, digest: bytes) -> tables.Row:
    return {"organisation": organisation, "level": level, "position": position, "digest": digest}
