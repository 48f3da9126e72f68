"""The reception of one organisation: whatever comes in becomes a ticket, and letters about tickets go out through the send gate.

A letter is a service message of the purpose for which the ticket is kept, where the policy declares one; where it does not, or the
gate refuses, nothing is sent, and that is said. Nobody answers a machine: automatic mail makes no ticket, and one address gets so
many receipts a day and no more.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import Connection

from troth.app import intake_letters as letters
from troth.app.organisation import Organisation
from troth.app.outside import extensions_of, outside_of
from troth.decide.model import Facts
from troth.intake import (
    Attachment,
    Contact,
    Intake,
    Kind,
    Opened,
    Overtaken,
    Proof,
    Received,
    Ticket,
    What,
)
from troth.intake.parts import Kept
from troth.kernel.calendars import calendar
from troth.messages import MessageRefused, State, Wanted
from troth.policies import Declared
from troth.policy.catalogue import Catalogue
from troth.policy.model import Category, Message, Purpose
from troth.subjects import SubjectUnknown

RECEIPTS_A_DAY: Final = 5
"""Receipts that one address gets within a day: what writes more often may be a machine that answers ours."""
TELLS_OUTSIDE: Final = frozenset({Kind.COMPLAINT})
AGAIN: Final = 5
"""How often something is tried that others overtook."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a letter: the id of its message, or why there is none (`no_class`, `no_address`, `too_often`, `refused`)."""

    message: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """A ticket that was opened, and what became of its receipt."""

    ticket: Ticket
    receipt: Sent


