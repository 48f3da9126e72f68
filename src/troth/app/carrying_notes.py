"""What every stage of a request has: the search, the steps, and the ways a stage ends, each one transaction with its evidence."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from troth.app.acts import Acts
from troth.app.searching import Searching
from troth.datamap import MapRefused, PlanRefused, WhoIsMeant
from troth.intake import Ticket
from troth.kernel.errors import TrothError
from troth.ledger import Work
from troth.policies import NotDeclared
from troth.rights import KIND, Stage, evidence
from troth.steps import LEASE, Step, Steps, Taken

AGAIN: Final = (timedelta(seconds=30), timedelta(minutes=5), timedelta(hours=1), timedelta(hours=6))
"""How long to wait after each attempt at a store that could not be reached; after the last it is somebody's to look at."""
BY: Final = "rights"
"""As whom the cycle works on a ticket."""
SOMEBODYS: Final = (WhoIsMeant, MapRefused, PlanRefused, NotDeclared)
"""What no waiting mends."""
Said = Mapping[str, Any]


class Unfinished(TrothError):
    """A stage that was not finished; tried again."""


class Notes:
    """How stages end. Threads and processes may each have one."""

    def __init__(self, search: Searching) -> None:
        self.search, self.reception = search, search.reception
        self.organisation = search.reception.organisation
        self._next: dict[str, Taken] = {}

    def following(self, worker: str) -> Taken | None:
        """The step that was taken with the end of the one before, by the same worker."""
        return self._next.pop(worker, None)

    def go_on(self, work: Work, taken: Taken) -> None:
        """Take what can be done next of the same request in the transaction that ends a stage: one commit for both."""
        at, run = self.organisation.clock.now(), taken.step.run
        found = self.steps.take(work.connection, taken.worker, (KIND,), at=at, lease=LEASE, run=run)
        if found is not None:
            self._next[taken.worker] = found

    @property
    def steps(self) -> Steps:
        """The room of steps."""
        return self.organisation.steps

    def status(self, number: str) -> list[Step]:
        """The steps of a request, in order."""
        with self.organisation.database.read() as connection:
            return self.steps.steps(connection, number)

    def shown(self, number: str) -> tuple[list[str], str]:
        """The papers on file for a request, and its ground."""
        return next((shown_in(one) for one in self.status(number) if one.name == Stage.GROUNDS), ([], ""))

    # --- ends of a stage --------------------------------------------------------------------------------------------------

    def done(
        self, taken: Taken, said: Said, kind: str = "", ticket: Ticket | None = None, named: Said | None = None,
        keys: Sequence[str] = (),
    ) -> None:  # fmt: skip
        """It is done, with what came of it and its evidence."""

        def do(work: Work) -> None:
            self.steps.done(work.connection, taken, said)
            if kind and ticket is not None:
                self.record(work, kind, ticket, named or {}, keys)
            if not self.steps.finish(work.connection, taken.step.run, self.organisation.clock.now()):
                self.go_on(work, taken)

        self.settled(do)

    def wait(
        self, taken: Taken, said: Said, kind: str = "", ticket: Ticket | None = None, named: Said | None = None
    ) -> None:  # fmt: skip
        """It waits for somebody."""

        def do(work: Work) -> None:
            self.steps.wait(work.connection, taken, {**taken.step.said, **said})
            if kind and ticket is not None:
                self.record(work, kind, ticket, named or {})
            self.go_on(work, taken)

        self.settled(do)

    def failed(self, taken: Taken, problem: TrothError) -> None:
        """Later again, and after the last time somebody's to look at. What was said says no value of anybody."""
        said = {**taken.step.said, "problem": problem.message, "help": problem.help}
        attempts = taken.step.attempts
        if attempts < len(AGAIN) and not isinstance(problem, SOMEBODYS):
            at = self.organisation.clock.now() + AGAIN[attempts]
            self.settled(lambda work: self.steps.again(work.connection, taken, said, at=at))
        else:
            self.settled(lambda work: self.steps.wait(work.connection, taken, said))

    def settled(self, do: Callable[[Work], None]) -> None:
        """One transaction, one after the other: two workers that end the last two stages of a request must see each other."""

        def one(acts: Acts) -> None:
            acts.work.lock()
            do(acts.work)

        self.organisation.act(one)

    def record(self, work: Work, kind: str, ticket: Ticket, said: Said, keys: Sequence[str] = ()) -> None:
        """Evidence of a stage."""
        at = self.organisation.clock.now()
        work.record(evidence.happened(kind, ticket.number, at, ticket.policy, said, keys=keys))

    def woken(self, number: str, name: str, about: str = "", said: Said | None = None) -> bool:
        """What a stage waited for came; whether it waited."""
        return bool(
            self.organisation.act(
                lambda acts: self.steps.wake(acts.work.connection, number, name, about, said)
            )
        )


def shown_in(step: Step) -> tuple[list[str], str]:
    """The papers that were shown for the grounds of a request, and the ground that its words came to."""
    return list(step.said.get("papers", ())), str(step.said.get("ground", ""))
