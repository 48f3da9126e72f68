"""Tickets and mails as the headers tell them; words and files are data, which no event repeats."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from troth.intake import evidence, store
from troth.intake.model import Match, Proof, State
from troth.ledger import Event, Payload

_TEXTS: Final = frozenset(
    (
        "kind right ground route sender match proof tenant agent within purpose extended rule outcome refusal reason into "
        "alerted challenge"
    ).split()
)
"""What an event says by name and the table keeps under it."""
_STATES: Final = {
    evidence.RECEIVED: State.RECEIVED,
    evidence.ASKED: State.IDENTITY,
    evidence.PROVEN: State.OPEN,
    evidence.ANSWERED: State.ANSWERED,
    evidence.CLOSED: State.CLOSED,
    evidence.REOPENED: State.OPEN,
    evidence.WITHDRAWN: State.WITHDRAWN,
    evidence.DUPLICATE: State.DUPLICATE,
    evidence.MERGED: State.MERGED,
}
_QUIET: Final = frozenset({evidence.READ, evidence.ALERTED, evidence.EMPTIED})
"""What changes nothing that somebody who works on a ticket could have overlooked."""


class IntakeProjection:
    """States of tickets, and which mails were looked at."""

    name: Final = "intake"
    kinds: Final = ("intake:",)
    tables: Final = (store.tickets, store.mails)
    opens: Final[tuple[str, ...]] = ()

    def apply(self, connection: Connection, event: Event, payload: Payload | None) -> None:
        """Bring the tables up to this event."""
        said = evidence.pairs(event)
        if said.get("mail"):
            store.note_mail(
                connection, event.organisation, said["mail"], said.get("id", ""), event.occurred_at
            )
        if event.kind == evidence.RECEIVED:
            store.put(connection, _fresh(event, said))
        elif event.kind.startswith(evidence.TICKET) and event.kind != evidence.READ:
            store.change(
                connection, event.organisation, said["id"], _changed(event, said),
                turn=event.kind not in _QUIET,
            )  # fmt: skip


def _fresh(event: Event, said: dict[str, str]) -> dict[str, Any]:
    """The row of a ticket that has just come in."""
    row: dict[str, Any] = dict.fromkeys(_TEXTS, "")
    row |= {"match": Match.UNASKED.value, "proof": Proof.NONE.value}
    row |= {
        "organisation": event.organisation, "ticket": said["id"], "subject": event.subject or "",
        "policy": event.policy or "", "received_at": datetime.fromisoformat(said["since"]), "asked_at": None,
        "proven_at": None, "answered_at": None, "ended_at": None, "emptied": False, "revision": 1,
        "origin": event.origin.value,
    }  # fmt: skip
    return row | _changed(event, said)


def _changed(event: Event, said: dict[str, str]) -> dict[str, Any]:
    """What is different of a ticket after an event."""
    values: dict[str, Any] = {name: value for name, value in said.items() if name in _TEXTS}
    if event.kind not in _QUIET:
        values["changed_at"] = event.occurred_at
    if event.kind in _STATES:
        values["state"] = said.get("state") or _STATES[event.kind].value
    if "due" in said:
        values["due_at"] = datetime.fromisoformat(said["due"]) if said["due"] else None
        values["provisional"] = said.get("provisional") == "yes"
    if event.kind == evidence.PROVEN:
        values["subject"] = event.subject or ""
    return values | _instants(event, said)


def _instants(event: Event, said: dict[str, str]) -> dict[str, Any]:
    at = event.occurred_at
    if event.kind == evidence.ASKED:
        return {"asked_at": at} if said.get("first") == "yes" else {}
    if event.kind == evidence.PROVEN or (event.kind == evidence.RECEIVED and event.subject):
        return {"proven_at": at}
    if event.kind == evidence.ANSWERED:
        return {"answered_at": at, "ended_at": at}
    if event.kind in (evidence.CLOSED, evidence.WITHDRAWN, evidence.DUPLICATE, evidence.MERGED):
        return {"ended_at": at}
    if event.kind == evidence.REOPENED:
        return {"answered_at": None, "ended_at": None}
    return {"emptied": True} if event.kind == evidence.EMPTIED else {}
