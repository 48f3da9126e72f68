"""The last stages: recipients told and tracked, the person answered with rows, a certificate, or proof of what was written."""

from __future__ import annotations

from typing import Any

from troth.app.carrying_asking import Asking, basis_of
from troth.app.carrying_notes import BY, Notes
from troth.intake import Attachment, State, Ticket
from troth.rights import DOES, Does, Stage, certificate, evidence, listing
from troth.rights.words import HEADINGS, said_of
from troth.steps import Taken

Written = tuple[str, tuple[Attachment, ...], str]
"""The words of an answer, its files, and how the request came out."""


class Answering:
    """Recipients, and the person."""

    def __init__(self, notes: Notes, asking: Asking) -> None:
        self._notes, self._asking = notes, asking
        self._organisation, self._search = notes.organisation, notes.search

    def tell(self, taken: Taken, ticket: Ticket) -> None:
        """One recipient."""
        said, recipient = dict(taken.step.said), taken.step.about
        if said.get("answer"):
            told = {"recipient": recipient, "answer": said["answer"], "grade": said["grade"]}
            keys = [f"recipient:{one}" for one in self._search.recipients(recipient)]
            self._notes.done(taken, said, evidence.RECIPIENT_ANSWERED, ticket, told, keys)
            return
        waits = {"waits": "for the recipient's answer"}
        self._notes.wait(taken, waits, evidence.TOLD, ticket, {"recipient": recipient})

    def answer(self, taken: Taken, ticket: Ticket) -> None:
        """The person, once."""
        if ticket.state is not State.ANSWERED:
            text, files, outcome = self._written(ticket)
            papers, ground = self._notes.shown(ticket.number)
            self._notes.reception.answer(
                ticket.number, outcome, text, BY, files=files, papers=papers, ground=ground
            )
        keys = [ticket.rule] if ticket.rule.startswith("right:") else []
        self._notes.done(taken, {"answered": True}, evidence.ANSWERED, ticket, {"right": ticket.right}, keys)

    def _written(self, ticket: Ticket) -> Written:
        language = self._search.language(ticket)
        match DOES[ticket.right]:
            case Does.READS:
                made = self._search.package(ticket, language)
                files = tuple(Attachment(name, _media(name), data) for name, data in made.files.items())
                return said_of("held", language, rows=made.rows), files, "granted"
            case Does.LISTS:
                return self._listed(ticket, language)
            case Does.ERASES:
                return self._erased(ticket, language)
            case Does.WRITES:
                return self._changed(ticket, language)

    def _listed(self, ticket: Ticket, language: str) -> Written:
        given = self._search.disclosures(ticket)
        made = listing(self._organisation.clock.now(), given, HEADINGS[language])
        files = tuple(Attachment(name, _media(name), data) for name, data in made.files.items())
        return said_of("given", language, rows=made.rows), files, "granted"

    def _erased(self, ticket: Ticket, language: str) -> Written:
        facts = self._outcome(ticket)
        if ticket.right == "withdraw":
            facts |= self._going_on(ticket)
        rows = sum(one["removed"] + one["changed"] for one in facts["outcomes"])
        text = said_of("erased", language, rows=rows, left=len(facts["leftovers"]))
        partly = facts["recipients"] or (facts["leftovers"] and ticket.right != "withdraw")
        return text, (self._certified("certificate.json", ticket, facts),), "partly" if partly else "granted"

    def _changed(self, ticket: Ticket, language: str) -> Written:
        facts = self._outcome(ticket)
        rows = sum(one["changed"] for one in facts["outcomes"])
        if ticket.right == "correct":
            facts["values"] = [
                {"what": one.what, "was": one.was, "becomes": one.becomes}
                for one in self._search.corrections(ticket)
            ]
            text = said_of("corrected", language, rows=rows, left=len(facts["leftovers"]))
            partly = bool(facts["leftovers"] or facts["recipients"])
            return (
                text,
                (self._certified("correction.json", ticket, facts),),
                "partly" if partly else "granted",
            )
        facts |= self._going_on(ticket)
        text = said_of("stopped", language, rows=rows, left=len(facts["still_used_for"]))
        return text, (self._certified("certificate.json", ticket, facts),), "granted"

    def _going_on(self, ticket: Ticket) -> dict[str, Any]:
        """What the gate lets be done all the same, asked after the fact, and on which basis."""
        return {"still_used_for": basis_of(self._organisation.policy(), self._asking.still_used(ticket))}

    def _certified(self, name: str, ticket: Ticket, facts: dict[str, Any]) -> Attachment:
        return Attachment(
            name, "application/json", certificate(ticket.number, self._organisation.clock.now(), facts)
        )

    def _outcome(self, ticket: Ticket) -> dict[str, Any]:
        """What came of it so far: systems, what stays and why, copies, recipients and whether they answered."""
        steps = self._notes.status(ticket.number)
        planned = next((dict(one.said) for one in steps if one.name == Stage.PLAN), {})
        more = {name: planned[name] for name in ("flagged", "at_the_gate_alone") if planned.get(name)}
        return {
            "outcomes": [dict(one.said) for one in steps if one.name == Stage.ACT],
            "leftovers": planned.get("stays", []),
            "backups": planned.get("backups", []),
            "recipients": {
                one.about: one.said.get("answer", "waited for") for one in steps if one.name == Stage.TELL
            },
            **more,
        }


def _media(name: str) -> str:
    return {"html": "text/html", "json": "application/json"}.get(name.rpartition(".")[2], "text/csv")
