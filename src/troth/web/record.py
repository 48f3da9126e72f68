"""Entries of the ledger as pages show them: what happened, in words, and what a look found; the technical side apart.

The payload is shown where it is no one's own: questions, papers, what a probe saw. What people are recognised by stays closed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Connection

from troth.app.hosting import Hosted
from troth.ledger import Event
from troth.ledger.errors import EntryMissing, PayloadUnreadable
from troth.ledger.reading import leaf
from troth.ledger.tree import leaf_hash, verify_inclusion
from troth.policy.facts import FAMILIES, Fact
from troth.policy.vocabulary import ACTIONS
from troth.promises.evidence import probe_of
from troth.web.plainly import Plainly
from troth.web.speech import Voice

SHOWN: Final = ("promises:", "gate:", "policies:", "recipients:")
"""Kinds whose payload a page shows."""
MOST_SEEN: Final = 20
MOST_SAID: Final = 5
"""How many particulars of an entry are said in words; the rest is counted."""
TOLD: Final[Mapping[str, str]] = {
    "an image that is fetched when the mail is opened": "seen.image",
    "a link that is counted": "seen.link",
}
"""What probes say in words of their own, and how that is said in other languages."""


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing that a look found: its number in the entry, what was reported, and the same in words."""

    number: int
    plain: Mapping[str, Any]
    words: str


@dataclass(frozen=True, slots=True)
class Entry:
    """An event in words: what happened, in particular, and what was found; its payload as text: None where it has none,
    `closed` where it is not for showing, `unreadable` where its key was destroyed."""

    event: Event
    what: str
    about: tuple[str, ...]
    payload: str | None = None
    closed: bool = False
    unreadable: bool = False
    things: tuple[Thing, ...] = ()
    probe: str = ""


@dataclass(frozen=True, slots=True)
class Proof:
    """That an entry stands in the ledger: the hash of its bytes, the path to the root, and whether it was found to lead there."""

    size: int
    root: str
    leaf: str
    header: str
    path: tuple[str, ...]
    holds: bool


def entry(hosted: Hosted, connection: Connection, event: Event, say: Plainly) -> Entry:
    """An event ready to be shown."""
    what, about = event_words(say.t, event.kind), _about(say, event)
    if event.commitment is None:
        return Entry(event, what, about)
    if not event.kind.startswith(SHOWN):
        gone = event.subject is not None and hosted.organisation.is_erased(connection, event.subject)
        return Entry(event, what, about, closed=not gone, unreadable=gone)
    try:
        found = hosted.organisation.ledger.payload(connection, event.sequence) or {}
    except PayloadUnreadable:
        return Entry(event, what, about, unreadable=True)
    text = json.dumps(found, ensure_ascii=False, indent=2) if found else None
    return Entry(event, what, about, text, things=_things(say.t, found), probe=probe_of(event))


def in_words(say: Plainly, event: Event) -> tuple[str, tuple[str, ...]]:
    """What an event tells, and what it is about in particular; nothing of its payload."""
    return event_words(say.t, event.kind), _about(say, event)


def entries(hosted: Hosted, connection: Connection, sequences: tuple[int, ...], say: Plainly) -> list[Entry]:
    """The entries of these numbers, those that are there."""
    found = []
    for sequence in sequences:
        events = hosted.organisation.ledger.events(connection, after=sequence - 1, until=sequence)
        found += [entry(hosted, connection, event, say) for event in events]
    return found


def seen(hosted: Hosted, connection: Connection, sequence: int, t: Voice) -> tuple[Thing, ...]:
    """What was seen, as an entry reports it; nothing where it is unreadable now."""
    try:
        return _things(t, hosted.organisation.ledger.payload(connection, sequence) or {})
    except PayloadUnreadable:
        return ()


def event_words(t: Voice, kind: str) -> str:
    """What an event of a kind tells, in words; a kind that nobody put into words is said by its own."""
    return t.known(f"event.{kind.replace(':', '.')}", kind.replace(":", " · ").replace("_", " "))


def _about(say: Plainly, event: Event) -> tuple[str, ...]:
    """What an event is about in particular: the codes that have words, the first of them."""
    said = tuple(dict.fromkeys(_codes(say, event)))
    more = len(said) - MOST_SAID
    return said if more <= 0 else (*said[:MOST_SAID], say.t("record.more", number=more))


def _codes(say: Plainly, event: Event) -> Iterator[str]:
    purposes = say.catalogue.ids("purpose") if event.kind.startswith("gate:") else frozenset()
    for code in event.codes:
        key, equals, count = code.partition("=")
        fact = Fact.parse(key)
        if say.catalogue.by_key(key) is not None:
            name = f"“{say.key(key)}”"
            yield say.t("record.times", what=name, number=count) if equals and count.isdigit() else name
        elif code in ACTIONS:
            yield say.words.word("actions", code)
        elif code in purposes:
            yield say.t("record.for", purpose=say.named("purpose", code))
        elif fact.family in FAMILIES and not equals:
            yield say.fact(fact)


def _things(t: Voice, payload: Mapping[str, Any]) -> tuple[Thing, ...]:
    """What a look saw, each thing by its number."""
    found = payload.get("seen")
    things = found if isinstance(found, list) else [found] if found else []
    return tuple(
        Thing(number, thing if isinstance(thing, dict) else {}, _line(t, thing))
        for number, thing in enumerate(things[:MOST_SEEN], start=1)
    )


def _line(t: Voice, thing: object) -> str:
    if isinstance(thing, dict):
        pairs = ((name, value) for name, value in thing.items() if value not in ("", {}, []))
        return t.listed(
            (f"{t.known(f'seen.key.{name}', name)}: {_line(t, value)}" for name, value in pairs), "join.parts"
        )
    if isinstance(thing, list):
        return t.listed(_line(t, one) for one in thing)
    if isinstance(thing, str):
        return t(TOLD[thing]) if thing in TOLD else _to_the_second(thing)
    return json.dumps(thing, ensure_ascii=False)


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
