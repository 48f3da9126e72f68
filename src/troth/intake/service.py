"""Work on tickets: who proves to be whom, what is said, answered, refused, put off, closed and taken up again."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from troth.decide.model import Facts, Request, RequestAnswer, RequestOutcome
from troth.decide.requests import answer_request, fees_met
from troth.intake import checking, evidence, parts, rules, store
from troth.intake.desk import keys_of, law_of, purpose_of, said_of
from troth.intake.errors import IdentityOpen, MoveRefused, Overtaken, ReceivedRefused
from troth.intake.model import (
    CLOSINGS,
    MOVES,
    OUTCOMES,
    PERSON,
    WRITTEN,
    Attachment,
    Kind,
    Match,
    Proof,
    State,
    Ticket,
    What,
)
from troth.intake.parts import Kept, Plain
from troth.intake.register import Register
from troth.kernel.findings import did_you_mean
from troth.ledger import Origin, Work
from troth.policies import Declared
from troth.policy.facts import Fact
from troth.policy.model import Refusal, RequestGround
from troth.policy.terms import PeriodTerm
from troth.policy.vocabulary import RIGHTS
from troth.subjects import SubjectErased
from troth.vault import KeyDestroyed

STRONG: Final = frozenset(Proof) - {Proof.NONE, Proof.ADDRESS}
"""Proofs that say who somebody is; an address that answered says only that somebody reads it."""
REFUSED: Final = "refused"


class Intake(Register):
    """The tickets of one organisation, and the work on them. Threads may share it. Verbs that change take the work they are part of."""

    # --- words ------------------------------------------------------------------------------------------------------------

    def seal(
        self,
        number: str,
        text: str,
        what: What,
        by: str,
        files: Sequence[Attachment] = (),
        *,
        title: str = "",
    ) -> tuple[Kept, ...]:
        """Words and files about a ticket, checked and sealed before any lock is held. Raises ReceivedRefused, TicketUnknown,
        SubjectErased. Their numbers are given when they are put down."""
        checking.check_words(text, title)
        checking.check_files(tuple(files))
        desk = self._desk
        with desk.ledger.database.read() as connection:
            ticket = self.ticket(connection, number)
            first = store.next_part(connection, desk.organisation, number)
        plain: list[Plain] = [parts.words(what, by, text, title)] if text.strip() else []
        plain += [parts.file(one, by) for one in files]
        try:
            kept = parts.sealed(desk.keys, self._owner(ticket), number, plain, desk.clock.now(), first)
        except KeyDestroyed:
            raise SubjectErased("This person was erased.", "Nothing more is written down.") from None
        return tuple(kept)

    def say(
        self, work: Work, number: str, kept: Sequence[Kept], by: str, *, at: datetime, mail: str = "",
        origin: Origin = Origin.OBSERVED,
    ) -> Ticket:  # fmt: skip
        """Put words down with a ticket; what a person says on one that ended takes it up again. Raises TicketUnknown, Overtaken."""
        work.lock()
        ticket = self.ticket(work.connection, number)
        self._keep(work, ticket, kept)
        said = {"by": by, "mail": mail} if mail else {"by": by}
        self._happened(work, ticket, evidence.SAID, at, origin, said)
        if by == PERSON and not ticket.live and State.OPEN in MOVES[ticket.state]:
            return self.reopen(work, number, at=at, origin=origin)
        return self.ticket(work.connection, number)

    def sort(
        self, work: Work, number: str, kind: Kind, right: str, by: str, *, ground: str = "",
        revision: int | None = None, at: datetime, origin: Origin = Origin.OBSERVED,
    ) -> Ticket:  # fmt: skip
        """Somebody read it and says what it is; its clock is that of the right it uses. Raises MoveRefused, ReceivedRefused,
        TicketUnknown, Overtaken."""
        ticket = self._current(work, number, revision)
        _check_live(ticket)
        if kind is Kind.UNSORTED or (kind is Kind.REQUEST and right not in RIGHTS):
            raise ReceivedRefused("A request names the right it uses.", did_you_mean(right, RIGHTS))
        declared = self._declared(work.connection, ticket)
        meant = rules.right_of(law_of(declared), kind, right)
        sorted_as = replace(ticket, kind=kind, right=meant)
        found = self._desk.clock_of(work.connection, sorted_as, at)
        purpose = purpose_of(declared.catalogue, kind, meant)
        said = {
            "by": by,
            "kind": kind.value,
            "right": meant,
            "ground": ground,
            "purpose": purpose,
            **said_of(found),
        }
        keys = keys_of(declared, sorted_as) if not ticket.right else ()
        return self._happened(work, ticket, evidence.TYPED, at, origin, said, keys)

    # --- identity ---------------------------------------------------------------------------------------------------------

    def ask_identity(
        self, work: Work, number: str, by: str, *, phrase: str = "", revision: int | None = None, at: datetime,
        origin: Origin = Origin.OBSERVED,
    ) -> Ticket:  # fmt: skip
        """Proof of identity was asked for; `phrase` is what was sent to the address, to be sent back. Raises MoveRefused,
        TicketUnknown, Overtaken."""
        ticket = self._current(work, number, revision)
        rules.check_move(ticket.state, State.IDENTITY)
        said: dict[str, str] = {"by": by, "first": "no" if ticket.asked_at else "yes"}
        if phrase:
            said["challenge"] = self._desk.challenge(number, phrase)
        asked = ticket.asked_at or at
        found = self._desk.clock_of(work.connection, ticket, at, asked_at=asked)
        return self._happened(work, ticket, evidence.ASKED, at, origin, {**said, **said_of(found)})

    def proven_by(self, connection: Connection, ticket: Ticket, phrase: str) -> bool:
        """Whether this is what was sent to the address of a ticket."""
        return bool(ticket.challenge) and self._desk.challenge(ticket.number, phrase) == ticket.challenge

    def prove(
        self, number: str, subject: str, proof: Proof, by: str, *, revision: int | None = None,
        origin: Origin = Origin.OBSERVED,
    ) -> Ticket:  # fmt: skip
        """Somebody showed who they are: the ticket is theirs from now on, and so are the keys its words lie under.

        Durable when this returns; the key of the ticket itself is dead then. Raises MoveRefused, TicketUnknown, SubjectUnknown,
        Overtaken, IdentityOpen where what was given leads to several people and no document says who it is.
        """
        desk = self._desk
        owner = desk.ledger.pseudonym(subject)
        while True:
            with desk.ledger.database.read() as connection:
                before = [Kept(*one) for one in store.parts_of(connection, desk.organisation, number)]
            try:
                after = parts.moved(desk.keys, owner, number, before)
            except KeyDestroyed:
                raise SubjectErased("This person was erased.", "Nothing more is written down.") from None

            def act(work: Work, before: list[Kept] = before, after: list[Kept] = after) -> Ticket | None:
                return self._prove(work, number, subject, proof, by, revision, before, after, origin)

            found = desk.recorder.run(act)
            if found is not None:
                self.bury()
                return found

    def _prove(
        self, work: Work, number: str, subject: str, proof: Proof, by: str, revision: int | None,
        before: list[Kept], after: list[Kept], origin: Origin,
    ) -> Ticket | None:  # fmt: skip
        """Within the work: None where words came meanwhile, so that it is done again."""
        desk, at = self._desk, self._desk.clock.now()
        ticket = self._current(work, number, revision)
        _check_live(ticket)
        if ticket.match is Match.SEVERAL and proof not in STRONG:
            raise IdentityOpen(
                "What was given leads to several people.", "Ask for one more sign of who it is."
            )
        root = desk.subjects.root(work.connection, work.pseudonym(subject))
        if ticket.subject and desk.subjects.root(work.connection, ticket.subject) != root:
            raise IdentityOpen("This ticket belongs to somebody else.", "Open another for this person.")
        there = [Kept(*one) for one in store.parts_of(work.connection, desk.organisation, number)]
        if [(one.part.number, one.owner) for one in there] != [
            (one.part.number, one.owner) for one in before
        ]:
            return None
        found = desk.clock_of(work.connection, ticket, at, proven_at=at)
        said = {"by": by, "proof": proof.value, "match": Match.ONE.value, "challenge": "", **said_of(found)}
        draft = evidence.happened(
            evidence.PROVEN, number, at, origin, subject=subject, policy=ticket.policy, said=said
        )
        work.record(draft)
        connection = work.connection
        for one in after:
            store.reseal(connection, desk.organisation, number, one.part.number, one.owner, one.sealed)
        store.doom(
            connection, desk.organisation, {one.owner for one in before} - {one.owner for one in after}
        )
        return self.ticket(connection, number)

    # --- answering --------------------------------------------------------------------------------------------------------

    def judged(
        self, connection: Connection, ticket: Ticket, known: Facts, *, refusal: str = "",
        papers: Collection[str] = (),
    ) -> RequestAnswer:  # fmt: skip
        """What the policy says to a request, or to turning it down: `known` is what is on record of the person, `papers` are the
        kinds of proof on file. Raises PolicyUnknown."""
        declared = self._declared(connection, ticket)
        held = {Fact("paper", one) for one in papers} | known.holding
        if ticket.route in WRITTEN:
            held |= {Fact("paper", "written_form")}
        if ticket.proof is Proof.DOCUMENT:
            held |= {Fact("paper", "identity")}
        if ticket.proof in STRONG:
            held |= {Fact("verified")}
        asked = Request(ticket.right, ticket.ground, refusal, ticket.route.value)
        return answer_request(declared.catalogue, asked, Facts(frozenset(held), known.unknown), ticket.policy)

    def answer(
        self, work: Work, number: str, outcome: str, kept: Sequence[Kept], by: str, *, known: Facts,
        refusal: str = "", papers: Collection[str] = (), ground: str = "", message: str = "",
        revision: int | None = None, at: datetime, origin: Origin = Origin.OBSERVED,
    ) -> Ticket:  # fmt: skip
        """Answer a ticket: once, by one. A request is granted only with the proof that the policy asks for, and refused only on a
        ground that it lists, with the evidence that ground needs and a reason in words.

        Raises MoveRefused, IdentityOpen, Overtaken, TicketUnknown.
        """
        ticket = self._current(work, number, revision)
        rules.check_move(ticket.state, State.ANSWERED)
        if ticket.kind is Kind.UNSORTED:
            raise MoveRefused(
                "Nobody has said yet what this is.", "Say whether it is a request, and of which right."
            )
        if outcome not in OUTCOMES:
            raise MoveRefused("That is no answer.", did_you_mean(outcome, OUTCOMES))
        if not any(one.part.what is What.ANSWER for one in kept):
            raise MoveRefused("An answer says something, and a refusal its reason.", "Write it in words.")
        ticket = self._grounded(work, ticket, ground)
        if ticket.kind is Kind.REQUEST:
            self._check_request(work, ticket, outcome, refusal, known, papers)
        elif outcome == REFUSED:
            raise MoveRefused("Only a request can be refused.", "Tell what was found instead.")
        self._keep(work, ticket, kept)
        late = ticket.due_at is not None and at > ticket.due_at
        declared = self._declared(work.connection, ticket)
        said = {"by": by, "outcome": outcome, "late": "yes" if late else "no", "refusal": refusal}
        said |= {"message": message, "ground": ticket.ground}
        keys = () if late else keys_of(declared, ticket)
        keys = (*keys, *(_refusals(declared, refusal) if refusal else _grounds(declared, ticket)))
        keys = (*keys, *_fees(declared, ticket, papers))
        return self._happened(work, ticket, evidence.ANSWERED, at, origin, said, keys)

    def _check_request(
        self, work: Work, ticket: Ticket, outcome: str, refusal: str, known: Facts, papers: Collection[str]
    ) -> None:
        if (outcome == REFUSED) != bool(refusal):
            raise MoveRefused(
                "A refusal names its ground, and nothing else does.", "Give the code of the ground."
            )
        found = self.judged(work.connection, ticket, known, refusal=refusal, papers=papers)
        if found.outcome is RequestOutcome.AWAIT:
            kind = MoveRefused if refusal else IdentityOpen
            raise kind(
                f"The policy asks for more before this: {'; '.join(found.missing)}.",
                "Ask for it, and wait for it.",
            )
        if refusal and found.outcome not in (RequestOutcome.MAY_REFUSE, RequestOutcome.BARRED):
            raise MoveRefused(
                "The policy lists no such ground to refuse this right.", "Name one that it lists."
            )

    def _grounded(self, work: Work, ticket: Ticket, ground: str) -> Ticket:
        """A ticket with the ground that whoever reads it found in its words."""
        return replace(ticket, ground=ground) if ground else ticket

    def close(
        self, work: Work, number: str, reason: str, by: str, *, revision: int | None = None, at: datetime,
        origin: Origin = Origin.OBSERVED,
    ) -> Ticket:  # fmt: skip
        """Close a ticket, for a reason. Raises MoveRefused, TicketUnknown, Overtaken."""
        ticket = self._current(work, number, revision)
        rules.check_move(ticket.state, State.CLOSED)
        if reason not in CLOSINGS:
            raise MoveRefused("That is no reason to close a ticket.", did_you_mean(reason, CLOSINGS))
        return self._happened(work, ticket, evidence.CLOSED, at, origin, {"by": by, "reason": reason})

    def reopen(self, work: Work, number: str, *, at: datetime, origin: Origin = Origin.OBSERVED) -> Ticket:
        """Take up again what had ended. Its clock is the one it had. Raises MoveRefused, TicketUnknown."""
        ticket = self._current(work, number, None)
        rules.check_move(ticket.state, State.OPEN)
        if ticket.live:
            raise MoveRefused("This ticket has not ended.", "Nothing is to be taken up again.")
        return self._happened(work, ticket, evidence.REOPENED, at, origin, {})

    def withdraw(
        self, work: Work, number: str, by: str, *, at: datetime, origin: Origin = Origin.OBSERVED
    ) -> Ticket:
        """Whoever asked wants it no more. Raises MoveRefused, TicketUnknown."""
        ticket = self._current(work, number, None)
        rules.check_move(ticket.state, State.WITHDRAWN)
        return self._happened(work, ticket, evidence.WITHDRAWN, at, origin, {"by": by})

    def join(
        self, work: Work, number: str, into: str, by: str, *, duplicate: bool, at: datetime,
        origin: Origin = Origin.OBSERVED,
    ) -> Ticket:  # fmt: skip
        """A ticket says what another says already (`duplicate`), or goes on as part of it. Both are of the same person, or of
        the same address. Raises MoveRefused, TicketUnknown."""
        ticket, other = self._current(work, number, None), self.ticket(work.connection, into)
        rules.check_move(ticket.state, State.DUPLICATE if duplicate else State.MERGED)
        same = ticket.subject == other.subject if ticket.subject else ticket.sender == other.sender
        if number == into or not same or not (ticket.subject or ticket.sender):
            raise MoveRefused("These are not two tickets of one person.", "Look at whose they are.")
        kind = evidence.DUPLICATE if duplicate else evidence.MERGED
        return self._happened(work, ticket, kind, at, origin, {"by": by, "into": into})

    def extend(
        self, work: Work, number: str, allowed: Mapping[str, PeriodTerm], by: str, *, message: str = "",
        revision: int | None = None, at: datetime, origin: Origin = Origin.OBSERVED,
    ) -> Ticket:  # fmt: skip
        """Put the answer off as far as the law lets, once, and only with the notice that tells the person. `allowed` are the
        statements whose limit a statute lets be prolonged; the policy's own promise stays as it is. Raises MoveRefused."""
        ticket = self._current(work, number, revision)
        if not ticket.live or ticket.extended or not allowed:
            raise MoveRefused(
                "This answer cannot be put off.",
                "A statute must allow it, and it is done once, before the answer.",
            )
        said = ",".join(f"{key}|{rules.term_text(term)}" for key, term in sorted(allowed.items()))
        found = self._desk.clock_of(work.connection, ticket, at, extended=said)
        named = {"by": by, "extended": said, "message": message, **said_of(found)}
        return self._happened(work, ticket, evidence.EXTENDED, at, origin, named)

    def alert(
        self, work: Work, number: str, step: str, *, at: datetime, origin: Origin = Origin.OBSERVED
    ) -> bool:
        """Note that a date is near, or over: once for each step; whether that is new. Raises TicketUnknown."""
        ticket = self._current(work, number, None)
        if ticket.alerted == step:
            return False
        self._happened(work, ticket, evidence.ALERTED, at, origin, {"alerted": step})
        return True

    # --- inside -----------------------------------------------------------------------------------------------------------

    def _keep(self, work: Work, ticket: Ticket, kept: Sequence[Kept]) -> None:
        """Put sealed parts down. Raises Overtaken where others came, or the ticket became somebody's, since they were sealed."""
        if not kept:
            return
        connection, of = work.connection, self._desk.organisation
        first = store.next_part(connection, of, ticket.number)
        if first != kept[0].part.number or self._owner(ticket) != kept[0].owner:
            raise Overtaken("Something was added to this ticket meanwhile.", "Look at it again first.")
        store.keep(connection, of, [one.row(ticket.number) for one in kept])

    def _declared(self, connection: Connection, ticket: Ticket) -> Declared:
        return self._desk.policies.declared(connection, ticket.policy)


def _check_live(ticket: Ticket) -> None:
    """Pass while a ticket has not ended. Raises MoveRefused."""
    if not ticket.live:
        raise MoveRefused("This ticket has ended.", "Take it up again first.")


def _refusals(declared: Declared, code: str) -> tuple[str, ...]:
    return tuple(one.key for one in declared.catalogue.all(Refusal) if one.code == code)


def _fees(declared: Declared, ticket: Ticket, papers: Collection[str]) -> tuple[str, ...]:
    """What the policy says of the cost of this request: no answer is ever charged for here."""
    if ticket.kind is not Kind.REQUEST:
        return ()
    held = Facts(frozenset(Fact("paper", one) for one in papers))
    return tuple(one.key for one in fees_met(declared.catalogue, ticket.right, held))


def _grounds(declared: Declared, ticket: Ticket) -> tuple[str, ...]:
    """The listed grounds on which a request was accepted."""
    listed = declared.catalogue.all(RequestGround)
    return tuple(one.key for one in listed if one.code == ticket.ground and ticket.right in one.rights)