class Reception:
    """Tickets with their letters. Threads may share it. `site` is where the privacy centre is reached from outside."""

    def __init__(self, organisation: Organisation, site: str = "") -> None:
        self.organisation = organisation
        self._site = site.rstrip("/")

    @property
    def intake(self) -> Intake:
        """The room of tickets."""
        return self.organisation.intake

    # --- coming in --------------------------------------------------------------------------------------------------------

    def take_in(self, received: Received, *, receipt: bool = True) -> Taken:
        """Open a ticket, and say that it arrived. Raises ReceivedRefused, SubjectUnknown, SubjectErased."""
        prepared = self.intake.prepare(received)
        ticket = self.organisation.act(
            lambda acts: self.intake.receive(acts.work, prepared, at=acts.at, origin=acts.origin)
        )
        return Taken(ticket, self._receipt(ticket, received) if receipt else Sent(why="unwanted"))

    def _receipt(self, ticket: Ticket, received: Received) -> Sent:
        since = self.organisation.clock.now() - timedelta(days=1)
        with self.organisation.database.read() as connection:
            often = self.intake.lately_from(connection, ticket.sender, since)
        if often > RECEIPTS_A_DAY:
            return Sent(why="too_often")
        return self._send(ticket, letters.receipt, contact=received.contact, subject=received.subject)

    # --- working on it ----------------------------------------------------------------------------------------------------

    def say(
        self, number: str, text: str, by: str, files: Sequence[Attachment] = (), *, note: bool = False,
        mail: str = "", title: str = "",
    ) -> Ticket:  # fmt: skip
        """Put words down with a ticket; done again where others came meanwhile. Raises TicketUnknown, ReceivedRefused."""
        what = What.NOTE if note else What.WORDS

        def once() -> Ticket:
            kept = self.intake.seal(number, text, what, by, files, title=title)
            return self.organisation.act(
                lambda acts: self.intake.say(
                    acts.work, number, kept, by, at=acts.at, mail=mail, origin=acts.origin
                )
            )

        return _again(once)

    def answer(
        self, number: str, outcome: str, text: str, by: str, *, refusal: str = "", ground: str = "",
        papers: Collection[str] = (), files: Sequence[Attachment] = (), revision: int | None = None,
    ) -> Taken:  # fmt: skip
        """Answer a ticket, once, and send the answer where there is an address. Raises as `Intake.answer`."""
        kept = self.intake.seal(number, text, What.ANSWER, by, files)
        known = self.known(number)
        ticket = self.organisation.act(
            lambda acts: self.intake.answer(
                acts.work, number, outcome, kept, by, known=known, refusal=refusal, papers=papers, ground=ground,
                revision=revision, at=acts.at, origin=acts.origin,
            )
        )  # fmt: skip
        return Taken(ticket, self._send(ticket, lambda told: letters.answer(told, text)))

    def ask_identity(
        self, number: str, text: str, by: str, *, by_mail: bool = True, revision: int | None = None
    ) -> tuple[Taken, str]:
        """Ask for proof of identity; by mail with a sign to be sent back, which shows that the address is read by whoever asked.

        Returns the sign as well where no mail went, for a letter. Raises MoveRefused, TicketUnknown, Overtaken.
        """
        phrase = self.intake.desk.phrase() if by_mail else ""
        kept = self._sealed(number, text, by)
        ticket = self.organisation.act(
            lambda acts: self.intake.ask_identity(
                acts.work, number, by, phrase=phrase, revision=revision, at=acts.at, origin=acts.origin
            )
        )
        if kept:
            self.say_kept(number, kept, by)
        sent = self._send(ticket, lambda told: letters.identity(told, text, phrase)) if by_mail else Sent()
        return Taken(ticket, sent), "" if sent.message else phrase

    def say_kept(self, number: str, kept: Sequence[Kept], by: str) -> Ticket:
        """Put sealed words down. Raises Overtaken, TicketUnknown."""
        return self.organisation.act(
            lambda acts: self.intake.say(acts.work, number, kept, by, at=acts.at, origin=acts.origin)
        )

    def _sealed(self, number: str, text: str, by: str) -> tuple[Kept, ...]:
        return self.intake.seal(number, text, What.ANSWER, by) if text.strip() else ()

    def prove(
        self, number: str, proof: Proof, by: str, *, subject: str = "", revision: int | None = None
    ) -> Ticket:
        """Somebody showed who they are. Without a subject it is whoever the address leads to, somebody new where it leads to
        nobody. Raises IdentityOpen, SubjectUnknown, TicketUnknown, Overtaken."""
        who = subject or self._of_address(number)
        return self.intake.prove(number, who, proof, by, revision=revision)

    def file(self, number: str, part: int, by: str, *, shown: bool = False) -> Opened:
        """One file of a ticket; that it was read is on record before it is given out. Raises TicketUnknown."""
        with self.organisation.database.read() as connection:
            found = self.intake.file(connection, number, part, shown=shown)
        self.organisation.act(
            lambda acts: self.intake.read(acts.work, number, by, at=acts.at, origin=acts.origin)
        )
        return found

    def join(self, number: str, into: str, by: str, *, duplicate: bool) -> Ticket:
        """A ticket says what another says already (`duplicate`), or goes on as part of it. Raises MoveRefused, TicketUnknown."""
        return self.organisation.act(
            lambda acts: self.intake.join(
                acts.work, number, into, by, duplicate=duplicate, at=acts.at, origin=acts.origin
            )
        )

    def extend(self, number: str, text: str, by: str, *, revision: int | None = None) -> Taken:
        """Put the answer off as far as a statute lets, and tell the person. Raises MoveRefused, TicketUnknown, Overtaken."""
        with self.organisation.database.read() as connection:
            ticket = self.intake.ticket(connection, number)
            declared = self._declared(connection, ticket)
        allowed = extensions_of(declared, ticket.right)
        found = self.organisation.act(
            lambda acts: self.intake.extend(
                acts.work, number, allowed, by, revision=revision, at=acts.at, origin=acts.origin
            )
        )
        return Taken(found, self._send(found, lambda told: letters.extended(told, text)))

    # --- letters ----------------------------------------------------------------------------------------------------------

    def told(self, connection: Connection, ticket: Ticket, language: str) -> letters.Told:
        """All that a letter or page about a ticket may tell. Raises PolicyUnknown."""
        declared = self._declared(connection, ticket)
        outside = outside_of(declared) if tells_outside(ticket) else ()
        link = f"{self._site}/my/{self.organisation.id}/tickets" if self._site else ""
        clock = self.intake.clock(connection, ticket)
        return letters.Told(ticket, clock, calendar(declared.calendar).zone, language, link, outside)

    def _send(
        self, ticket: Ticket, write: Callable[[letters.Told], letters.Letter], *, contact: Contact | None = None,
        subject: str = "",
    ) -> Sent:  # fmt: skip
        """Write to whoever opened a ticket, by the address they gave."""
        contact = contact if contact is not None and contact.address else self.contact(ticket.number)
        if contact is None or not contact.address or contact.channel != "email":
            return Sent(why="no_address")
        with self.organisation.database.read() as connection:
            letter = write(self.told(connection, ticket, contact.language))
            found = service_class(self._declared(connection, ticket).catalogue, ticket.purpose)
            who = subject or self._person(connection, ticket)
        if found is None:
            return Sent(why="no_class")
        message, data = found
        who = who or self._opened(contact.address)
        wanted = Wanted(
            who, message, ticket.purpose, contact.address, letter.title, letter.text, data,
            papers={"request": ticket.number}, language=contact.language if contact.language in letters.SPOKEN else "en",
        )  # fmt: skip
        try:
            queued = self.organisation.messages.enqueue(wanted)
        except (MessageRefused, SubjectUnknown):
            return Sent(why="refused")
        return Sent(queued.id) if queued.state is State.QUEUED else Sent(why=queued.reason)

    def contact(self, number: str) -> Contact | None:
        """Where whoever opened a ticket can be answered, as long as that is kept."""
        with self.organisation.database.read() as connection:
            opened = self.intake.opened(connection, number)
        return next((one.contact for one in opened if one.contact is not None), None)

    # --- people -----------------------------------------------------------------------------------------------------------

    def known(self, number: str) -> Facts:
        """What is on record of whoever a ticket belongs to."""
        with self.organisation.database.read() as connection:
            ticket = self.intake.ticket(connection, number)
            subject = self._person(connection, ticket)
        if not subject:
            return Facts()
        views = list(self.organisation.known(subject).values())
        holding = frozenset.intersection(*(one.holding for one in views))
        return Facts(holding, frozenset().union(*(one.unknown for one in views)))

    def _person(self, connection: Connection, ticket: Ticket) -> str:
        return self.intake.desk.known(connection, ticket.subject) or ""

    def _of_address(self, number: str) -> str:
        contact = self.contact(number)
        if contact is None or contact.channel != "email" or not contact.address:
            raise SubjectUnknown("This ticket names no address that leads to anybody.", "Name the subject.")
        return self._opened(contact.address)

    def _opened(self, address: str) -> str:
        """Whoever an address leads to; somebody new where it leads to nobody: people who never signed up are subjects too."""
        return str(self.organisation.act(lambda acts: acts.open_subject([("email", address)])).subject)

    def _declared(self, connection: Connection, ticket: Ticket) -> Declared:
        return self.organisation.rooms.policies.declared(connection, ticket.policy)


