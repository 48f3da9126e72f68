"""The register of tickets: what comes in, what is read of it, and how it ends."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection

from troth.intake import evidence, parts, receiving, store
from troth.intake.desk import Desk
from troth.intake.errors import Overtaken, TicketUnknown
from troth.intake.model import LIVE, SHOWN, Clock, Opened, Part, Received, State, Ticket, What
from troth.intake.parts import Kept
from troth.intake.receiving import Prepared
from troth.ledger import Origin, Work
from troth.vault import Item


class Register:
    """Tickets as they come in, are read, and end."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @property
    def desk(self) -> Desk:
        """What doors and neighbours work with as well: numbers, digests, clocks."""
        return self._desk

    # --- coming in --------------------------------------------------------------------------------------------------------

    def prepare(self, received: Received) -> Prepared:
        """Check and seal what came in, before any lock is held. Raises ReceivedRefused, SubjectErased."""
        return receiving.prepare(self._desk, received)

    def receive(
        self, work: Work, prepared: Prepared, *, at: datetime, origin: Origin = Origin.OBSERVED
    ) -> Ticket:
        """Open a ticket; a mail that was taken before has one already. Raises ReceivedRefused, SubjectUnknown, NoPolicyInForce."""
        return receiving.receive(self._desk, work, prepared, at, origin)

    def pass_over(
        self, work: Work, mail: str, why: str, *, at: datetime, origin: Origin = Origin.OBSERVED
    ) -> None:
        """Say of a mail that it is no ticket, and why; harmless where that was said before."""
        work.lock()
        if store.mail(work.connection, self._desk.organisation, mail) is None:
            work.record(evidence.passed_over(mail, why, at, origin))

    def taken(self, connection: Connection, mail: str) -> str | None:
        """The ticket a mail belongs to ('' for none), None where nobody has looked at it."""
        return store.mail(connection, self._desk.organisation, mail)

    # --- reading ----------------------------------------------------------------------------------------------------------

    def ticket(self, connection: Connection, number: str) -> Ticket:
        """Where a ticket stands. Raises TicketUnknown."""
        found = store.find(connection, self._desk.organisation, number)
        if found is None:
            raise TicketUnknown("There is no ticket of this number here.", "Give it as it was told: T-…")
        return found

    def find(self, connection: Connection, number: str) -> Ticket | None:
        """Where a ticket stands; None where there is none of this number."""
        return store.find(connection, self._desk.organisation, number)

    def listed(
        self,
        connection: Connection,
        *,
        states: Collection[State] = (),
        kind: str = "",
        right: str = "",
        tenant: str | None = None,
        overdue_at: datetime | None = None,
        limit: int = 100,
    ) -> list[Ticket]:
        """Tickets, those first that are due first; `overdue_at` leaves only what is overdue then, `tenant` those of one."""
        chosen = LIVE if overdue_at is not None else states
        return store.listed(
            connection, self._desk.organisation, states=[one.value for one in chosen], kind=kind, right=right,
            tenant=tenant, before=overdue_at, limit=limit,
        )  # fmt: skip

    def of_person(self, connection: Connection, pseudonyms: Collection[str]) -> list[Ticket]:
        """The tickets of one person, by every pseudonym of theirs, the newest first."""
        found = store.listed(connection, self._desk.organisation, subjects=pseudonyms, limit=500)
        return sorted(found, key=lambda one: one.received_at, reverse=True)

    def counts(self, connection: Connection) -> dict[tuple[str, str], int]:
        """How many tickets of each (kind, state) there are."""
        return store.counts(connection, self._desk.organisation)

    def lately_from(self, connection: Connection, sender: str, since: datetime) -> int:
        """How many tickets came from an address, by its digest, since an instant."""
        return store.from_sender(connection, self._desk.organisation, sender, since) if sender else 0

    def clock(self, connection: Connection, ticket: Ticket) -> Clock:
        """Every limit of a ticket, and which counts, as of now."""
        return self._desk.clock_of(connection, ticket, self._desk.clock.now())

    def parts(self, connection: Connection, number: str, *, shown: bool = False) -> tuple[Part, ...]:
        """What a ticket consists of, without opening anything; `shown` leaves what the person may see."""
        kept = store.parts_of(connection, self._desk.organisation, number)
        return tuple(part for part, _, _ in kept if not shown or part.what in SHOWN)

    def opened(self, connection: Connection, number: str, *, files: bool = False) -> tuple[Opened, ...]:
        """The words of a ticket (with `files` those too), opened; whoever asks records the reading by `read`."""
        kept = [
            Kept(*one)
            for one in store.parts_of(connection, self._desk.organisation, number)
            if files or one[0].what not in (What.FILE, What.AUTHORITY)
        ]
        found = parts.open_all(self._desk.keys, number, kept)
        return tuple(one for one in found if one is not None)

    def file(self, connection: Connection, number: str, part: int, *, shown: bool = False) -> Opened:
        """One file of a ticket, opened alone; `shown` gives only what the person may see. Raises TicketUnknown for what is no file of
        it, or is kept no more."""
        kept = [
            Kept(*one)
            for one in store.parts_of(connection, self._desk.organisation, number)
            if one[0].number == part and one[0].what in (What.FILE, What.AUTHORITY)
        ]
        found = parts.open_all(self._desk.keys, number, kept)
        if not found or found[0] is None or (shown and found[0].part.what not in SHOWN):
            raise TicketUnknown(
                "This ticket has no such file, or keeps it no more.", "Its parts are listed with it."
            )
        return found[0]

    def read(
        self, work: Work, number: str, by: str, *, at: datetime, origin: Origin = Origin.OBSERVED
    ) -> None:
        """Record that somebody read the words of a ticket. Raises TicketUnknown."""
        self._happened(work, self.ticket(work.connection, number), evidence.READ, at, origin, {"by": by})

    # --- ending -----------------------------------------------------------------------------------------------------------

    def ended(self, connection: Connection, before: datetime, limit: int = 200) -> list[Ticket]:
        """Tickets that ended before an instant, and whose words are still kept."""
        return store.ended_before(connection, self._desk.organisation, before, limit)

    def empty(self, work: Work, number: str, *, at: datetime, origin: Origin = Origin.OBSERVED) -> None:
        """Its time of keeping is over: let go of what a ticket says; what happened stays on record. Raises TicketUnknown."""
        ticket = self._current(work, number, None)
        self._happened(work, ticket, evidence.EMPTIED, at, origin, {})
        store.empty(work.connection, self._desk.organisation, (number,))
        if not ticket.subject:
            store.doom(work.connection, self._desk.organisation, (self._desk.owner(number),))

    def forget(self, connection: Connection, pseudonyms: Collection[str]) -> None:
        """Let nothing be left of what people said, nor of what came from their addresses without being linked to anybody."""
        of, desk = self._desk.organisation, self._desk
        store.forget(connection, of, pseudonyms)
        digests = [digest for one in pseudonyms for digest in desk.subjects.digests(connection, one)]
        numbers = store.unlinked(connection, of, digests) if digests else []
        store.empty(connection, of, numbers)
        store.doom(connection, of, [desk.owner(number) for number in numbers])

    def lying(self, connection: Connection, pseudonyms: Collection[str]) -> list[Item]:
        """What lies sealed of these people, as (owner, cell, sealed): for whoever tries whether it can still be opened."""
        found = store.lying(connection, self._desk.organisation, pseudonyms)
        return [(owner, parts.cell(ticket, part), sealed) for owner, ticket, part, sealed in found]

    def bury(self) -> int:
        """Destroy the keys of tickets whose words went over to a person, or are gone; how many. Done again, it does no harm."""
        desk = self._desk
        with desk.ledger.database.read() as connection:
            owners = store.doomed(connection, desk.organisation)
        if owners:
            desk.keys.destroy(owners)
            desk.recorder.run(lambda work: store.buried(work.connection, desk.organisation, owners))
        return len(owners)

    # --- inside -----------------------------------------------------------------------------------------------------------

    def _current(self, work: Work, number: str, revision: int | None) -> Ticket:
        """The ticket, as whoever works on it saw it. Raises TicketUnknown, Overtaken."""
        work.lock()
        ticket = self.ticket(work.connection, number)
        if revision is not None and revision != ticket.revision:
            raise Overtaken("Somebody else worked on this ticket meanwhile.", "Look at it again first.")
        return ticket

    def _owner(self, ticket: Ticket) -> str:
        """Under whose key the parts of a ticket lie."""
        return ticket.subject or self._desk.owner(ticket.number)

    def _happened(
        self, work: Work, ticket: Ticket, kind: str, at: datetime, origin: Origin, said: Mapping[str, str],
        keys: Sequence[str] = (),
    ) -> Ticket:  # fmt: skip
        """Record it; of somebody erased meanwhile without naming them."""
        subject = self._desk.known(work.connection, ticket.subject)
        work.record(
            evidence.happened(
                kind, ticket.number, at, origin, subject=subject, policy=ticket.policy, said=said, keys=keys
            )
        )
        return self.ticket(work.connection, ticket.number)
