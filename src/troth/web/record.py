"""Entries of the ledger as pages show them: what kind, from where, with which codes, and the payload where it is no one's own."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Connection

from troth.app.hosting import Hosted
from troth.ledger import Event
from troth.ledger.errors import EntryMissing, PayloadUnreadable
from troth.ledger.reading import leaf
from troth.ledger.tree import leaf_hash, verify_inclusion
from troth.promises.board import Board

SHOWN: Final = ("promises:", "gate:", "policies:", "recipients:")
"""Kinds whose payload a page shows: questions, papers, what a probe saw. What people are recognised by stays closed."""

MOST_SEEN: Final = 20


@dataclass(frozen=True, slots=True)
class Entry:
    """An event, with its payload as text: None where it has none, `closed` where it is not for showing, `unreadable` where
    its key was destroyed."""

    event: Event
    payload: str | None
    closed: bool = False
    unreadable: bool = False

    @property
    def plain_kind(self) -> str:
        """The kind in words."""
        return self.event.kind.replace(":", " · ").replace("_", " ")


@dataclass(frozen=True, slots=True)
class Proof:
    """That an entry stands in the ledger: the hash of its bytes, the path to the root, and whether it was found to lead there."""

    size: int
    root: str
    leaf: str
    header: str
    path: tuple[str, ...]
    holds: bool


def entry(hosted: Hosted, connection: Connection, event: Event) -> Entry:
    """An event ready to be shown."""
    if event.commitment is None:
        return Entry(event, None)
    if not event.kind.startswith(SHOWN):
        gone = event.subject is not None and hosted.organisation.is_erased(connection, event.subject)
        return Entry(event, None, closed=not gone, unreadable=gone)
    try:
        found = hosted.organisation.ledger.payload(connection, event.sequence)
    except PayloadUnreadable:
        return Entry(event, None, unreadable=True)
    return Entry(event, json.dumps(found, ensure_ascii=False, indent=2) if found else None)


def entries(hosted: Hosted, connection: Connection, sequences: tuple[int, ...]) -> list[Entry]:
    """The entries of these numbers, those that are there."""
    found = []
    for sequence in sequences:
        events = hosted.organisation.ledger.events(connection, after=sequence - 1, until=sequence)
        found += [entry(hosted, connection, event) for event in events]
    return found


def seen(hosted: Hosted, connection: Connection, sequence: int) -> tuple[str, ...]:
    """What was seen, as an entry reports it: each thing on a line of its own; nothing where it is unreadable now."""
    try:
        payload = hosted.organisation.ledger.payload(connection, sequence) or {}
    except PayloadUnreadable:
        return ()
    found = payload.get("seen")
    things = found if isinstance(found, list) else [found] if found else []
    return tuple(_line(thing) for thing in things[:MOST_SEEN])


def _line(thing: object) -> str:
    if isinstance(thing, dict):
        return ", ".join(
            f"{name}: {_line(value)}" for name, value in thing.items() if value not in ("", {}, [])
        )
    return _to_the_second(thing) if isinstance(thing, str) else json.dumps(thing, ensure_ascii=False)


def _to_the_second(words: str) -> str:
    """An instant with its offset as pages write it; any other words as they are."""
    try:
        at = datetime.fromisoformat(words)
    except ValueError:
        return words
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if at.tzinfo else words


def prove(hosted: Hosted, connection: Connection, sequence: int) -> Proof | None:
    """The proof that an entry stands among all there are, worked out again here; None where there is no such entry."""
    ledger = hosted.organisation.ledger
    head = ledger.head(connection)
    try:
        header = leaf(connection, hosted.id, sequence)
        path = ledger.prove_inclusion(connection, sequence, head.size)
    except EntryMissing:
        return None
    hashed = leaf_hash(header)
    holds = verify_inclusion(hashed, sequence - 1, head.size, path, head.root)
    shown = tuple(step.hex() for step in path)
    return Proof(head.size, head.root.hex(), hashed.hex(), header.decode(), shown, holds)


def clause_of(board: Board, code: str) -> str:
    """The first clause bound to the statement a code names, so that a page can lead there; '' where there is none."""
    key = code.partition("=")[0]
    return next((c.clause.id for c in board.clauses for s, _ in c.statements if s.key == key), "")