def tells_outside(ticket: Ticket) -> bool:
    """Whether the ways outside are named: to whoever complains, or was refused."""
    return ticket.kind in TELLS_OUTSIDE or ticket.outcome in ("refused", "partly")


def service_class(catalogue: Catalogue, purpose: str) -> tuple[str, tuple[str, ...]] | None:
    """The service message that may be mailed for a purpose, with the data it uses; None where the policy declares none."""
    served = catalogue.get(Purpose, purpose) if purpose else None
    if served is None:
        return None
    for one in catalogue.all(Message):
        serves = purpose in catalogue.expand("purpose", one.purposes)
        if one.what == "service" and serves and (not one.channels or "email" in one.channels):
            return one.id, _address_data(catalogue, served)
    return None


def _address_data(catalogue: Catalogue, purpose: Purpose) -> tuple[str, ...]:
    """The category of a mail address among what a purpose may touch; where none is told apart, all of it."""
    touched = sorted(catalogue.expand("category", purpose.data))
    named = [one for one in touched if one == "email"] or [
        one for one in touched if any("mail" in field for field in _fields(catalogue, one))
    ]
    return tuple(named[:1]) or tuple(purpose.data)


def _fields(catalogue: Catalogue, category: str) -> tuple[str, ...]:
    found = catalogue.get(Category, category)
    return found.fields if found is not None else ()


def _again(do: Callable[[], Ticket]) -> Ticket:
    """Do it, again where others came meanwhile. Raises Overtaken once that was tried often enough."""
    for _ in range(AGAIN - 1):
        try:
            return do()
        except Overtaken:
            continue
    return do()
