"""The stores of a data map searched for whoever opened a ticket: what is there, what an erasure would do, one system erased, the answer.

Identities are taken from the ticket each time and kept nowhere. A plan is made anew each time as well: what a worker who died had
done already is found no more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from troth.app.mapping import opened_stores
from troth.app.reception import Reception
from troth.connectors import Secrets
from troth.datamap import (
    DataMap,
    Outcome,
    Plan,
    Proven,
    Survey,
    erase_in,
    explain,
    plan_erasure,
    reach,
    rows_of,
    survey,
)  # fmt: skip
from troth.datamap.erasing import check_plan
from troth.intake import Ticket
from troth.rights import Package, in_turn, package
from troth.rights.words import HEADINGS

SUBJECT: Final = "troth"
"""The kind of identity that is the subject id which a company keeps beside its own rows."""


@dataclass(frozen=True, slots=True)
class Searching:
    """One organisation's tickets and stores. `folder` is where the map lies: relative paths of stores start there."""

    reception: Reception
    folder: Path
    map: DataMap
    secrets: Secrets

    def proven(self, ticket: Ticket) -> tuple[Proven, ...]:
        """The identities that whoever asks has proven: every subject id they are known
        by, and the address the request is answered at."""
        organisation = self.reception.organisation
        with organisation.database.read() as connection:
            subjects = organisation.rooms.subjects
            names = subjects.group(connection, subjects.root(connection, ticket.subject))
            ids = [id for name in names if (id := subjects.id_of(connection, name)) is not None]
        contact = self.reception.contact(ticket.number)
        found = [Proven(SUBJECT, str(id)) for id in ids]
        if contact is not None and contact.address and contact.channel in ("email", "sms", "phone"):
            found.append(Proven("email" if contact.channel == "email" else "phone", contact.address))
        return tuple(found)

    def planned(self, ticket: Ticket, *, erasing: bool) -> tuple[dict[str, int], Plan | None]:
        """How many rows are theirs, by dataset, and what an erasure would do. Raises WhoIsMeant, MapRefused, StoreUnreachable."""
        with self._survey() as surveyed:
            reached = reach(surveyed, self.proven(ticket))
            found = {name: len(rows) for name, rows in reached.rows.items()}
            return found, plan_erasure(surveyed, reached) if erasing else None

    def in_turn(self, ticket: Ticket, systems: Sequence[str]) -> tuple[str, ...]:
        """In which order systems are taken."""
        return in_turn(self.map, systems, {one.kind for one in self.proven(ticket)})

    def erase(self, ticket: Ticket, system: str) -> Outcome:
        """Carry out what the plan, as it is now, says for one system. Raises PlanRefused, and as `planned`."""
        entropy = self.reception.organisation.entropy
        with self._survey(writable=True) as surveyed:
            plan = plan_erasure(surveyed, reach(surveyed, self.proven(ticket)))
            check_plan(surveyed, plan)
            return erase_in(surveyed, plan, system, lambda: entropy.bytes(16).hex())

    def package(self, ticket: Ticket, language: str) -> Package:
        """Everything that is held, and all that is said about it. Raises as `planned`."""
        organisation = self.reception.organisation
        declared = organisation.policy()
        names = declared.bundle.header.organisation
        title = names.get(language) or names.get("en") or organisation.id
        with self._survey() as surveyed:
            reached = reach(surveyed, self.proven(ticket))
            explained = explain(surveyed, declared.catalogue, [one.name for one in self.map.datasets])
            rows = rows_of(surveyed, reached)
            return package(title, organisation.clock.now(), explained, rows, HEADINGS[language])

    def language(self, ticket: Ticket) -> str:
        """In which language somebody is answered."""
        contact = self.reception.contact(ticket.number)
        return contact.language if contact is not None and contact.language in HEADINGS else "en"

    def recipients(self, processor: str) -> tuple[str, ...]:
        """Which recipient of the policy somebody is who runs a store."""
        return tuple(one.recipient for one in self.map.processors if one.id == processor and one.recipient)

    @contextmanager
    def _survey(self, *, writable: bool = False) -> Iterator[Survey]:
        with opened_stores(self.map, self.folder, self.secrets, writable=writable) as connectors:
            yield survey(self.map, connectors)
