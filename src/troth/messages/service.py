"""Messages in use: wanted, queued or refused; opt-outs by link or by word; bounces; what is told of where they stand."""

from __future__ import annotations

import base64
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from troth.ledger import Origin, Work
from troth.messages import evidence, rules, store
from troth.messages.composing import Letter, sealed_form
from troth.messages.desk import GATE, Desk, cell, message_class, token_digest
from troth.messages.errors import LinkUnknown, MessageUnknown, MoveRefused
from troth.messages.model import (
    KEEPS_LETTER,
    MOVES,
    Counted,
    Enqueued,
    Offer,
    Prepared,
    State,
    Status,
    Suppression,
    Wanted,
    Why,
)
from troth.policies import NotDeclared
from troth.policy.vocabulary import CHANNELS
from troth.subjects import SubjectErased, SubjectUnknown
from troth.vault import Item, KeyDestroyed

BUCKET: Final = "messages"
"""The retention bucket of what messages say."""
Objecting = Callable[[str, str], None]
"""Records that a subject raised an objection: the room of consent does, with all that goes with it."""


class Messages:
    """The messages of one organisation. Threads may share it; what leaves is sent by a `Sender`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @property
    def desk(self) -> Desk:
        """What a sender works with as well."""
        return self._desk

    # --- queueing -------------------------------------------------------------------------------------------------------

    def enqueue(self, wanted: Wanted, *, origin: Origin = Origin.OBSERVED) -> Enqueued:
        """Queue a message, or refuse it with what is missing; on disk when this returns. Raises as `prepare` and `enqueue_in`."""
        prepared = self.prepare(wanted)
        return self._desk.recorder.run(lambda work: self.enqueue_in(work, prepared, origin=origin))

    def prepare(self, wanted: Wanted) -> Prepared:
        """Check how a message is written, and seal its words, before any lock is held. Raises MessageRefused, SubjectUnknown."""
        rules.check(wanted)
        desk = self._desk
        owner = desk.ledger.pseudonym(wanted.subject)
        with desk.ledger.database.read() as connection:
            desk.rooms.subjects.root(connection, owner)
        id = f"msg_{desk.entropy.bytes(16).hex()}"
        token = base64.urlsafe_b64encode(desk.entropy.bytes(32)).decode().rstrip("=")
        try:
            items = [(owner, cell(id), sealed_form(Letter(wanted, token)))]
            (sealed,) = desk.keys.seal_many(items, bucket=BUCKET)
        except KeyDestroyed:
            raise SubjectErased("This person was erased.", "If they come back, open a new subject.") from None
        return Prepared(id, wanted, owner, sealed, token_digest(token))

    def enqueue_in(self, work: Work, prepared: Prepared, *, origin: Origin = Origin.OBSERVED) -> Enqueued:
        """Queue what was prepared as part of a larger work, or refuse it: the gate is asked, and its answer recorded.

        Raises NotDeclared for a class the policy does not have, SubjectUnknown, PaperUnknown.
        """
        work.lock()
        desk, wanted, at = self._desk, prepared.wanted, self._desk.clock.now()
        digest = desk.digest(wanted.channel, wanted.address)
        passed = desk.passes(work, prepared.id, wanted, digest, at, origin)
        state = State.REFUSED if passed.reason else State.QUEUED
        said = {
            "class": wanted.message, "what": passed.statement.what, "purpose": _declared_or(wanted.purpose),
            "channel": wanted.channel, "code": passed.reason,
        }  # fmt: skip
        if state is State.QUEUED:
            expires = at + rules.patience(passed.statement.what).lasts
            said |= {"next": at.isoformat(), "expires": expires.isoformat()}
        work.record(
            evidence.moved(state, prepared.id, wanted.subject, at, origin, policy=passed.policy, said=said)
        )
        if state is State.QUEUED:
            self._keep(work.connection, prepared, digest)
        missing = passed.answer.missing if passed.answer is not None and passed.reason == GATE else ()
        clauses = passed.answer.clauses if passed.answer is not None else passed.statement.clauses
        return Enqueued(prepared.id, state, passed.reason, missing, clauses)

    def _keep(self, connection: Connection, prepared: Prepared, digest: str) -> None:
        of, wanted = self._desk.organisation, prepared.wanted
        store.keep(connection, of, prepared.id, prepared.owner, digest, prepared.sealed)
        meant = {
            "digest": digest, "channel": wanted.channel, "purpose": wanted.purpose, "message_class": wanted.message,
            "message": prepared.id,
        }  # fmt: skip
        store.give_out(connection, of, prepared.token, meant)

    # --- what is told -----------------------------------------------------------------------------------------------------

    def status(self, connection: Connection, id: str) -> Status:
        """Where a message stands. Raises MessageUnknown."""
        found = store.find(connection, self._desk.organisation, id)
        if found is None:
            raise MessageUnknown("There is no message of this id here.", "Give the id it was queued under.")
        return found

    def listed(self, connection: Connection, *, state: str = "", limit: int = 50) -> list[Status]:
        """Messages, those that changed last first."""
        return store.listed(connection, self._desk.organisation, state=state, limit=limit)

    def of_person(self, connection: Connection, subject: str, *, limit: int = 200) -> list[Status]:
        """What was written to one person. Raises SubjectUnknown."""
        desk = self._desk
        group = desk.rooms.subjects.group(
            connection, desk.rooms.subjects.root(connection, desk.ledger.pseudonym(subject))
        )
        return store.listed(connection, desk.organisation, subjects=group, limit=limit)

    def counts(self, connection: Connection) -> list[Counted]:
        """How many messages of each class stand where, by channel."""
        return store.counts(connection, self._desk.organisation)

    def suppression_counts(self, connection: Connection) -> list[tuple[str, str, str, int]]:
        """How many addresses are written to no more: (channel, purpose or '' for any, why, count)."""
        return store.suppression_counts(connection, self._desk.organisation)

    # --- opt-outs ----------------------------------------------------------------------------------------------------------

    def suppress(
        self, work: Work, channel: str, address: str, purpose: str = "", *, why: Why = Why.ASKED, at: datetime,
        origin: Origin = Origin.OBSERVED,
    ) -> bool:  # fmt: skip
        """Write to an address no more by this channel, for one purpose or ('') any; whether that is new.

        It stops marketing and surveys; codes, service and important messages go on. Raises MessageRefused, NotDeclared.
        """
        work.lock()
        digest = self._checked(work.connection, channel, address, purpose, at)
        return self._suppress(work, Suppression(digest, channel, purpose, why, at), origin)

    def lift(
        self, work: Work, channel: str, address: str, purpose: str = "", *, at: datetime,
        origin: Origin = Origin.OBSERVED,
    ) -> bool:  # fmt: skip
        """Let an address be written to again, because its owner asked for it; whether there was an opt-out of this scope."""
        work.lock()
        digest = self._checked(work.connection, channel, address, purpose, at)
        there = any(
            (one.channel, one.purpose) == (channel, purpose)
            for one in store.suppressed(work.connection, self._desk.organisation, digest)
        )
        if there:
            work.record(evidence.lifted(digest, channel, purpose, at, origin))
        return there

    def suppressions(self, connection: Connection, channel: str, address: str) -> list[Suppression]:
        """Every opt-out of an address. Raises MessageRefused."""
        rules.check_address(channel, address)
        return store.suppressed(connection, self._desk.organisation, self._desk.digest(channel, address))

    def offered(self, connection: Connection, token: str) -> Offer:
        """What a link to unsubscribe would do; looking does nothing. Raises LinkUnknown."""
        row = store.taken(connection, self._desk.organisation, token_digest(token))
        if row is None:
            raise LinkUnknown("This link leads to nothing.", "Use the link of a newer message.")
        done = any(
            one.channel == row.channel and one.purpose in ("", row.purpose)
            for one in store.suppressed(connection, self._desk.organisation, row.digest)
        )
        return Offer(row.purpose, row.message_class, row.channel, done)

    def unsubscribe(
        self, work: Work, token: str, objecting: Objecting, *, at: datetime, origin: Origin = Origin.OBSERVED
    ) -> Offer:
        """Do what a link to unsubscribe says (RFC 8058); doing it again changes nothing. Raises LinkUnknown.

        The opt-out is about the address. Where the policy says that an objection may be made this way, that is raised as well, as
        an act of its own; nothing else is implied.
        """
        work.lock()
        offer = self.offered(work.connection, token)
        row = store.taken(work.connection, self._desk.organisation, token_digest(token))
        assert row is not None
        if not offer.done:
            self._suppress(
                work, Suppression(row.digest, row.channel, row.purpose, Why.UNSUBSCRIBED, at), origin
            )
            self._left(work, row.message, offer, objecting, at, origin)
        return Offer(offer.purpose, offer.message, offer.channel, True)

    def _left(
        self, work: Work, id: str | None, offer: Offer, objecting: Objecting, at: datetime, origin: Origin
    ) -> None:
        """Record who left, where that person is still known, and the objections that the policy ties to it."""
        connection = work.connection
        status = store.find(connection, self._desk.organisation, id) if id else None
        subject = self._known(connection, status.subject) if status is not None else None
        if subject is None or id is None:
            return
        declared = self._desk.declared(connection, at)
        work.record(evidence.unsubscribed(id, subject, declared.digest, at, origin))
        try:
            statement = message_class(declared, offer.message)
        except NotDeclared:
            return  # a class of an older policy: the address is opted out all the same
        for objection in rules.objections_meant(declared.catalogue, statement, offer.purpose, offer.channel):
            objecting(subject, objection)

    def _known(self, connection: Connection, pseudonym: str) -> str | None:
        """The id of whoever a message was to, unless that may not be known any more."""
        subjects = self._desk.rooms.subjects
        try:
            return subjects.id_of(connection, subjects.root(connection, pseudonym))
        except SubjectUnknown:
            return None

    def _checked(self, connection: Connection, channel: str, address: str, purpose: str, at: datetime) -> str:
        if channel not in CHANNELS:
            raise NotDeclared("That is no channel.", f"Known: {', '.join(sorted(CHANNELS))}.")
        rules.check_address(channel, address)
        if purpose and purpose not in self._desk.declared(connection, at).catalogue.ids("purpose"):
            raise NotDeclared("This policy declares no such purpose.", "Leave it out to mean any.")
        return self._desk.digest(channel, address)

    def _suppress(self, work: Work, one: Suppression, origin: Origin) -> bool:
        there = store.suppressed(work.connection, self._desk.organisation, one.digest)
        if any((old.channel, old.purpose) == (one.channel, one.purpose) for old in there):
            return False
        work.record(evidence.suppressed(one, origin))
        return True

    # --- what is heard later -------------------------------------------------------------------------------------------------

    def bounced(
        self,
        work: Work,
        id: str,
        code: str,
        *,
        dead: bool = True,
        at: datetime,
        origin: Origin = Origin.OBSERVED,
    ) -> Status:
        """A message came back after all; an address that is dead gets no marketing again. Raises MessageUnknown, MoveRefused."""
        work.lock()
        found = store.letter(work.connection, self._desk.organisation, id)
        status = self.move(work, id, State.BOUNCED, at=at, origin=origin, said={"code": code})
        if dead and found is not None:
            self._suppress(work, Suppression(found[1], status.channel, "", Why.BOUNCED, at), origin)
        return status

    def confirmed(
        self, work: Work, id: str, how: str, *, at: datetime, origin: Origin = Origin.OBSERVED
    ) -> Status:
        """Somebody saw that a message arrived: a probe in the mailbox, a receipt. Raises MessageUnknown, MoveRefused."""
        return self.move(work, id, State.CONFIRMED, at=at, origin=origin, said={"grade": how})

    def settle(
        self, work: Work, id: str, *, again: bool, at: datetime, origin: Origin = Origin.OBSERVED
    ) -> Status:
        """Say of a message that may have been sent what is to happen: send it again at the risk of twice, or let it be.

        Raises MessageUnknown, MoveRefused for one whose fate is known.
        """
        work.lock()
        status = self.status(work.connection, id)
        if status.state is not State.UNKNOWN:
            raise MoveRefused(f"This message is {status.state.value}: its fate is known.", "")
        state = State.QUEUED if again else State.EXPIRED
        said = {"code": "settled"}
        if again:
            expires = at + rules.patience(status.what).lasts
            said |= {"next": at.isoformat(), "expires": expires.isoformat()}
        return self.move(work, id, state, at=at, origin=origin, said=said)

    def move(
        self, work: Work, id: str, state: State, *, at: datetime, origin: Origin = Origin.OBSERVED,
        policy: str | None = None, said: Mapping[str, str] | None = None,
    ) -> Status:  # fmt: skip
        """Bring a message to a state, as an event; its words go with the last state that needs them.

        Of somebody erased meanwhile it is recorded without naming the subject. Raises MessageUnknown, MoveRefused.
        """
        work.lock()
        status = self.status(work.connection, id)
        if state not in MOVES[status.state]:
            raise MoveRefused(f"A message that is {status.state.value} cannot become {state.value}.", "")
        subject = self._known(work.connection, status.subject)
        work.record(evidence.moved(state, id, subject, at, origin, policy=policy, said=said))
        if state not in KEEPS_LETTER:
            store.empty(work.connection, self._desk.organisation, id)
        return self.status(work.connection, id)

    # --- erasing -------------------------------------------------------------------------------------------------------------

    def forget(self, connection: Connection, pseudonyms: Collection[str]) -> None:
        """Let nothing be left of what was written to people: for whoever erases a person, and says so. Opt-outs stay."""
        store.forget(connection, self._desk.organisation, pseudonyms)

    def lying(self, connection: Connection, pseudonyms: Collection[str]) -> list[Item]:
        """What lies sealed of these people, as (owner, cell, sealed): for whoever tries whether it can still be opened."""
        found = store.sealed_of(connection, self._desk.organisation, pseudonyms)
        return [(owner, cell(id), sealed) for owner, id, sealed in found]


def _declared_or(purpose: str) -> str:
    return purpose or evidence.ANYTHING
