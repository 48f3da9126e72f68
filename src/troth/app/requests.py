"""Requests that are carried out, as every door shows them and works on them: what is at hand in each, the overdue first; a plan
looked at before it runs; a second person's leave; what a recipient answered; papers; another try; many at once.

Doors only say what came: whoever carries out (`troth worker`, the chores of a server) goes on with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Literal

from troth.app.carriers import carrier_beside
from troth.app.carrying import Carrier
from troth.app.config import Home
from troth.app.organisation import Organisation
from troth.app.reception import Reception
from troth.datamap import Plan
from troth.intake import Received, ReceivedRefused, Ticket
from troth.kernel.errors import CallerError
from troth.policy.vocabulary import PAPERS
from troth.rights import CYCLES, KIND, Stage
from troth.steps import Run, Standing, Step
from troth.steps.model import ENDED

Show = Literal["live", "waiting", "overdue", "ended"]
SHOWN: Final[tuple[Show, ...]] = ("live", "waiting", "overdue", "ended")
ANSWERS: Final = ("done", "refused", "unknown")
"""What a recipient may have answered."""
GRADES: Final = ("signed", "api", "mail", "assertion")
"""How a recipient's answer is known, the strongest first."""
PROBLEMS: Final = frozenset({"problem", "obstacles"})
MOST: Final = 500


class NothingCarriesOut(CallerError):
    """No map lies beside the policy: nobody knows where anything is."""


class SamePerson(CallerError):
    """Who worked on a request agrees with its plan: that takes somebody else."""


class NothingWaits(CallerError):
    """What was said was not waited for."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request that is carried out: its ticket, its run, its steps."""

    ticket: Ticket
    run: Run
    steps: tuple[Step, ...]
    overdue: bool

    @property
    def number(self) -> str:
        """The number of its ticket."""
        return self.ticket.number

    @property
    def at_hand(self) -> Step | None:
        """What it is at: what waits for somebody, else what is done next; None once it ended."""
        if self.run.ended_at is not None:
            return None
        live = [one for one in self.steps if one.standing not in ENDED]
        return next((one for one in live if one.standing is Standing.OPEN), live[0] if live else None)

    @property
    def waits(self) -> bool:
        """Whether it waits for somebody."""
        return any(one.standing is Standing.OPEN for one in self.steps) and self.run.ended_at is None

    @property
    def problem(self) -> str:
        """What went wrong with what is at hand, in a sentence that names nobody."""
        said = self.at_hand.said if self.at_hand is not None else {}
        return str(said.get("problem", "")) or "; ".join(said.get("obstacles", ()))

    @property
    def help(self) -> str:
        """How to mend that."""
        return str(self.at_hand.said.get("help", "")) if self.at_hand is not None else ""

    def waiting(self, *stages: str) -> list[Step]:
        """The steps of these stages that wait for somebody."""
        return [one for one in self.steps if one.standing is Standing.OPEN and one.name in stages]

    @property
    def plan(self) -> Step | None:
        """The step with the plan that was made, where one was."""
        return next((one for one in self.steps if one.name == Stage.PLAN and one.said), None)

    def as_json(self) -> dict[str, object]:
        """As plain values: no row, key or address of anybody."""
        at = self.at_hand
        return {
            "number": self.number, "right": self.ticket.right, "state": self.ticket.state.value,
            "outcome": self.ticket.outcome, "opened_at": self.run.opened_at.isoformat(), "due_at": _plain(self.ticket.due_at),
            "ended_at": _plain(self.run.ended_at), "overdue": self.overdue, "provisional": self.ticket.provisional,
            "waits": self.waits, "stage": at.name if at else "", "about": at.about if at else "",
            "problem": self.problem, "help": self.help, "steps": [one.as_json() for one in self.steps],
        }  # fmt: skip


