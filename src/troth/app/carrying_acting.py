"""The stages at the stores: the plan, one system after the other, all of them once more."""

from __future__ import annotations

from typing import Any, Final

from troth.app.carrying_notes import Notes, Unfinished
from troth.app.found import Found
from troth.intake import Ticket
from troth.kernel.canonical import digest
from troth.ledger import Work
from troth.rights import DOES, Does, evidence, later_stages
from troth.steps import Taken

DONE: Final = {Does.ERASES: evidence.ERASED, Does.WRITES: evidence.WRITTEN}
"""What is on record once a system was dealt with."""


class Acting:
    """The plan, the acts, the look again. `approve` are the rights whose plan a second person agrees with."""

    def __init__(self, notes: Notes, approve: frozenset[str]) -> None:
        self._notes, self._approve = notes, approve
        self._organisation, self._search = notes.organisation, notes.search

    def plan(self, taken: Taken, ticket: Ticket) -> None:
        """What would be done; waits for whoever says what is meant, or mends what stands in the way."""
        if ticket.right == "correct" and not self._search.corrections(ticket):
            flagged = self._search.flagged(ticket)
            self._notes.wait(
                taken, {"waits": "for the value to set right", **({"flagged": flagged} if flagged else {})}
            )
            return
        found = self._search.planned(ticket)
        if found.obstacles:
            counted = {"obstacles": len(found.obstacles)}
            self._notes.wait(
                taken, {"obstacles": list(found.obstacles)}, evidence.OBSTRUCTED, ticket, counted
            )
            return
        if ticket.right == "correct" and not found.systems and not found.stays:
            self._notes.wait(taken, {"waits": "for a value that stands somewhere", "rows": dict(found.rows)})
            return
        self._planned(taken, ticket, found)

    def _planned(self, taken: Taken, ticket: Ticket, found: Found) -> None:
        said: dict[str, Any] = {"rows": dict(found.rows), **found.said}
        systems = self._search.in_turn(ticket, found.systems)
        more = later_stages(ticket.right, systems, found.tell, approved=ticket.right not in self._approve)

        def do(work: Work) -> None:
            self._notes.steps.done(work.connection, taken, said)
            self._notes.steps.add(work.connection, ticket.number, more)
            counts = {"digest": digest(said), "rows": sum(found.rows.values()), "systems": len(systems)}
            self._notes.record(work, evidence.PLANNED, ticket, counts)
            self._notes.go_on(work, taken)

        self._notes.settled(do)

    def act(self, taken: Taken, ticket: Ticket) -> None:
        """One system: intended, done, read again."""
        system = taken.step.about

        def intend(work: Work) -> None:
            self._notes.steps.intend(work.connection, taken, at=self._organisation.clock.now())
            if not taken.unknown:
                self._notes.record(work, evidence.INTENDED, ticket, {"system": system})

        self._notes.settled(intend)
        outcome = self._search.carry_out(ticket, system)
        said = outcome.as_json() | {"compared": taken.unknown}
        if outcome.erased:
            counts = {"system": system, "removed": outcome.removed, "changed": outcome.changed}
            self._notes.done(taken, said, DONE[DOES[ticket.right]], ticket, counts)
            return

        def note(work: Work) -> None:
            self._notes.steps.renew(work.connection, taken, at=self._organisation.clock.now())
            self._notes.record(work, evidence.FAILED, ticket, {"system": system})

        self._notes.settled(note)
        self._notes.failed(taken, Unfinished(outcome.problem))

    def verify(self, taken: Taken, ticket: Ticket) -> None:
        """All systems once more."""
        left = self._search.planned(ticket).undone
        if not left:
            self._notes.done(taken, {"left": {}}, evidence.VERIFIED, ticket, {})
            return
        self._notes.settled(
            lambda work: self._notes.record(work, evidence.LEFT_OVER, ticket, {"datasets": len(left)})
        )
        what = "are there again" if DOES[ticket.right] is Does.ERASES else "do not hold what was written"
        self._notes.failed(taken, Unfinished(f"Rows of {', '.join(left)} {what}."))
