"""Who acts: the session of a secret, with the roles and rights of this very instant; listing sessions, and ending them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from troth.ledger import Work
from troth.operators import evidence, rules, safe, store
from troth.operators.desk import Desk, digest
from troth.operators.model import Elevation, Operator, Session
from troth.operators.table import ADMINISTRATOR


class Sessions:
    """The sessions of one organisation. Threads may share it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def operator(self, secret: str) -> Operator | None:
        """Who acts under a secret: looked up anew each time, so that a role taken away counts no more at the next request."""
        desk, at = self._desk, self._desk.clock.now()
        with desk.ledger.database.read() as connection:
            session = safe.session(connection, desk.organisation, digest(secret))
            if session is None or not rules.lasts(session, at) or not desk.here(connection, session.member):
                return None
            found = self.as_operator(connection, session, at)
        if at >= session.seen_at + rules.SEEN_EVERY:
            with desk.ledger.database.write() as writing:
                safe.touch(writing, desk.organisation, session.id, {"seen_at": at})
        return found

    def as_operator(self, connection: Connection, session: Session, at: datetime) -> Operator:
        """Whoever a session belongs to, with roles, rights, and what an elevation adds."""
        desk, member = self._desk, session.member
        staff = desk.staff.found(connection, (member,))[member]
        policy_roles = tuple(sorted({one.role for one in staff.roles if one.holds(at)}))
        held = store.held(connection, desk.organisation, member)
        roles, actions = rules.rights(desk.table.roles, held, policy_roles, desk.mapped, at)
        glass = self._glass(connection, session, at)
        more = desk.table.roles.get(glass.role, frozenset()) - actions if glass else frozenset()
        return Operator(
            desk.organisation,
            member,
            session,
            roles,
            policy_roles,
            actions | more,
            glass.id if glass else "",
            more,
        )

    def rights_of(self, connection: Connection, member: str, at: datetime) -> frozenset[str]:
        """What somebody may do by their roles, without any emergency; nothing for whoever is not enrolled."""
        desk = self._desk
        staff = desk.staff.found(connection, (member,)).get(member)  # type: ignore[call-overload]
        if (
            staff is None
            or staff.left is not None
            or store.account(connection, desk.organisation, member) is None
        ):
            return frozenset()
        policy_roles = {one.role for one in staff.roles if one.holds(at)}
        held = store.held(connection, desk.organisation, member)
        return rules.rights(desk.table.roles, held, policy_roles, desk.mapped, at)[1]

    def administrators(self, connection: Connection, at: datetime) -> list[str]:
        """Enrolled members who hold the role of administrator."""
        enrolled = {one.member for one in store.all_accounts(connection, self._desk.organisation)}
        held = store.held(connection, self._desk.organisation)
        return sorted({one.member for one in held if one.role == ADMINISTRATOR and one.holds(at)} & enrolled)

    def listed(self, connection: Connection, member: str = "") -> list[Session]:
        """Sessions that count now, of one member or of all."""
        at = self._desk.clock.now()
        found = safe.all_sessions(connection, self._desk.organisation, member)
        return [one for one in found if rules.lasts(one, at)]

    def prefer(self, session: Session, language: str) -> None:
        """Let a session keep to a language."""
        with self._desk.ledger.database.write() as connection:
            safe.touch(connection, self._desk.organisation, session.id, {"language": language})

    def leave(self, secret: str) -> None:
        """End the session of a secret; harmless where there is none."""

        def act(work: Work) -> None:
            found = safe.session(work.connection, self._desk.organisation, digest(secret))
            if found is not None:
                self._end(work, found, found.member, "left")

        self._desk.run(act)

    def revoke(self, by: str, *, member: str = "", session: str = "") -> int:
        """End a session, or all of somebody's; how many."""

        def act(work: Work) -> int:
            found = [
                one
                for one in safe.all_sessions(work.connection, self._desk.organisation, member)
                if member or one.id == session
            ]
            chosen = [one for one in found if not session or one.id == session]
            for one in chosen:
                self._end(work, one, by, "revoked")
            return len(chosen)

        return self._desk.run(act)

    def _end(self, work: Work, one: Session, by: str, why: str) -> None:
        desk, at = self._desk, self._desk.clock.now()
        deed = desk.by(work.connection, by, at)
        work.record(evidence.session(deed, one.member, one.id, why=why))
        safe.end_session(work.connection, desk.organisation, one.id)

    def _glass(self, connection: Connection, session: Session, at: datetime) -> Elevation | None:
        found = store.all_elevations(connection, self._desk.organisation, session.member)
        return next((one for one in found if one.live(at)), None)
