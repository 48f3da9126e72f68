"""The stores of a data map searched for whoever opened a ticket: what is there, what its right would do, one system dealt with, the answer.

Identities are taken from the ticket each time and kept nowhere. A plan is made anew each time as well: what a worker who died had
done already is found no more. What a value is to become is sealed with the ticket, and is read from there.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from troth.app import found as came
from troth.app.disclosed import disclosed
from troth.app.found import Found
from troth.app.reception import Reception
from troth.app.stores import Stores
from troth.connectors import Secrets
from troth.datamap import (
    DataMap,
    Outcome,
    Plan,
    PlanRefused,
    Proven,
    Reached,
    Survey,
    erase_in,
    explain,
    plan_erasure,
    reach,
    rows_of,
)  # fmt: skip
from troth.datamap.changing import (
    Changing,
    Correction,
    change_in,
    filled_in,
    plan_corrections,
    plan_marks,
    unmarked,
)
from troth.datamap.erasing import check_plan
from troth.datamap.resting import resting_on
from troth.intake import Ticket, What
from troth.policy.model import Right
from troth.rights import DOES, Does, Package, in_turn, package
from troth.rights.words import HEADINGS

SUBJECT: Final = "troth"
"""The kind of identity that is the subject id which a company keeps beside its own rows."""
LATELY: Final = timedelta(seconds=5)
"""For how long rows that were found are taken to be all of somebody's."""
CORRECTION: Final = "troth.correction/1"
"""The title of the sealed note of a ticket that says which values are to be set right."""


