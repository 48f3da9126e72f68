"""Requests carried out over the stores of a data map: runs opened for tickets, stages done by workers, each durable with its evidence.

In our own database a stage's effect, its evidence and its new standing are one transaction. In a store outside, that it will be
done is committed first, then it is done and read again, then what came of it is committed; a worker that dies between is followed
by one that plans anew: what is gone already is found no more, so that it is neither lost nor done twice.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from troth.app.searching import Searching
from troth.datamap import MapRefused, Plan, PlanRefused, WhoIsMeant
from troth.decide.model import RequestOutcome
from troth.intake import Attachment, Proof, State, Ticket
from troth.kernel.canonical import digest
from troth.kernel.errors import TrothError
from troth.ledger import Work
from troth.rights import (
    CYCLES,
    KIND,
    Stage,
    certificate,
    evidence,
    first_stages,
    later_stages,
)
from troth.rights.words import said_of
from troth.steps import LEASE, Run, Standing, Step, Steps, Taken

AGAIN: Final = (timedelta(seconds=30), timedelta(minutes=5), timedelta(hours=1), timedelta(hours=6))
"""How long to wait after each attempt at a store that could not be reached; after the last it is somebody's to look at."""
BY: Final = "rights"
"""As whom the cycle works on a ticket."""
SOMEBODYS: Final = (WhoIsMeant, MapRefused, PlanRefused)
"""What no waiting mends."""
Said = Mapping[str, Any]


