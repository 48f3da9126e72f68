"""What was known at an earlier instant: the events up to then, applied anew. Nothing in the tables is touched.

An event counts from the instant it was recorded, for that is when the organisation knew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from sqlalchemy import Connection

from troth import consent as consenting
from troth import recipients as receiving
from troth import subjects as knowing
from troth.consent import ConsentState
from troth.gate.situation import Rooms, Situation, views
from troth.ledger import Event, Ledger
from troth.policies import Declared
from troth.policy.facts import Fact
from troth.recipients import Entry
from troth.recipients.evidence import recipient_of
from troth.subjects import PersonState
from troth.subjects.evidence import CREATED, MERGED


def then(
    ledger: Ledger,
    rooms: Rooms,
    connection: Connection,
    pseudonym: str | None,
    recipient: str,
    papers: frozenset[Fact],
    at: datetime,
) -> Situation:
    """The situation as it was known at an instant. Raises SubjectUnknown, NoPolicyInForce."""

    def received(declared: Declared) -> frozenset[Fact]:
        return receiving.held(recipient, _entries(ledger, connection, recipient, at), declared, at)

    if pseudonym is None:
        return views(rooms, connection, None, ConsentState(), received, papers, at)
    person, said = _person(about(ledger, rooms, connection, pseudonym), pseudonym, at)
    return views(rooms, connection, person, said, received, papers, at)


def about(ledger: Ledger, rooms: Rooms, connection: Connection, pseudonym: str) -> list[Event]:
    """Every event about a person, under whichever pseudonym, in order. Raises SubjectUnknown."""
    root = rooms.subjects.root(connection, pseudonym)
    found = [
        event
        for name in rooms.subjects.group(connection, root)
        for event in ledger.events(connection, subject=name, kinds=("subjects:", "consent:"))
    ]
    return sorted(found, key=lambda event: event.sequence)


def _person(events: Iterable[Event], pseudonym: str, at: datetime) -> tuple[PersonState, ConsentState]:
    roots: dict[str, str] = {}
    people: dict[str, PersonState] = {}
    said: dict[str, ConsentState] = {}
    for event in _until(events, at):
        assert event.subject is not None
        if event.kind == CREATED:
            roots[event.subject] = event.subject
        root = roots.setdefault(event.subject, event.subject)
        person, consents = people.get(root, PersonState()), said.get(root, ConsentState())
        if event.kind == MERGED:
            absorbed = event.codes[0]
            people[root] = knowing.merged(person, people.get(absorbed, PersonState()))
            said[root] = consenting.merged(consents, said.get(absorbed, ConsentState()))
            roots = {name: root if top == absorbed else top for name, top in roots.items()}
        else:
            people[root] = knowing.moved(person, event)
            said[root] = consenting.moved(consents, event)
    top = roots.get(pseudonym, pseudonym)
    return people.get(top, PersonState()), said.get(top, ConsentState())


def _entries(ledger: Ledger, connection: Connection, recipient: str, at: datetime) -> Iterable[Entry]:
    entries: dict[str, Entry] = {}
    if recipient:
        for event in _until(ledger.events(connection, kinds=("recipients:",)), at):
            if recipient_of(event) == recipient:
                entries = receiving.entered(entries, event)
    return entries.values()


def _until(events: Iterable[Event], at: datetime) -> Iterator[Event]:
    return (event for event in events if event.recorded_at <= at)
