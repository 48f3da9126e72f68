"""Staff in use: somebody comes, is named, is taught, is given a role and loses it, leaves."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, Table

from troth.decide.reads import course_id
from troth.kernel import ids
from troth.kernel.clock import utc
from troth.kernel.entropy import Entropy
from troth.kernel.findings import did_you_mean
from troth.kernel.ids import StaffId
from troth.ledger import Event, Origin, Payload, Work
from troth.policies import Declared, NotDeclared
from troth.policy.model import StaffRole
from troth.staff import evidence, rules, store
from troth.staff.errors import PeriodUnreadable, StaffGone, StaffUnknown
from troth.staff.evidence import Deed
from troth.staff.model import Granted, Member, Training


class Staff:
    """The people who work for one organisation. Every verb that changes takes the work it is part of."""

    def __init__(self, organisation: str, entropy: Entropy) -> None:
        self._organisation = organisation
        self._entropy = entropy

    def add(self, work: Work, *, name: str = "", at: datetime, origin: Origin = Origin.OBSERVED) -> StaffId:
        """Somebody comes to work here, under a random id; the name, if one is given, stands sealed in the ledger alone."""
        deed = Deed(ids.new(StaffId, self._entropy), at, origin)
        work.record(deed.draft(evidence.ADDED))
        if name:
            self.name(work, deed, name)
        return deed.member

    def name(self, work: Work, deed: Deed, name: str) -> None:
        """Give somebody another display name. Raises StaffUnknown, StaffGone."""
        self._here(work, deed.member)
        work.record(deed.draft(evidence.NAMED, name=name))

    def leave(self, work: Work, deed: Deed) -> None:
        """Somebody works here no more and loses every role. Raises StaffUnknown, StaffGone."""
        self._here(work, deed.member)
        work.record(deed.draft(evidence.LEFT))

    def grant(
        self, work: Work, deed: Deed, declared: Declared, role: str, *, until: datetime | None = None
    ) -> Granted:
        """Give a role, until before an instant where one is named. A full role, or one whose training is not current, is
        refused, and the refusal recorded. Raises NotDeclared, StaffUnknown, StaffGone, PeriodUnreadable."""
        member, statement = self._here(work, deed.member), role_of(declared, role)
        if until is not None and utc(until) <= deed.at:
            raise PeriodUnreadable("A role would end before it is given.", "Give a later end.")
        others = (one for one in self.members(work.connection) if one.id != member.id)
        found = rules.granted(statement, member, rules.heads(others, deed.at)[role], deed.at)
        work.record(evidence.granting(deed, role, utc(until) if until else None, found))
        return found

    def revoke(self, work: Work, deed: Deed, role: str) -> None:
        """Take a role away, also one that the policy declares no more; harmless when it is not held. Raises StaffUnknown."""
        work.lock()
        member = self.member(work.connection, deed.member)
        if any(one.role == role for one in member.roles):
            work.record(evidence.revoked(deed, role))

    def train(
        self, work: Work, deed: Deed, declared: Declared, course: str, *, taken: datetime, expires: datetime,
        document: str = "",
    ) -> None:  # fmt: skip
        """Put a course on record that some role of the policy asks for; it counts until before it expires.

        Raises NotDeclared, StaffUnknown, StaffGone, PeriodUnreadable.
        """
        self._here(work, deed.member)
        training = Training(_course(declared, course), utc(taken), utc(expires), document)
        if not training.taken < training.expires or training.taken > deed.at:
            raise PeriodUnreadable(
                "A course lasts from a past instant to a later one.",
                "Give when it was taken and when it expires.",
            )
        work.record(evidence.trained(deed, training))

    def members(self, connection: Connection) -> tuple[Member, ...]:
        """Everybody who works here or did, in the order in which they came."""
        return tuple(store.load(connection, self._organisation).values())

    def member(self, connection: Connection, id: str) -> Member:
        """Somebody who works here or did. Raises StaffUnknown."""
        found = self.found(connection, (id,)).get(StaffId(id))
        if found is None:
            raise StaffUnknown("Nobody of this id works here.", "Add them to the staff first.")
        return found

    def found(self, connection: Connection, wanted: Collection[str]) -> dict[StaffId, Member]:
        """Those of these ids that are known, by id."""
        return store.load(connection, self._organisation, wanted)

    def heads(self, connection: Connection, at: datetime) -> dict[str, int]:
        """How many hold each role at an instant."""
        return dict(rules.heads(self.members(connection), at))

    def _here(self, work: Work, id: str) -> Member:
        work.lock()
        found = self.member(work.connection, id)
        if found.left is not None:
            raise StaffGone("Whoever has this id works here no more.", "Add them anew, under another id.")
        return found


def role_of(declared: Declared, role: str) -> StaffRole:
    """The role of that id. Raises NotDeclared."""
    found = declared.catalogue.get(StaffRole, role)
    if found is None:
        raise NotDeclared(
            "This policy declares no such role.", did_you_mean(role, declared.catalogue.ids(StaffRole.kind))
        )
    return found


def _course(declared: Declared, name: str) -> str:
    asked = {course_id(course) for role in declared.catalogue.all(StaffRole) for course in role.training}
    id = course_id(name)
    if id not in asked:
        raise NotDeclared("No role of this policy asks for such a course.", did_you_mean(id, asked))
    return id


class StaffProjection:
    """Who works here, as the headers tell it."""

    name = "staff"
    kinds = ("staff:",)
    tables: tuple[Table, ...] = store.TABLES
    opens: tuple[str, ...] = ()

    def apply(self, connection: Connection, event: Event, payload: Payload | None) -> None:
        """Bring the record up to this event."""
        id = evidence.member_of(event)
        if event.kind == evidence.ADDED:
            store.save(connection, event.organisation, Member(id, event.occurred_at))
            return
        if event.kind == evidence.REFUSED:
            return
        before = store.load(connection, event.organisation, (id,))[id]
        store.save(connection, event.organisation, rules.moved(before, event))
