"""In by a provider (OpenID Connect): linked by an invitation, never by a mail address; roles follow the groups of each sign-in."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from troth.kernel.ids import StaffId
from troth.ledger import Work
from troth.operators import codes, evidence, safe, store
from troth.operators.desk import Desk
from troth.operators.enrolling import Enrolling
from troth.operators.entry import RECOVERY, REFUSED, SECOND_OIDC, TOTP, Entry
from troth.operators.errors import EnrolmentRefused
from troth.operators.model import Enrolled, Entered, Step, Vouch, Way
from troth.policies import Policies
from troth.staff.evidence import Deed

OIDC: Final = "oidc"


class Vouching:
    """The way in of one organisation for whom its providers vouch. Threads may share it."""

    def __init__(self, desk: Desk, entry: Entry, enrolling: Enrolling) -> None:
        self._desk, self._entry, self._enrolling = desk, entry, enrolling

    def enter(self, vouch: Vouch) -> Step:
        """In, or on to our own second step where the provider checked none that is trusted. Roles are those of their groups from
        now on. Whoever was never linked is refused, whatever else the provider says of them."""
        if not self._entry.within():
            return Step(Entered.BUSY)
        return self._desk.run(lambda work: self._entered(work, vouch))

    def link(self, secret: str, vouch: Vouch, step: int = 0) -> Enrolled:
        """Let somebody come in by a provider from now on, and by nothing that was there before. `step` is the one of the code that
        their authenticator showed; 0 where they showed none, as is enough where the provider checks a second factor.

        Raises InviteOver, EnrolmentRefused.
        """
        if not vouch.second and not step:
            raise EnrolmentRefused(
                "second", "The provider checked no second factor.", "Show an authenticator as well."
            )
        spare = codes.recovery_codes(self._desk.entropy) if step else ()
        member = self._desk.run(lambda work: self._linked(work, secret, vouch, step, spare))
        return Enrolled(member, spare)

    # --- steps ----------------------------------------------------------------------------------------------------------

    def _entered(self, work: Work, vouch: Vouch) -> Step:
        desk, connection = self._desk, work.connection
        row = safe.credential(connection, desk.organisation, OIDC, desk.named(OIDC, vouch.value))
        if row is None or not desk.here(connection, row.member):
            return REFUSED
        member = StaffId(row.member)
        self._follow(work, member, vouch)
        if vouch.second:
            return self._entry.opened(work, member, (Way.OIDC,))
        ours = any(
            safe.credentials_of(connection, desk.organisation, member, kind) for kind in (TOTP, RECOVERY)
        )
        return self._entry.onwards(work, member, SECOND_OIDC) if ours else REFUSED

    def _linked(self, work: Work, secret: str, vouch: Vouch, step: int, spare: tuple[str, ...]) -> StaffId:
        desk, connection, of = self._desk, work.connection, self._desk.organisation
        at, about = desk.clock.now(), desk.named(OIDC, vouch.value)
        invite = self._enrolling.use_up(work, secret)
        other = safe.credential(connection, of, OIDC, about)
        if other is not None and other.member != invite.member:
            raise EnrolmentRefused("linked", "Somebody else comes in by this.", "Sign in there as yourself.")
        member = invite.member
        ways = (Way.OIDC, *((Way.TOTP, Way.RECOVERY) if step else ()))
        work.record(evidence.enrolled(desk.by(connection, member, at), member, ways))
        safe.wipe(connection, of, member)
        safe.keep(connection, of, OIDC, about, member, None, at)
        if step:
            safe.keep(
                connection, of, TOTP, member, member, desk.seal(member, TOTP, invite.totp.encode()), at, step
            )
        for one in spare:
            safe.keep(connection, of, RECOVERY, codes.recovery_digest(member, one), member, None, at)
        self._follow(work, member, vouch)
        return member

    # --- roles ----------------------------------------------------------------------------------------------------------

    def _follow(self, work: Work, member: StaffId, vouch: Vouch) -> None:
        """Give the roles that groups give, and take those that none gives any more: of the product every one, since a group that
        nobody maps any more must leave no right behind; of the policy those that groups there can give."""
        if not vouch.governed:
            return
        desk, at, connection = self._desk, self._desk.clock.now(), work.connection
        declared = desk.policy_roles(connection, at)
        self._follow_product(work, member, vouch, declared)
        self._follow_policy(work, member, vouch, vouch.governed & declared, at)

    def _follow_product(self, work: Work, member: StaffId, vouch: Vouch, declared: frozenset[str]) -> None:
        desk, connection, at = self._desk, work.connection, self._desk.clock.now()
        found = store.held(connection, desk.organisation, member)
        held, lasting = {one.role for one in found}, {one.role for one in found if one.until is None}
        wanted = (vouch.roles & desk.table.roles.keys()) - declared
        deed = desk.by(connection, f"provider:{vouch.provider}", at)
        for role in sorted(wanted - lasting):
            work.record(evidence.granted(deed, member, role, None))
        for role in sorted(held - wanted):
            work.record(deed.draft(evidence.REVOKED, member, f"product-role={role}"))

    def _follow_policy(
        self, work: Work, member: StaffId, vouch: Vouch, governed: frozenset[str], at: datetime
    ) -> None:
        """By the policy's own rules: a role that is full, or whose course is missing, is refused on record, and not given."""
        if not governed:
            return
        desk, connection = self._desk, work.connection
        held = self._holds(connection, member, at)
        digest = desk.policy(connection, at) or ""
        declared = Policies(desk.organisation).declared(connection, digest)
        deed = Deed(member, at, policy=digest)
        for role in sorted(governed):
            if role in vouch.roles and role not in held:
                desk.staff.grant(work, deed, declared, role)
            elif role not in vouch.roles:
                desk.staff.revoke(work, deed, role)

    def _holds(self, connection: Connection, member: StaffId, at: datetime) -> frozenset[str]:
        return frozenset(
            one.role for one in self._desk.staff.member(connection, member).roles if one.holds(at)
        )