class Requests:
    """The requests of one organisation that are carried out. Threads may share it."""

    def __init__(
        self, organisation: Organisation, carrier: Callable[[], Carrier | None], site: str = ""
    ) -> None:
        self.organisation = organisation
        self._carrier = carrier
        self._reception = Reception(organisation, site)

    # --- looking ----------------------------------------------------------------------------------------------------------

    def listed(self, show: Show = "live", right: str = "") -> list[Request]:
        """The requests, the overdue first, then by the day they are due; those that only wait for a recipient come last."""
        organisation = self.organisation
        with organisation.database.read() as connection:
            runs = organisation.steps.listed(connection, KIND, live=show != "ended", limit=MOST)
            found = [
                self._request(run, organisation.intake.ticket(connection, run.id),
                              organisation.steps.steps(connection, run.id))
                for run in runs
                if show != "ended" or run.ended_at is not None
            ]  # fmt: skip
        chosen = [one for one in found if _shown(one, show) and right in ("", one.ticket.right)]
        return sorted(chosen, key=_urgent)

    def one(self, number: str) -> Request:
        """One request. Raises StepUnknown, where it is not carried out."""
        organisation = self.organisation
        with organisation.database.read() as connection:
            run = organisation.steps.run(connection, number)
            ticket = organisation.intake.ticket(connection, number)
            return self._request(run, ticket, organisation.steps.steps(connection, number))

    def beside(self, number: str, show: Show = "live") -> tuple[str, str]:
        """The numbers before and after one in the queue; '' where there is none."""
        found = [one.number for one in self.listed(show)]
        at = found.index(number) if number in found else len(found)
        return found[at - 1] if 0 < at < len(found) else "", found[at + 1] if at + 1 < len(found) else ""

    def planned(self, number: str) -> Plan:
        """What an erasure would do now; nothing is done. Raises as `Carrier.would_erase`, NothingCarriesOut."""
        return self._carries().would_erase(number)

    def _request(self, run: Run, ticket: Ticket, steps: Sequence[Step]) -> Request:
        return Request(ticket, run, tuple(steps), ticket.overdue(self.organisation.clock.now()))

    # --- working ----------------------------------------------------------------------------------------------------------

    def open(self, received: Received) -> Request:
        """Open a request for a right that is carried out, and begin with it. Raises ReceivedRefused, NothingCarriesOut."""
        if received.right not in CYCLES:
            raise ReceivedRefused(
                "That right is not carried out over stores.", f"Name one of: {', '.join(CYCLES)}."
            )
        carrier = self._carries()
        ticket = self._reception.take_in(received).ticket
        carrier.begin()
        return self.one(ticket.number)

    def approve(self, number: str, by: str) -> None:
        """A second person agrees with the plan. Raises SamePerson, NothingWaits, NothingCarriesOut."""
        with self.organisation.database.read() as connection:
            worked = {one.by for one in self.organisation.intake.parts(connection, number)}
        if by in worked:
            raise SamePerson(
                "Whoever worked on a request does not agree with its plan.", "Somebody else has to."
            )
        self._waited(self._carries().approve(number, by), "Nothing waits for anybody's leave there.")

    def told(self, number: str, recipient: str, answer: str, grade: str) -> None:
        """What a recipient answered, and how that is known. Raises NothingWaits, NothingCarriesOut, CallerError."""
        if answer not in ANSWERS or grade not in GRADES:
            raise CallerError(
                "That is no answer of a recipient.", f"Say {', '.join(ANSWERS)}, by {', '.join(GRADES)}."
            )
        waited = self._carries().told(number, recipient, answer, grade)
        self._waited(waited, "Nobody waits for that recipient there.")

    def paper(self, number: str, papers: Iterable[str], ground: str, by: str) -> None:
        """Evidence on file for the grounds, and the listed ground that the words come to; with a note on the ticket of who put it
        there. Raises NothingWaits, NothingCarriesOut."""
        shown = sorted(set(papers) & set(PAPERS))
        if not shown and not ground:
            raise CallerError("No paper and no ground was named.", f"Papers are: {', '.join(PAPERS)}.")
        waited = self._carries().paper(number, shown, ground)
        self._waited(waited, "Nothing waits for a paper there.")
        self._reception.say(number, "; ".join([*shown, ground]).strip("; "), by, note=True)

    def retry(self, number: str) -> None:
        """Try again whatever waits because of a problem. Raises NothingWaits, NothingCarriesOut."""
        self._waited(self._carries().retry(number), "Nothing waits because of a problem there.")

    def withdraw(self, number: str, by: str) -> None:
        """Whoever asked wants it no more: the ticket ends, and what was not done of it is left. Raises MoveRefused, TicketUnknown."""
        organisation = self.organisation
        organisation.act(lambda acts: organisation.intake.withdraw(acts.work, number, by, at=acts.at))
        carrier = self._carrier()
        if carrier is not None:
            carrier.begin()

    def many(self, numbers: Iterable[str], do: Literal["approve", "retry"], by: str) -> dict[str, str]:
        """The same for many: '' for each that was done, else why it was not."""
        came: dict[str, str] = {}
        for number in list(dict.fromkeys(numbers))[:MOST]:
            try:
                self.approve(number, by) if do == "approve" else self.retry(number)
                came[number] = ""
            except CallerError as problem:
                came[number] = problem.message
        return came

    def _carries(self) -> Carrier:
        found = self._carrier()
        if found is None:
            raise NothingCarriesOut(
                "No map.yaml lies beside the policy: nobody knows where data lie.",
                "Draft one with `troth map`.",
            )
        return found

    def _waited(self, did: bool, sentence: str) -> None:
        if not did:
            raise NothingWaits(sentence, "Look at the request again: it has gone on.")


def requests_beside(
    organisation: Organisation, home: Home, folder: Path, data: Path | None = None, site: str = ""
) -> Requests:
    """The requests of an organisation by the map beside its policy; the map is read when something is done with one."""
    return Requests(organisation, lambda: carrier_beside(organisation, home, folder, data), site)


def _shown(one: Request, show: Show) -> bool:
    return {"waiting": one.waits, "overdue": one.overdue}.get(show, True)


def _urgent(one: Request) -> tuple[bool, bool, str, str]:
    due = one.ticket.due_at
    return not one.ticket.live, due is None, _plain(due) or "", one.number


def _plain(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
