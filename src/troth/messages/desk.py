"""What every verb of this room works with, and the one gate that each message passes twice."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from sqlalchemy import Connection

from troth.decide.model import Answer, Question
from troth.gate import Gate, Rooms
from troth.kernel.clock import Clock
from troth.kernel.entropy import Entropy
from troth.ledger import Ledger, Origin, Recorder, Work
from troth.messages import evidence, rules, store
from troth.messages.composing import NO_TRACKING, Tracking
from troth.messages.model import Wanted
from troth.policies import Declared, NotDeclared
from troth.policy.model import Message

SUPPRESSED: Final = "suppressed"
CHANNEL: Final = "channel"
GATE: Final = "gate"
_ABOUT: Final = "suppression:"


class Keys(Protocol):
    """Whoever seals what messages say. Threads may share it."""

    def seal_many(self, items: Sequence[tuple[str, str, bytes]], *, bucket: str = "") -> list[bytes]:
        """Each (owner, cell, plain) sealed. Raises KeyDestroyed, for all."""

    def open_many(self, items: Sequence[tuple[str, str, bytes]]) -> list[bytes | None]:
        """Each (owner, cell, sealed) opened; None where the key was destroyed."""


@dataclass(frozen=True, slots=True)
class Passed:
    """What the send gate said: '' and the policy's answer, or why not."""

    reason: str
    answer: Answer | None
    statement: Message
    policy: str


@dataclass(frozen=True, slots=True)
class Desk:
    """What every verb needs; made once for an organisation."""

    organisation: str
    ledger: Ledger
    recorder: Recorder
    rooms: Rooms
    gate: Gate
    keys: Keys
    clock: Clock
    entropy: Entropy

    def declared(self, connection: Connection, at: datetime) -> Declared:
        """What the policy in force declares. Raises NoPolicyInForce."""
        return self.rooms.policies.ruling(connection, at)

    def digest(self, channel: str, address: str) -> str:
        """An address as a digest under the organisation's own key: it can be compared here, and guessed by nobody else."""
        return self.ledger.pseudonym(f"{_ABOUT}{rules.normal(channel, address)}")

    def passes(
        self, work: Work, id: str, wanted: Wanted, digest: str, at: datetime, origin: Origin
    ) -> Passed:
        """The send gate, asked when a message is queued and again when it leaves; what it says is recorded by the same work.

        Opt-outs of the address come first, and stop what is optional; then the policy decides. Raises NotDeclared,
        SubjectUnknown, PaperUnknown.
        """
        work.lock()
        declared = self.declared(work.connection, at)
        statement = message_class(declared, wanted.message)
        reason = ""
        if statement.channels and wanted.channel not in statement.channels:
            reason = CHANNEL
        elif rules.opted_out_by(statement.what) and self.stands(work.connection, wanted, digest):
            work.record(evidence.held(statement.id, id, wanted.subject, declared.digest, at, origin))
            reason = SUPPRESSED
        if reason:
            return Passed(reason, None, statement, declared.digest)
        question = Question("use", wanted.data, wanted.purpose, message=wanted.message)
        reply = self.gate.release_in(work, question, wanted.subject, wanted.papers, origin=origin)
        return Passed("" if reply.permitted else GATE, reply.answer, statement, declared.digest)

    def stands(self, connection: Connection, wanted: Wanted, digest: str) -> bool:
        """Whether an opt-out of this address is about this channel and purpose."""
        return any(
            one.channel == wanted.channel and one.purpose in ("", wanted.purpose)
            for one in store.suppressed(connection, self.organisation, digest)
        )

    def tracking(
        self, connection: Connection, wanted: Wanted, statement: Message, digest: str, at: datetime
    ) -> Tracking:
        """What may tell about the reader, under the reading in force: only what the class may carry, and each point permits.

        After any opt-out of the address nothing does.
        """
        if not statement.tracking or store.suppressed(connection, self.organisation, digest):
            return NO_TRACKING
        return Tracking(
            pixel=bool(wanted.pixel) and self._collects(connection, wanted, "pixel", at),
            links=any(link.personal for link in wanted.links.values())
            and self._collects(connection, wanted, "link", at),
        )

    def _collects(self, connection: Connection, wanted: Wanted, what: str, at: datetime) -> bool:
        catalogue = self.declared(connection, at).catalogue
        return any(
            self.gate.peek_in(
                connection, Question("collect", data, purpose, via=point), wanted.subject, wanted.papers
            ).permitted
            for point, purpose, data in rules.points_of(catalogue, what)
        )


def message_class(declared: Declared, id: str) -> Message:
    """The class of messages of this id. Raises NotDeclared."""
    found = declared.catalogue.get(Message, id)
    if found is None:
        known = sorted(declared.catalogue.ids("message"))
        raise NotDeclared(
            "This policy declares no such class of messages.", f"It has: {', '.join(known) or 'none'}."
        )
    return found


def token_digest(token: str) -> str:
    """What is kept of a link to unsubscribe: 256 random bits need no key."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def cell(id: str) -> str:
    """What the sealed words of a message are bound to."""
    return f"messages_letters.sealed:{id}"
