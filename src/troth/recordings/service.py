"""Recordings in use: begun where the gate permits it, asked about again while they go on, ended."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from troth.decide.model import Question
from troth.gate import Gate, Reply, Using
from troth.kernel.entropy import Entropy
from troth.ledger import Ledger, Origin, Work
from troth.ledger.errors import PayloadUnreadable
from troth.policies import Declared
from troth.recordings import evidence
from troth.recordings.errors import RecordingUnknown
from troth.recordings.model import DENIED, GONE, OVER, Recording
from troth.subjects import SubjectUnknown

COLLECT: Final = "collect"


class Recordings:
    """The recordings of one organisation. Every verb that records takes the work it is part of."""

    def __init__(self, ledger: Ledger, gate: Gate, entropy: Entropy) -> None:
        self._ledger = ledger
        self._gate = gate
        self._entropy = entropy

    def all(self, connection: Connection) -> dict[str, Recording]:
        """Every recording by its id, the oldest first, read from the record."""
        found: dict[str, Recording] = {}
        for event in self._ledger.events(connection, kinds=("recordings:",)):
            one = evidence.read(event, found)
            if one is not None:
                found[one.id] = one
        return found

    def begin(
        self, work: Work, declared: Declared, subject: str, question: Question, papers: Mapping[str, str],
        *, origin: Origin = Origin.OBSERVED,
    ) -> tuple[Using, Recording | None]:  # fmt: skip
        """Ask whether a call of this person may be recorded, and put on record that it is. A refusal is on record, and nothing begins.
        A permit is booked by whoever did the work, once that is durable. Raises SubjectUnknown, PaperUnknown, NoPolicyInForce."""
        using = self._gate.use_in(work, question, subject, papers, origin=origin)
        if not using.reply.permitted:
            return using, None
        id = f"rec_{self._entropy.bytes(12).hex()}"
        work.record(evidence.begun(id, question, using.reply, subject, papers, declared.digest, origin))
        work.settle()
        return using, self.all(work.connection)[id]

    def go_on(
        self, work: Work, declared: Declared, id: str, *, now: datetime, origin: Origin = Origin.OBSERVED
    ) -> Recording:
        """Ask again whether a recording may go on: where a condition holds no more it is ended, with what is missing on record.
        One that had ended stays so. Raises RecordingUnknown."""
        work.lock()
        return self._asked(work, declared, self._known(work.connection, id), now, origin)

    def sweep(
        self, work: Work, declared: Declared, *, now: datetime, origin: Origin = Origin.OBSERVED
    ) -> tuple[Recording, ...]:
        """Ask again about each recording that goes on; those that were ended."""
        work.lock()
        going = [one for one in self.all(work.connection).values() if one.going]
        asked = (self._asked(work, declared, one, now, origin) for one in going)
        return tuple(one for one in asked if not one.going)

    def end(
        self, work: Work, declared: Declared, id: str, *, now: datetime, origin: Origin = Origin.OBSERVED
    ) -> Recording:
        """The call is over. Raises RecordingUnknown."""
        work.lock()
        found = self._known(work.connection, id)
        return self._ended(work, declared, found, OVER, (), now, origin) if found.going else found

    def _known(self, connection: Connection, id: str) -> Recording:
        found = self.all(connection).get(id)
        if found is None:
            raise RecordingUnknown(
                "No recording of this id was begun.", "Ids are given when a recording begins."
            )
        return found

    def _asked(
        self, work: Work, declared: Declared, one: Recording, now: datetime, origin: Origin
    ) -> Recording:
        if not one.going:
            return one
        reply = self._peek(work.connection, one)
        if reply is None:
            return self._ended(work, declared, one, GONE, (), now, origin)
        if reply.permitted:
            return one
        missing = tuple(dict.fromkeys(str(fact) for way in reply.answer.missing for fact in way))
        return self._ended(work, declared, one, DENIED, missing, now, origin)

    def _peek(self, connection: Connection, one: Recording) -> Reply | None:
        """The gate's answer now; None where its person was erased."""
        try:
            sealed = self._ledger.payload(connection, one.sequence)
            if sealed is None:
                return None
            papers = sealed["papers"]
            assert isinstance(papers, dict)
            question = Question(COLLECT, one.data, one.purpose, via=one.via)
            return self._gate.peek_in(connection, question, str(sealed["subject"]), papers)
        except (PayloadUnreadable, SubjectUnknown):
            return None

    def _ended(
        self, work: Work, declared: Declared, one: Recording, why: str, missing: tuple[str, ...], now: datetime, origin: Origin
    ) -> Recording:  # fmt: skip
        work.record(evidence.ended(one.id, why, missing, declared.digest, now, origin))
        work.settle()
        return self.all(work.connection)[one.id]
