"""Whom somebody's data were given to, out of the ledger: each time what, when, why, to whom, and whether it was allowed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Connection

from troth.ledger import Event, Ledger
from troth.ledger.errors import PayloadUnreadable

KINDS: Final = ("gate:release:permitted", "gate:act:permitted", "gate:act:breach")
LEAVING: Final = frozenset({"share", "transfer", "export", "publish"})
REASON: Final = "necessity"
"""The paper in which a register says why."""
MOST: Final = 200


@dataclass(frozen=True, slots=True)
class Disclosed:
    """One time, in the ids of the policy: when, what, why (the purpose, and the reason that was written down), to whom."""

    sequence: int
    at: datetime
    data: tuple[str, ...]
    purpose: str
    reason: str
    recipient: str
    allowed: bool

    def as_json(self) -> dict[str, Any]:
        """As plain values."""
        return {"at": self.at.isoformat(), "data": list(self.data), "purpose": self.purpose, "reason": self.reason,
                "recipient": self.recipient, "allowed": self.allowed}  # fmt: skip


def disclosed(ledger: Ledger, connection: Connection, names: Iterable[str]) -> list[Disclosed]:
    """Of everybody behind these pseudonyms, the latest first; what was erased since is not there."""
    found = [
        event
        for name in names
        for event in ledger.events(connection, subject=name, kinds=KINDS, newest_first=True, limit=10 * MOST)
        if len(event.codes) > 1 and event.codes[1] in LEAVING
    ]
    latest = sorted(found, key=lambda event: event.sequence, reverse=True)[:MOST]
    return [given for event in latest if (given := _given(ledger, connection, event))]


def _given(ledger: Ledger, connection: Connection, event: Event) -> Disclosed | None:
    """What an event says; None where that was erased."""
    try:
        payload = ledger.payload(connection, event.sequence) or {}
    except PayloadUnreadable:
        return None
    question, papers = _mapping(payload, "question"), _mapping(payload, "papers")
    return Disclosed(
        event.sequence, _when(payload, event), tuple(sorted(map(str, question.get("data", ())))),
        str(question.get("purpose", "")), str(papers.get(REASON, "")), str(question.get("recipient", "")),
        not event.kind.endswith(":breach"),
    )  # fmt: skip


def _mapping(payload: Mapping[str, object], name: str) -> Mapping[str, Any]:
    found = payload.get(name)
    return found if isinstance(found, Mapping) else {}


def _when(payload: Mapping[str, object], event: Event) -> datetime:
    """When it was done, as whoever brought it in says; else when it was decided."""
    done = _mapping(_mapping(payload, "seen"), "more").get("done", "")
    try:
        found = datetime.fromisoformat(str(done))
    except ValueError:
        return event.occurred_at
    return found if found.tzinfo else found.replace(tzinfo=UTC)
