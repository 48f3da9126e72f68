"""The person who looks: all that is on record of them, read in one transaction."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from troth.app.activity import Deed
from troth.consent import ConsentState, Standing
from troth.consent.model import NO
from troth.decide.model import Facts
from troth.gate.situation import of_person
from troth.ledger import Event
from troth.policies import Declared
from troth.policy.model import Consent, Objection
from troth.receipts.model import ACTS
from troth.subjects import PersonState
from troth.web.centre.frame import Looking


@dataclass(frozen=True)
class Person:
    """Everything on record of one person at an instant."""

    at: datetime
    names: tuple[str, ...]
    """Every pseudonym of theirs."""
    identities: Counter[str]
    state: PersonState
    said: ConsentState
    views: tuple[tuple[Declared, Facts], ...]
    """The versions that bind, each with the facts under it; the one in force where none was accepted."""
    in_force: Declared
    standings: tuple[tuple[Consent, Standing], ...]
    objections: tuple[tuple[Objection, datetime | None], ...]
    """Every objection there is, with the instant it was raised where it stands."""

    @property
    def bound(self) -> bool:
        """Whether some version was accepted, so that it binds."""
        return bool(self.state.bound)

    @property
    def declared(self) -> Declared:
        """The version under which this person's acts are recorded: the newest that binds."""
        return self.views[-1][0]


def read(look: Looking, subject: str = "") -> Person:
    """All of it: of who looks, or of the child for whom they answer. Raises SubjectUnknown."""
    with look.hosted.organisation.database.read() as connection:
        return read_in(connection, look, subject)


def read_in(connection: Connection, look: Looking, subject: str = "") -> Person:
    """All of it, in a read that was begun before. Raises SubjectUnknown."""
    organisation = look.hosted.organisation
    rooms, at = organisation.rooms, organisation.clock.now()
    person = rooms.subjects.person(connection, organisation.ledger.pseudonym(subject or look.subject))
    said = rooms.consents.state(connection, person.pseudonym)
    in_force = rooms.policies.ruling(connection, at)
    since = {one.digest: one.sequence for one in rooms.policies.versions(connection)}
    bound = sorted(person.state.bound, key=lambda digest: since.get(digest, 0)) or [in_force.digest]
    versions = [rooms.policies.declared(connection, digest) for digest in bound]
    newest = versions[-1]
    standings = tuple(
        (item, rooms.consents.standing(connection, person.pseudonym, newest, item.id, at))
        for item in newest.catalogue.all(Consent)
    )
    return Person(
        at=at,
        names=rooms.subjects.group(connection, person.pseudonym),
        identities=Counter(rooms.subjects.identities(connection, person.pseudonym)),
        state=person.state,
        said=said,
        views=tuple((one, of_person(one, person.state, said, at)) for one in versions),
        in_force=in_force,
        standings=standings,
        objections=tuple((one, said.objections.get(one.id)) for one in newest.catalogue.all(Objection)),
    )


def deeds(look: Looking, person: Person) -> tuple[Deed, ...]:
    """What was done with their data."""
    return look.hosted.activity.of(person.names)


def acts(look: Looking, person: Person, most: int = 200) -> list[Event]:
    """What they said, the latest first: every act that has a receipt."""
    ledger = look.hosted.organisation.ledger
    with look.hosted.organisation.database.read() as connection:
        found = [
            event
            for name in person.names
            for event in ledger.events(
                connection, subject=name, kinds=tuple(ACTS), limit=most, newest_first=True
            )
        ]
    return sorted(found, key=lambda event: event.sequence, reverse=True)[:most]


def answered(standing: Standing) -> str:
    """How a consent stands, as a word of the catalogue: given, refused, withdrawn, expired, weak or open."""
    if standing.holds:
        return "given"
    if standing.act == "given":
        return "expired" if standing.expires is not None else "weak"
    return standing.act if standing.kind == NO and standing.act else "open"