@dataclass(frozen=True, slots=True)
class Searching:
    """One organisation's tickets and stores. `folder` is where the map lies: relative paths of stores start there."""

    reception: Reception
    folder: Path
    map: DataMap
    secrets: Secrets
    stores: Stores = field(init=False, compare=False, repr=False)
    _lately: dict[str, tuple[datetime, Reached]] = field(
        init=False, compare=False, repr=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        object.__setattr__(self, "stores", Stores(self.map, self.folder, self.secrets))

    def close(self) -> None:
        """Let go of whatever is held open of the stores."""
        self.stores.close()

    # --- whose ------------------------------------------------------------------------------------------------------------

    def subject_ids(self, ticket: Ticket) -> tuple[str, ...]:
        """Every subject id that whoever asks is known by, their own first."""
        organisation = self.reception.organisation
        with organisation.database.read() as connection:
            subjects = organisation.rooms.subjects
            names = subjects.group(connection, subjects.root(connection, ticket.subject))
            return tuple(str(id) for name in names if (id := subjects.id_of(connection, name)) is not None)

    def proven(self, ticket: Ticket) -> tuple[Proven, ...]:
        """The identities that whoever asks has proven: every subject id they are known
        by, and the address the request is answered at."""
        contact = self.reception.contact(ticket.number)
        found = [Proven(SUBJECT, id) for id in self.subject_ids(ticket)]
        if contact is not None and contact.address and contact.channel in ("email", "sms", "phone"):
            found.append(Proven("email" if contact.channel == "email" else "phone", contact.address))
        return tuple(found) + self._corrected_identities(ticket, {one.kind for one in found})

    def _corrected_identities(self, ticket: Ticket, known: set[str]) -> tuple[Proven, ...]:
        """A person is found by the value that is set right as well: by the old one until it was, by the new one after."""
        if ticket.right != "correct":
            return ()
        kinds = {
            (field.identity, correction.becomes)
            for correction in self.corrections(ticket)
            for dataset in self.map.datasets
            for field in dataset.fields
            if field.identity in known
            and correction.what in (*field.categories, f"{dataset.name}.{field.name}")
        }
        return tuple(Proven(kind, value) for kind, value in sorted(kinds) if kind)

    # --- what is to be set right ------------------------------------------------------------------------------------------

    def corrections(self, ticket: Ticket) -> tuple[Correction, ...]:
        """The values to set right, as they were last said and sealed; none where nobody said any."""
        organisation = self.reception.organisation
        with organisation.database.read() as connection:
            opened = organisation.intake.opened(connection, ticket.number)
        said = [one.text for one in opened if one.part.what is What.NOTE and one.title == CORRECTION]
        return tuple(Correction(**one) for one in json.loads(said[-1])) if said else ()

    def keep_corrections(self, number: str, corrections: Iterable[Correction], by: str) -> None:
        """Seal values to set right with a ticket. Raises TicketUnknown, ReceivedRefused."""
        listed = [{"what": one.what, "becomes": one.becomes, "was": one.was} for one in corrections]
        self.reception.say(number, json.dumps(listed, ensure_ascii=False), by, note=True, title=CORRECTION)

    def flagged(self, ticket: Ticket) -> list[str]:
        """Ways that the policy gives for this right and that, taken at their word, cost the person more than they ask for."""
        rights = self.reception.organisation.policy().catalogue.all(Right)
        return [one.id for one in rights if one.what == ticket.right and one.reading == "literal"]

    def _filled(self, surveyed: Survey, reached: Reached, ticket: Ticket, by: str) -> tuple[Correction, ...]:
        said = self.corrections(ticket)
        if all(one.was for one in said):
            return said
        filled = filled_in(surveyed, reached, said)
        if filled:
            self.keep_corrections(ticket.number, filled, by)
        return filled

    # --- plans ------------------------------------------------------------------------------------------------------------

    def planned(self, ticket: Ticket) -> Found:
        """How many rows are theirs, and what the right would do. Raises WhoIsMeant, MapRefused, StoreUnreachable."""
        with self.stores.surveyed() as surveyed:
            reached = reach(surveyed, self.proven(ticket))
            rows = came.of_rows(reached.rows)
            does = DOES[ticket.right]
            if does is Does.ERASES:
                part, more = self._going(surveyed, reached, ticket)
                return came.of_plan(rows, plan_erasure(surveyed, part), more)
            if does is Does.WRITES:
                changing = self._changing(surveyed, reached, ticket)
                return came.of_changing(
                    rows, changing, self._told(changing), self._more(surveyed, reached, ticket)
                )
            self._lately.clear()  # of one ticket at a time
            self._lately[ticket.number] = (self.reception.organisation.clock.now(), reached)
            return Found(rows)

    def _reached_lately(self, ticket: Ticket) -> Reached | None:
        """Which rows were theirs a moment ago: what is shown is read anew by their keys, and need not be looked for twice."""
        at, reached = self._lately.pop(ticket.number, (None, None))
        now = self.reception.organisation.clock.now()
        return reached if at is not None and at <= now <= at + LATELY else None

    def would_erase(self, ticket: Ticket) -> Plan:
        """What an erasure of everything would do now. Raises as `planned`."""
        with self.stores.surveyed() as surveyed:
            return plan_erasure(surveyed, reach(surveyed, self.proven(ticket)))

    def carry_out(self, ticket: Ticket, system: str) -> Outcome:
        """Do what the plan, as it is now, says for one system. Raises PlanRefused, and as `planned`."""
        entropy = self.reception.organisation.entropy
        with self.stores.surveyed(writable=True) as surveyed:
            reached = reach(surveyed, self.proven(ticket))
            if DOES[ticket.right] is Does.WRITES:
                changing = self._changing(surveyed, reached, ticket)
                if changing.obstacles:
                    raise PlanRefused(changing.obstacles[0].message, changing.obstacles[0].help)
                return change_in(surveyed, changing, system)
            plan = plan_erasure(surveyed, self._going(surveyed, reached, ticket)[0])
            check_plan(surveyed, plan)
            return erase_in(surveyed, plan, system, lambda: entropy.bytes(16).hex())

    def _going(
        self, surveyed: Survey, reached: Reached, ticket: Ticket
    ) -> tuple[Reached, list[dict[str, Any]]]:
        """The part of what was reached that a right lets go, and what stays because it is not that part."""
        if ticket.right != "withdraw":
            return reached, []
        catalogue = self.reception.organisation.policy().catalogue
        holding = self.reception.known(ticket.number).holding
        resting = resting_on(surveyed.map, catalogue, reached, self._meant(ticket, "meant"), holding)
        return resting.alone, [one.as_json() for one in resting.stays]

    def _changing(self, surveyed: Survey, reached: Reached, ticket: Ticket) -> Changing:
        if ticket.right == "correct":
            return plan_corrections(surveyed, reached, self._filled(surveyed, reached, ticket, "rights"))
        at = self.reception.organisation.clock.now()
        marks = [plan_marks(surveyed, reached, fact, at) for fact in self._meant(ticket, "facts")]
        return _together(marks)

    def _more(self, surveyed: Survey, reached: Reached, ticket: Ticket) -> dict[str, Any]:
        """What else is to be known of a writing: ways that were not taken, datasets that only the gate holds back."""
        if ticket.right == "correct":
            flagged = self.flagged(ticket)
            return {"flagged": flagged} if flagged else {}
        facts = self._meant(ticket, "facts")
        alone = list(unmarked(surveyed, reached, facts[0])) if facts else []
        return {"at_the_gate_alone": alone}

    def _told(self, changing: Changing) -> tuple[str, ...]:
        systems = [one for one in self.map.systems if one.id in changing.systems]
        return tuple(dict.fromkeys(one.run_by for one in systems if one.run_by))

    def _meant(self, ticket: Ticket, name: str) -> list[str]:
        """What the stage at the gate settled."""
        organisation = self.reception.organisation
        with organisation.database.read() as connection:
            steps = organisation.steps.steps(connection, ticket.number)
        return next((list(map(str, one.said.get(name, ()))) for one in steps if one.name == "settle"), [])

    def in_turn(self, ticket: Ticket, systems: Sequence[str]) -> tuple[str, ...]:
        """In which order systems are taken."""
        if not systems:
            return ()
        return in_turn(self.map, systems, {one.kind for one in self.proven(ticket)})

    # --- answers ----------------------------------------------------------------------------------------------------------

    def package(self, ticket: Ticket, language: str) -> Package:
        """Everything that is held, and all that is said about it; of a history, what somebody did with the organisation.
        Raises as `planned`."""
        organisation = self.reception.organisation
        declared = organisation.policy()
        names = declared.bundle.header.organisation
        title = names.get(language) or names.get("en") or organisation.id
        wanted = [one.name for one in self.map.datasets]
        if ticket.right == "history":
            wanted = [one.name for one in self.map.datasets if one.history] or wanted
        with self.stores.surveyed() as surveyed:
            reached = self._reached_lately(ticket) or reach(surveyed, self.proven(ticket))
            part = Reached(
                {name: rows for name, rows in reached.rows.items() if name in wanted}, reached.asked
            )
            explained = explain(surveyed, declared.catalogue, wanted)
            given = self.disclosures(ticket) if ticket.right == "access" else []
            rows = rows_of(surveyed, part)
            return package(title, organisation.clock.now(), explained, rows, HEADINGS[language], given)

    def disclosures(self, ticket: Ticket) -> list[dict[str, Any]]:
        """Each time data of theirs were given to somebody: what, when, why, to whom."""
        organisation = self.reception.organisation
        with organisation.database.read() as connection:
            subjects = organisation.rooms.subjects
            names = subjects.group(connection, subjects.root(connection, ticket.subject))
            return [one.as_json() for one in disclosed(organisation.ledger, connection, names)]

    def language(self, ticket: Ticket) -> str:
        """In which language somebody is answered."""
        contact = self.reception.contact(ticket.number)
        return contact.language if contact is not None and contact.language in HEADINGS else "en"

    def recipients(self, processor: str) -> tuple[str, ...]:
        """Which recipient of the policy somebody is who runs a store."""
        return tuple(one.recipient for one in self.map.processors if one.id == processor and one.recipient)


def _together(all: Sequence[Changing]) -> Changing:
    """Several writings as one: each marks fields of its own."""
    changes: dict[str, tuple[Any, ...]] = {}
    for one in all:
        for name, more in one.changes.items():
            changes[name] = (*changes.get(name, ()), *more)
    return Changing(changes, tuple(left for one in all for left in one.left),
                    tuple(dict.fromkeys(o for one in all for o in one.obstacles)))  # fmt: skip