class Carrier:
    """Carries out the requests of one organisation. Threads and processes may each have one."""

    def __init__(self, search: Searching, *, approve: Collection[str] = ()) -> None:
        """`approve` are the rights whose plan a second person agrees with."""
        self._search, self._reception, self._approve_rights = search, search.reception, frozenset(approve)
        self.organisation = search.reception.organisation
        self._do: dict[str, Callable[[Taken, Ticket], None]] = {
            Stage.IDENTITY: self._identity, Stage.GROUNDS: self._grounds, Stage.PLAN: self._plan, Stage.APPROVE: self._approve,
            Stage.ACT: self._act, Stage.VERIFY: self._verify, Stage.TELL: self._tell, Stage.ANSWER: self._answer,
        }  # fmt: skip

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
                self._record(work, evidence.OPENED, ticket, {"right": ticket.right})

        self.organisation.act(lambda acts: do(acts.work))

    def _follow(self, run: Run) -> None:
        """What became of the ticket meanwhile: ended by hand, or proven."""
        organisation = self.organisation
        with organisation.database.read() as connection:
            ticket = organisation.intake.ticket(connection, run.id)
            steps = organisation.steps.steps(connection, run.id)
        waits = any(one.name == Stage.IDENTITY and one.standing is Standing.OPEN for one in steps)
        over = ticket.state in (State.WITHDRAWN, State.DUPLICATE, State.MERGED, State.CLOSED)
        begun = any(one.name == Stage.GROUNDS and one.standing is Standing.DONE for one in steps)
        by_hand = ticket.state is State.ANSWERED and (ticket.outcome == "refused" or not begun)
        if over or by_hand:
            organisation.act(lambda acts: organisation.steps.end(acts.work.connection, run.id, acts.at))
        elif waits and ticket.subject:
            organisation.act(
                lambda acts: organisation.steps.wake(acts.work.connection, run.id, Stage.IDENTITY)
            )

    def turn(self, worker: str, number: str = "") -> bool:
        """Do the most urgent step there is, of one request or of all; whether there was one. What a worker did not finish, the next
        one does."""
        organisation = self.organisation
        with organisation.database.write() as connection:
            taken = organisation.steps.take(
                connection, worker, (KIND,), at=organisation.clock.now(), lease=LEASE, run=number
            )
        if taken is None:
            return False
        with organisation.database.read() as connection:
            ticket = organisation.intake.ticket(connection, taken.step.run)
        try:
            self._do[taken.step.name](taken, ticket)
        except TrothError as problem:
            self._failed(taken, problem)
        return True

    def _failed(self, taken: Taken, problem: TrothError) -> None:
        """Later again, and after the last time somebody's to look at. What was said says no value of anybody."""
        said = {**taken.step.said, "problem": problem.message, "help": problem.help}
        attempts = taken.step.attempts
        if attempts < len(AGAIN) and not isinstance(problem, SOMEBODYS):
            at = self.organisation.clock.now() + AGAIN[attempts]
            self._settled(taken, lambda work: self._steps.again(work.connection, taken, said, at=at))
        else:
            self._settled(taken, lambda work: self._steps.wait(work.connection, taken, said))

    # --- stages -----------------------------------------------------------------------------------------------------------

    def _identity(self, taken: Taken, ticket: Ticket) -> None:
        if ticket.subject and ticket.proof is not Proof.NONE:
            self._done(taken, {"proof": ticket.proof.value})
        else:
            self._wait(taken, {"waits": "for proof of identity"})

    def _grounds(self, taken: Taken, ticket: Ticket) -> None:
        papers, ground = shown_in(taken.step)
        known, named = self._reception.known(ticket.number), replace(ticket, ground=ground or ticket.ground)
        with self.organisation.database.read() as connection:
            found = self.organisation.intake.judged(connection, named, known, papers=papers)
        said = {
            "outcome": found.outcome.value,
            "missing": list(found.missing),
            "papers": papers,
            "ground": named.ground,
        }
        if found.outcome is RequestOutcome.ACCEPT:
            self._done(taken, said)
        else:
            self._wait(taken, said)

    def _plan(self, taken: Taken, ticket: Ticket) -> None:
        found, plan = self._search.planned(ticket, erasing=ticket.right == "delete")
        if plan is not None and plan.refusal:
            obstacles = [str(one) for one in plan.obstacles]
            self._wait(
                taken, {"obstacles": obstacles}, evidence.OBSTRUCTED, ticket, {"obstacles": len(obstacles)}
            )
            return
        said = {"rows": found, **(_planned(plan) if plan else {})}
        systems = self._search.in_turn(ticket, plan.systems) if plan else ()
        more = later_stages(
            ticket.right,
            systems,
            plan.tell if plan else (),
            approved=ticket.right not in self._approve_rights,
        )

        def do(work: Work) -> None:
            self._steps.done(work.connection, taken, said)
            self._steps.add(work.connection, ticket.number, more)
            counts = {"digest": digest(said), "rows": sum(found.values()), "systems": len(systems)}
            self._record(work, evidence.PLANNED, ticket, counts)

        self._settled(taken, do)

    def _approve(self, taken: Taken, ticket: Ticket) -> None:
        if by := str(taken.step.said.get("by", "")):
            self._done(taken, {"by": by}, evidence.APPROVED, ticket, {"by": by})
        else:
            self._wait(taken, {"waits": "for a second person"})

    def _act(self, taken: Taken, ticket: Ticket) -> None:
        system = taken.step.about

        def intend(work: Work) -> None:
            self._steps.intend(work.connection, taken, at=self.organisation.clock.now())
            if not taken.unknown:
                self._record(work, evidence.INTENDED, ticket, {"system": system})

        self._settled(taken, intend)
        outcome = self._search.erase(ticket, system)
        said = outcome.as_json() | {"compared": taken.unknown}
        if outcome.erased:
            counts = {"system": system, "removed": outcome.removed, "changed": outcome.changed}
            self._done(taken, said, evidence.ERASED, ticket, counts)
            return
        with self.organisation.database.write() as connection:
            self.organisation.steps.renew(connection, taken, at=self.organisation.clock.now())
        self.organisation.act(
            lambda acts: self._record(acts.work, evidence.FAILED, ticket, {"system": system})
        )
        self._failed(taken, _Unfinished(outcome.problem))

    def _verify(self, taken: Taken, ticket: Ticket) -> None:
        _, plan = self._search.planned(ticket, erasing=True)
        assert plan is not None
        left = {act.dataset: len(act.keys) for act in plan.acts if act.removes}
        if not left:
            self._done(taken, {"left": {}}, evidence.VERIFIED, ticket, {})
            return
        self.organisation.act(
            lambda acts: self._record(acts.work, evidence.LEFT_OVER, ticket, {"datasets": len(left)})
        )
        self._failed(taken, _Unfinished(f"Rows of {', '.join(left)} are there again."))

    def _tell(self, taken: Taken, ticket: Ticket) -> None:
        said, recipient = dict(taken.step.said), taken.step.about
        if said.get("answer"):
            told = {"recipient": recipient, "answer": said["answer"], "grade": said["grade"]}
            keys = [f"recipient:{one}" for one in self._search.recipients(recipient)]
            self._done(taken, said, evidence.RECIPIENT_ANSWERED, ticket, told, keys)
            return
        self._wait(
            taken, {"waits": "for the recipient's answer"}, evidence.TOLD, ticket, {"recipient": recipient}
        )

    def _answer(self, taken: Taken, ticket: Ticket) -> None:
        if ticket.state is not State.ANSWERED:
            text, files, outcome = self._written(ticket)
            papers, ground = self._shown(ticket.number)
            self._reception.answer(
                ticket.number, outcome, text, BY, files=files, papers=papers, ground=ground
            )
        keys = [ticket.rule] if ticket.rule.startswith("right:") else []
        self._done(taken, {"answered": True}, evidence.ANSWERED, ticket, {"right": ticket.right}, keys)

    def _written(self, ticket: Ticket) -> tuple[str, tuple[Attachment, ...], str]:
        """The words of the answer, its files, and how the request came out."""
        language = self._search.language(ticket)
        if ticket.right != "delete":
            made = self._search.package(ticket, language)
            files = tuple(Attachment(name, _media(name), data) for name, data in made.files.items())
            return said_of("held", language, rows=made.rows), files, "granted"
        facts, at = self._outcome(ticket), self.organisation.clock.now()
        file = Attachment("certificate.json", "application/json", certificate(ticket.number, at, facts))
        rows = sum(one["removed"] + one["changed"] for one in facts["outcomes"])
        text = said_of("erased", language, rows=rows, left=len(facts["leftovers"]))
        return text, (file,), "partly" if facts["leftovers"] or facts["recipients"] else "granted"

    def _outcome(self, ticket: Ticket) -> dict[str, Any]:
        """What came of an erasure so far: systems, what stays and why, copies, recipients and whether they answered."""
        steps = self.status(ticket.number)
        planned = next((dict(one.said) for one in steps if one.name == Stage.PLAN), {})
        return {
            "outcomes": [dict(one.said) for one in steps if one.name == Stage.ACT],
            "leftovers": planned.get("stays", []),
            "backups": planned.get("backups", []),
            "recipients": {
                one.about: one.said.get("answer", "waited for") for one in steps if one.name == Stage.TELL
            },
        }

    # --- what others say ----------------------------------------------------------------------------------------------------

    def status(self, number: str) -> list[Step]:
        """The steps of a request, in order."""
        with self.organisation.database.read() as connection:
            return self._steps.steps(connection, number)

    def would_erase(self, number: str) -> Plan:
        """The plan of an erasure as it would be now, for whichever right was asked. Raises TicketUnknown, WhoIsMeant, StoreUnreachable."""
        with self.organisation.database.read() as connection:
            ticket = self.organisation.intake.ticket(connection, number)
        _, plan = self._search.planned(ticket, erasing=True)
        assert plan is not None
        return plan

    def paper(self, number: str, papers: Sequence[str], ground: str = "") -> bool:
        """Evidence on file for the grounds, and the listed ground that the words come to; whether something waited for it."""
        before, named = self._shown(number)
        said = {"papers": sorted({*before, *papers}), "ground": ground or named}
        return self._woken(number, Stage.GROUNDS, said=said)

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
        return bool(
            self.organisation.act(
                lambda acts: self._steps.wake(acts.work.connection, number, name, about, said)
            )
        )

    # --- inside -----------------------------------------------------------------------------------------------------------

    @property
    def _steps(self) -> Steps:
        return self.organisation.steps

    def _shown(self, number: str) -> tuple[list[str], str]:
        """The papers on file for a request, and its ground."""
        return next((shown_in(one) for one in self.status(number) if one.name == Stage.GROUNDS), ([], ""))

    def _done(
        self, taken: Taken, said: Said, kind: str = "", ticket: Ticket | None = None, named: Said | None = None,
        keys: Sequence[str] = (),
    ) -> None:  # fmt: skip
        def do(work: Work) -> None:
            self._steps.done(work.connection, taken, said)
            if kind and ticket is not None:
                self._record(work, kind, ticket, named or {}, keys)
            self._steps.finish(work.connection, taken.step.run, self.organisation.clock.now())

        self._settled(taken, do)

    def _wait(
        self,
        taken: Taken,
        said: Said,
        kind: str = "",
        ticket: Ticket | None = None,
        named: Said | None = None,
    ) -> None:
        def do(work: Work) -> None:
            self._steps.wait(work.connection, taken, {**taken.step.said, **said})
            if kind and ticket is not None:
                self._record(work, kind, ticket, named or {})

        self._settled(taken, do)

    def _settled(self, taken: Taken, do: Callable[[Work], None]) -> None:
        self.organisation.act(lambda acts: do(acts.work))

    def _record(self, work: Work, kind: str, ticket: Ticket, said: Said, keys: Sequence[str] = ()) -> None:
        at = self.organisation.clock.now()
        draft = evidence.happened(kind, ticket.number, at, ticket.policy, said, keys=keys)
        work.record(draft)


class _Unfinished(TrothError):
    """A stage that was not finished; tried again."""


def shown_in(step: Step) -> tuple[list[str], str]:
    """The papers that were shown for the grounds of a request, and the ground that its words came to."""
    return list(step.said.get("papers", ())), str(step.said.get("ground", ""))


def _planned(plan: Plan) -> dict[str, Any]:
    """A plan without any key of anybody: what stays and why, which copies there are, whom to tell."""
    return {
        "acts": [act.as_json() for act in plan.acts], "stays": [stay.as_json() for stay in plan.stays],
        "backups": [{"id": one.id, "kept": str(one.kept or "")} for one in plan.backups], "tell": list(plan.tell),
    }  # fmt: skip


def _media(name: str) -> str:
    return {"html": "text/html", "json": "application/json"}.get(name.rpartition(".")[2], "text/csv")
