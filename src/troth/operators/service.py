"""Operators in use: roles given and taken, acts put on record, and the rooms within this room under one name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from troth.db import Database
from troth.kernel.clock import utc
from troth.kernel.findings import did_you_mean
from troth.kernel.ids import SessionId, StaffId
from troth.ledger import Work
from troth.operators import evidence, store
from troth.operators.desk import Desk
from troth.operators.enrolling import Enrolling
from troth.operators.entry import Entry
from troth.operators.errors import NotPermitted, RoleUnknown
from troth.operators.glass import Glass
from troth.operators.model import Account, Operator, Role, Session, Way
from troth.operators.seconding import Seconding
from troth.operators.standing import Sessions
from troth.operators.table import RoleTable
from troth.operators.vouching import Vouching
from troth.staff import StaffGone

if TYPE_CHECKING:
    from troth.operators.passkeys import Passkeys

MANAGE = "staff.manage"


class Operators:
    """Whoever operates one organisation: `entry`, `passkeys`, `vouching`, `enrolling`, `sessions`,
    `seconding`, `glass`. Threads may share it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.entry = Entry(desk)
        self.enrolling = Enrolling(desk)
        self.vouching = Vouching(desk, self.entry, self.enrolling)
        self.sessions = Sessions(desk)
        self.seconding = Seconding(desk, self.sessions)
        self.glass = Glass(desk, self.sessions, self.enrolling)

    @property
    def mapped(self) -> Mapping[str, str]:
        """Which product role a role of the policy stands for, where it is not the one of the same id."""
        return self._desk.mapped

    @property
    def database(self) -> Database:
        """Where all of it lies."""
        return self._desk.ledger.database

    @cached_property
    def passkeys(self) -> Passkeys:
        """Passkeys; what they stand on is loaded when the first is asked for."""
        from troth.operators.passkeys import Passkeys

        return Passkeys(self._desk, self.entry)

    @property
    def table(self) -> RoleTable:
        """Which role may do what."""
        return self._desk.table

    # --- roles ----------------------------------------------------------------------------------------------------------

    def grant(self, member: str, role: str, by: str, *, until: datetime | None = None) -> None:
        """Give a product role. Raises RoleUnknown, StaffUnknown, StaffGone."""
        desk = self._desk
        if role not in desk.table.roles:
            raise RoleUnknown(f"There is no role '{role}'.", did_you_mean(role, desk.table.roles))

        def act(work: Work) -> None:
            connection, at = work.connection, desk.clock.now()
            if desk.staff.member(connection, member).left is not None:
                raise StaffGone("Whoever has this id works here no more.", "Add them anew, under another id.")
            if role in desk.policy_roles(connection, at):
                raise RoleUnknown(f"The policy has rules of its own for '{role}'.", "Use: troth staff role")
            deed = desk.by(connection, by, at)
            work.record(evidence.granted(deed, member, role, utc(until) if until else None))

        desk.run(act)

    def revoke(self, member: str, role: str, by: str) -> bool:
        """Take a product role away; whether it was held."""
        desk = self._desk

        def act(work: Work) -> bool:
            held = store.held(work.connection, desk.organisation, member)
            there = any(one.role == role for one in held)
            if there:
                deed = desk.by(work.connection, by, desk.clock.now())
                work.record(deed.draft(evidence.REVOKED, member, f"product-role={role}"))
            return there

        return desk.run(act)

    def held(self, connection: Connection, member: str = "") -> list[Role]:
        """Product roles, of one member or of all."""
        return store.held(connection, self._desk.organisation, member)

    def accounts(self, connection: Connection) -> list[Account]:
        """Everybody who enrolled and works here."""
        return store.all_accounts(connection, self._desk.organisation)

    def staffed(self, connection: Connection) -> bool:
        """Whether somebody is enrolled who may manage staff: from then on the link of the program gives no rights but to look."""
        at = self._desk.clock.now()
        return any(
            MANAGE in self.sessions.rights_of(connection, one.member, at) for one in self.accounts(connection)
        )

    def proven(self, member: str, password: str, code: str) -> Operator:
        """Somebody who shows both factors here and now, on the machine itself. Raises NotPermitted."""
        desk = self._desk
        if not self.entry.within() or not self.entry.prove(member, password, code):
            raise NotPermitted(
                "Password or code do not fit, or there were too many tries.", "Wait, and try again."
            )
        at = desk.clock.now()
        here = Session(SessionId("command"), StaffId(member), (Way.PASSWORD, Way.TOTP), at, at, at)
        with self.database.read() as connection:
            return self.sessions.as_operator(connection, here, at)

    # --- what operators do ----------------------------------------------------------------------------------------------

    def act(self, operator: Operator | None, action: str, route: str, *, permitted: bool) -> None:
        """Put on record that somebody set about an act that changes something, or was kept from an act."""
        self._record(evidence.PERMITTED if permitted else evidence.REFUSED, operator, action, route)

    def read(self, operator: Operator | None, action: str, route: str) -> None:
        """Put on record that somebody looks at a page with personal data; before it is shown."""
        self._record(evidence.READ, operator, action, route)

    def bootstrapped(self) -> None:
        """Put on record that whoever runs the program came in by its one-time link."""
        desk = self._desk
        at = desk.clock.now()

        def act(work: Work) -> None:
            state = "staffed" if self.staffed(work.connection) else "open"
            work.record(
                desk.by(work.connection, "bootstrap", at).draft(
                    evidence.BOOTSTRAPPED, None, f"bootstrap={state}"
                )
            )

        desk.run(act)

    def check(self, operator: Operator, action: str) -> None:
        """Pass when somebody may do this. Raises NotPermitted."""
        if not operator.may(action):
            raise NotPermitted("This needs a right that you do not hold.", action=action)

    def _record(self, kind: str, operator: Operator | None, action: str, route: str) -> None:
        desk = self._desk

        def act(work: Work) -> None:
            at = desk.clock.now()
            policy = desk.policy(work.connection, at)
            work.record(evidence.acted(kind, operator, action, route, at, policy))

        desk.run(act)
