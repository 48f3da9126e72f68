"""Requests carried out over the stores of a data map: runs opened for tickets, stages done by workers, each durable with its evidence.

In our own database a stage's effect, its evidence and its new standing are one transaction. In a store outside, that it will be
done is committed first, then it is done and read again, then what came of it is committed; a worker that dies between is followed
by one that plans anew: what is gone already is found no more, so that it is neither lost nor done twice.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

from troth.app.carrying_acting import Acting
from troth.app.carrying_answering import Answering
from troth.app.carrying_asking import Asking
from troth.app.carrying_notes import AGAIN, BY, Notes, Said
from troth.app.searching import Searching
from troth.datamap import Plan
from troth.datamap.changing import Correction
from troth.intake import State, Ticket
from troth.kernel.errors import CallerError, TrothError
from troth.ledger import Work
from troth.rights import CYCLES, DOES, KIND, Does, Stage, evidence, first_stages
from troth.steps import LEASE, LeaseLost, Run, Standing, Step, Taken

__all__ = ["AGAIN", "BY", "Carrier"]
_OVER = (State.WITHDRAWN, State.DUPLICATE, State.MERGED, State.CLOSED)


class Carrier:
    """Carries out the requests of one organisation. Threads and processes may each have one."""

    def __init__(self, search: Searching, *, approve: Collection[str] = ()) -> None:
        """`approve` are the rights whose plan a second person agrees with."""
        self.organisation = search.reception.organisation
        self._search, self._notes = search, Notes(search)
        self.worked = 0
        """How many steps this one has worked on."""
        asking, acting = Asking(self._notes), Acting(self._notes, frozenset(approve))
        answering = Answering(self._notes, asking)
        self._do: dict[str, Callable[[Taken, Ticket], None]] = {
            Stage.IDENTITY: asking.identity, Stage.GROUNDS: asking.grounds, Stage.SETTLE: asking.settle,
            Stage.PLAN: acting.plan, Stage.APPROVE: asking.approve, Stage.ACT: acting.act, Stage.VERIFY: acting.verify,
            Stage.TELL: answering.tell, Stage.ANSWER: answering.answer,
        }  # fmt: skip

    def close(self) -> None:
        """Let go of the stores."""
        self._search.close()

    # --- runs -------------------------------------------------------------------------------------------------------------

    def begin(self) -> int:
        """Open a run for every request that has none, end those whose ticket ended, and wake what waited for a proof; how many began."""
        organisation = self.organisation
        with organisation.database.read() as connection:
            tickets = organisation.intake.listed(
                connection, states=(State.RECEIVED, State.IDENTITY, State.OPEN), kind="request", limit=1000
            )
            known = {one.id for one in organisation.steps.listed(connection, KIND, live=False, limit=100_000)}
            live = organisation.steps.listed(connection, KIND, limit=1000)
        fresh = [one for one in tickets if one.right in CYCLES and one.number not in known]
        for ticket in fresh:
            self._open(ticket)
        for run in live:
            self._follow(run)
        return len(fresh)

    def _open(self, ticket: Ticket) -> None:
        def do(work: Work) -> None:
            steps, at = self.organisation.steps, self.organisation.clock.now()
            if steps.open(
                work.connection, ticket.number, KIND, first_stages(ticket.right), at=at, due=ticket.due_at
            ):
                self._notes.record(work, evidence.OPENED, ticket, {"right": ticket.right})

        self._notes.settled(do)

    def _follow(self, run: Run) -> None:
        """What became of the ticket meanwhile: ended by hand, or proven."""
        organisation = self.organisation
        with organisation.database.read() as connection:
            ticket = organisation.intake.ticket(connection, run.id)
            steps = organisation.steps.steps(connection, run.id)
        waits = any(one.name == Stage.IDENTITY and one.standing is Standing.OPEN for one in steps)
        if ticket.state in _OVER or _by_hand(ticket, steps):
            organisation.act(lambda acts: organisation.steps.end(acts.work.connection, run.id, acts.at))
        elif waits and ticket.subject:
            self._notes.woken(run.id, Stage.IDENTITY)

    def turn(self, worker: str, number: str = "") -> bool:
        """Do the most urgent step there is, of one request or of all, and what can be done of the same request after it; whether
        there was one. What a worker did not finish, the next one does."""
        organisation = self.organisation
        with organisation.database.write() as connection:
            taken = organisation.steps.take(
                connection, worker, (KIND,), at=organisation.clock.now(), lease=LEASE, run=number
            )
        if taken is None:
            return False
        while taken is not None:
            self.worked += 1
            self._stage(taken)
            taken = self._notes.following(worker)
        return True

    def _stage(self, taken: Taken) -> None:
        with self.organisation.database.read() as connection:
            ticket = self.organisation.intake.ticket(connection, taken.step.run)
        try:
            self._do[taken.step.name](taken, ticket)
        except LeaseLost:
            self._notes.following(taken.worker)  # whoever took it over goes on with it
        except TrothError as problem:
            self._notes.following(taken.worker)
            self._failed(taken, problem)

    def _failed(self, taken: Taken, problem: TrothError) -> None:
        try:
            self._notes.failed(taken, problem)
        except LeaseLost:
            return

    # --- what others say ----------------------------------------------------------------------------------------------------

    def status(self, number: str) -> list[Step]:
        """The steps of a request, in order."""
        return self._notes.status(number)

    def would_erase(self, number: str) -> Plan:
        """The plan of an erasure as it would be now, for whichever right was asked. Raises TicketUnknown, WhoIsMeant, StoreUnreachable."""
        with self.organisation.database.read() as connection:
            ticket = self.organisation.intake.ticket(connection, number)
        return self._search.would_erase(ticket)

    def paper(self, number: str, papers: Sequence[str], ground: str = "") -> bool:
        """Evidence on file for the grounds, and the listed ground that the words come to; whether something waited for it."""
        before, named = self._notes.shown(number)
        said = {"papers": sorted({*before, *papers}), "ground": ground or named}
        return self._woken(number, Stage.GROUNDS, said=said)

    def correct(self, number: str, corrections: Iterable[Correction], by: str) -> bool:
        """What is to be set right, sealed with the ticket; whether it was waited for. Raises TicketUnknown, NothingToCorrect."""
        listed = tuple(corrections)
        if not listed or not all(one.what and one.becomes for one in listed):
            raise NothingToCorrect(
                "A correction names what is wrong and what it becomes.",
                "Name a category or a field, and the value.",
            )
        self._search.keep_corrections(number, listed, by)
        return self._woken(number, Stage.PLAN)

    def meant(self, number: str, which: Sequence[str]) -> bool:
        """Which of several consents or objections a request is about, by their ids; whether that was waited for."""
        return self._woken(number, Stage.SETTLE, said={"meant": list(which)})

    def approve(self, number: str, by: str) -> bool:
        """A second person agrees with the plan; whether one was waited for."""
        return self._woken(number, Stage.APPROVE, said={"by": by})

    def told(self, number: str, recipient: str, answer: str, grade: str) -> bool:
        """A recipient answered (done, refused, unknown), by a grade of evidence; whether it was waited for."""
        return self._woken(number, Stage.TELL, recipient, {"answer": answer, "grade": grade})

    def retry(self, number: str) -> bool:
        """Try again whatever waits because of a problem; whether anything did."""
        waiting = [
            one
            for one in self.status(number)
            if one.standing is Standing.OPEN and {"problem", "obstacles"} & one.said.keys()
        ]
        return bool(sum(self._woken(number, one.name, one.about) for one in waiting))

    def _woken(self, number: str, name: str, about: str = "", said: Said | None = None) -> bool:
        return self._notes.woken(number, name, about, said)


class NothingToCorrect(CallerError):
    """A correction does not say what is wrong, or what it becomes."""


def _by_hand(ticket: Ticket, steps: Sequence[Step]) -> bool:
    """Whether people answered before anything was done here: then nothing is. What was accepted goes on, but a writing not yet planned."""
    if ticket.state is not State.ANSWERED:
        return False
    accepted = Stage.PLAN if DOES[ticket.right] is Does.WRITES else Stage.GROUNDS
    begun = any(one.name == accepted and one.standing is Standing.DONE for one in steps)
    return ticket.outcome == "refused" or not begun
