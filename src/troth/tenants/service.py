"""Tenants in use: who joins, who leaves, and whether somebody may act for somebody. Verbs that change take the work they are part of."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection

from troth.ledger import Ledger, Origin, Work
from troth.subjects import Subjects, SubjectUnknown
from troth.tenants import evidence
from troth.tenants.errors import TenantRefused
from troth.tenants.model import TENANT, Role


class Tenants:
    """Who belongs to which tenant of one organisation. Threads may share it."""

    def __init__(self, ledger: Ledger, subjects: Subjects) -> None:
        self._ledger, self._subjects = ledger, subjects

    def roles(self, connection: Connection, subject: str) -> Mapping[str, Role]:
        """By tenant, what a person is there, under whichever of their pseudonyms it was recorded. Nobody known is nobody's."""
        try:
            root = self._subjects.root(connection, self._ledger.pseudonym(subject))
        except SubjectUnknown:
            return {}
        names = self._subjects.group(connection, root)
        events = (
            event
            for name in names
            for event in self._ledger.events(connection, subject=name, kinds=(evidence.ROOM,))
        )
        return evidence.roles(sorted(events, key=lambda one: one.sequence))

    def belongs(self, connection: Connection, subject: str, tenant: str) -> bool:
        """Whether a person, by id, belongs to a tenant."""
        return tenant in self.roles(connection, subject)

    def administers(self, connection: Connection, subject: str, tenant: str) -> bool:
        """Whether a person, by id, administers a tenant."""
        return self.roles(connection, subject).get(tenant) is Role.ADMINISTRATOR

    def add(
        self, work: Work, subject: str, tenant: str, role: Role, *, policy: str, at: datetime, origin: Origin = Origin.OBSERVED
    ) -> bool:  # fmt: skip
        """Put on record that somebody belongs to a tenant, in a role; whether that is new. Raises TenantRefused, SubjectUnknown."""
        self._check(work, subject, tenant)
        if self.roles(work.connection, subject).get(tenant) is role:
            return False
        work.record(evidence.added(subject, tenant, role, policy, at, origin))
        return True

    def remove(
        self,
        work: Work,
        subject: str,
        tenant: str,
        *,
        policy: str,
        at: datetime,
        origin: Origin = Origin.OBSERVED,
    ) -> None:
        """Put on record that somebody left a tenant: from then on its administrators act for them no more. Raises TenantRefused,
        SubjectUnknown."""
        self._check(work, subject, tenant)
        if not self.belongs(work.connection, subject, tenant):
            raise TenantRefused("This person does not belong to that tenant.", "Name a tenant of theirs.")
        work.record(evidence.removed(subject, tenant, policy, at, origin))

    def _check(self, work: Work, subject: str, tenant: str) -> None:
        if not TENANT.fullmatch(tenant):
            raise TenantRefused(
                "That is no id of a tenant.",
                "Letters, digits, `.`, `_` and `-`, 64 at most; no person's name.",
            )
        work.lock()
        self._subjects.root(work.connection, work.pseudonym(subject))
