"""Whom one's data were given to: each time, what it was, when, why, and to whom; what was brought in from an office's own register too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Connection
from starlette.responses import Response

from troth.ledger import Event
from troth.ledger.errors import PayloadUnreadable
from troth.web.centre.frame import Looking, own_page, run_in_threadpool
from troth.web.centre.outlook import narrowest
from troth.web.centre.person import Person, read
from troth.web.plainly import Plainly

KINDS: Final = ("gate:release:permitted", "gate:act:permitted", "gate:act:breach")
LEAVING: Final = frozenset({"share", "transfer", "export", "publish"})
REASON: Final = "necessity"
"""The paper in which a register says why."""
MOST: Final = 200


@dataclass(frozen=True, slots=True)
class Given:
    """One time: when, what, why (the purpose, and the reason that was written down), to whom, and whether it was allowed."""

    sequence: int
    at: datetime
    data: tuple[str, ...]
    purpose: str
    reason: str
    recipient: str
    allowed: bool


@own_page
async def disclosures(look: Looking) -> Response:
    """The list, the latest first."""

    def made() -> Response:
        person = read(look)
        say = Plainly(person.declared.catalogue, look.language)
        with look.hosted.organisation.database.read() as connection:
            found = [
                given
                for event in _events(connection, look, person)
                if (given := _given(connection, look, say, event))
            ]
        return look.page("my_disclosures.html", here="disclosures", given=found, say=say)

    return await run_in_threadpool(made)


def _events(connection: Connection, look: Looking, person: Person) -> list[Event]:
    """What was decided or seen about data of theirs that left."""
    ledger = look.hosted.organisation.ledger
    found = [
        event
        for name in person.names
        for event in ledger.events(connection, subject=name, kinds=KINDS, newest_first=True, limit=10 * MOST)
        if len(event.codes) > 1 and event.codes[1] in LEAVING
    ]
    return sorted(found, key=lambda event: event.sequence, reverse=True)[:MOST]


def _given(connection: Connection, look: Looking, say: Plainly, event: Event) -> Given | None:
    """An event in words; None where what it says was erased."""
    try:
        payload = look.hosted.organisation.ledger.payload(connection, event.sequence) or {}
    except PayloadUnreadable:
        return None
    question, papers = _mapping(payload, "question"), _mapping(payload, "papers")
    data = narrowest(say.catalogue, sorted(map(str, question.get("data", ()))))
    recipient = str(question.get("recipient", ""))
    return Given(
        event.sequence, _when(payload, event), tuple(say.named("category", one) for one in data),
        say.named("purpose", str(question.get("purpose", ""))), str(papers.get(REASON, "")),
        say.named("recipient", recipient) if recipient else "", not event.kind.endswith(":breach"),
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
