"""The stages before any store is touched: proof, grounds, what holds at the gate from now on, and a second person's leave."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from troth.app.acts import Acts
from troth.app.carrying_notes import Notes, shown_in
from troth.decide.model import Outcome, Question, RequestOutcome
from troth.intake import Proof, Ticket
from troth.policies import Declared
from troth.policy.facts import Fact
from troth.policy.model import Consent, Ground, Objection, Purpose
from troth.rights import evidence
from troth.steps import Taken

USES: Final = ("collect", "use", "share")
"""The acts that are asked about once somebody's data are restricted."""


class Asking:
    """Proof, grounds, the gate, leave."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._organisation = notes.organisation

    def identity(self, taken: Taken, ticket: Ticket) -> None:
        """Whoever asks is proven."""
        if ticket.subject and ticket.proof is not Proof.NONE:
            self._notes.done(taken, {"proof": ticket.proof.value})
        else:
            self._notes.wait(taken, {"waits": "for proof of identity"})

    def grounds(self, taken: Taken, ticket: Ticket) -> None:
        """What the policy says to it."""
        papers, ground = shown_in(taken.step)
        known, named = (
            self._notes.reception.known(ticket.number),
            replace(ticket, ground=ground or ticket.ground),
        )
        with self._organisation.database.read() as connection:
            found = self._organisation.intake.judged(connection, named, known, papers=papers)
        said = {
            "outcome": found.outcome.value,
            "missing": list(found.missing),
            "papers": papers,
            "ground": named.ground,
        }
        if found.outcome is RequestOutcome.ACCEPT:
            self._notes.done(taken, said)
        else:
            self._notes.wait(taken, said)

    def approve(self, taken: Taken, ticket: Ticket) -> None:
        """A second person's leave."""
        if by := str(taken.step.said.get("by", "")):
            self._notes.done(taken, {"by": by}, evidence.APPROVED, ticket, {"by": by})
        else:
            self._notes.wait(taken, {"waits": "for a second person"})

    # --- the gate -----------------------------------------------------------------------------------------------------------

    def settle(self, taken: Taken, ticket: Ticket) -> None:
        """What holds at the gate from now on, in one transaction with this stage: before any store is looked at, for it counts at once."""
        declared = self._organisation.policy()
        named = [str(one) for one in taken.step.said.get("meant", ())]
        meant = named or self._only(declared, ticket)
        if not meant:
            self._notes.wait(
                taken, {"waits": "for which of several is meant", "open": self._open(declared, ticket)}
            )
            return

        def do(acts: Acts) -> None:
            subject = self._notes.search.subject_ids(ticket)[0]
            for one in meant:
                _settled(acts, ticket.right, subject, one)
            said = {"meant": meant, "facts": [_fact(ticket.right, one) for one in meant]}
            self._notes.steps.done(acts.work.connection, taken, said)
            self._notes.record(
                acts.work, evidence.SETTLED, ticket, {"right": ticket.right, "of": ",".join(meant)}
            )
            self._notes.go_on(acts.work, taken)

        self._organisation.act(do)

    def still_used(self, ticket: Ticket) -> list[str]:
        """The purposes that the gate lets be followed with somebody's data all the same: asked, not taken from what was written."""
        declared, gate = self._organisation.policy(), self._organisation.gate
        subject = self._notes.search.subject_ids(ticket)[0]
        found = []
        with self._organisation.database.read() as connection:
            for purpose in declared.catalogue.all(Purpose):
                asked = (Question(act, purpose.data[:1], purpose.id) for act in USES)
                if any(
                    gate.peek_in(connection, one, subject).answer.outcome is Outcome.PERMIT for one in asked
                ):
                    found.append(purpose.id)
        return found

    def _only(self, declared: Declared, ticket: Ticket) -> list[str]:
        """What is meant where nothing else can be."""
        found = self._open(declared, ticket)
        return found if len(found) == 1 else []

    def _open(self, declared: Declared, ticket: Ticket) -> list[str]:
        """What a request of this right can be about: all of the person's data, the objections there are, the consents that stand."""
        if ticket.right == "restrict":
            return ["restricted"]
        if ticket.right == "object":
            return [one.id for one in declared.catalogue.all(Objection)]
        holding = self._notes.reception.known(ticket.number).holding
        return [one.id for one in declared.catalogue.all(Consent) if Fact("consent", one.id) in holding]


def _settled(acts: Acts, right: str, subject: str, meant: str) -> None:
    if right == "restrict":
        acts.set_facts(subject, set=[meant])
    elif right == "object":
        acts.object(subject, meant)
    else:
        acts.consent(subject, meant, "withdrawn")


def _fact(right: str, meant: str) -> str:
    """The fact by which a map marks rows."""
    return {"restrict": meant, "object": f"objects:{meant}"}.get(right, f"consent:{meant}")


def basis_of(declared: Declared, purposes: Any) -> dict[str, list[str]]:
    """On which bases purposes go on."""
    found: dict[str, list[str]] = {}
    for purpose in purposes:
        grounds = [
            one.basis for one in declared.catalogue.all(Ground)
            if not one.purposes or purpose in declared.catalogue.expand("purpose", one.purposes)
        ]  # fmt: skip
        found[purpose] = list(dict.fromkeys(grounds))
    return found
