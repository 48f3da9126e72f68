"""Enrolment: by a link that serves once, whoever works here chooses a name and a password and shows their authenticator works."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection

from troth.kernel.ids import StaffId
from troth.ledger import Work
from troth.operators import codes, evidence, passwords, rules, safe
from troth.operators.desk import Desk, digest
from troth.operators.entry import LOGIN, PASSWORD, RECOVERY, TOTP
from troth.operators.errors import EnrolmentRefused, InviteOver
from troth.operators.model import Enrolled, Invite, Way
from troth.staff import StaffGone

INVITE = "invite"
ADDRESS = "address"
LONGEST_NAME = 100
_OVER = "This link to enrol leads to nothing: it was used, or has run out."
_ANEW = "Ask whoever manages staff for another."


class Enrolling:
    """How members of staff of one organisation become operators."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def invite(self, member: str, by: str, lasts: timedelta = rules.INVITE_LASTS) -> str:
        """The secret of a link by which somebody enrols, or enrols anew; links before it serve no more.

        Raises StaffUnknown, StaffGone.
        """
        desk = self._desk
        secret, totp = desk.secret(), codes.secret(desk.entropy)
        sealed = desk.seal(member, INVITE, totp.encode())

        def act(work: Work) -> None:
            at, connection = desk.clock.now(), work.connection
            if desk.staff.member(connection, member).left is not None:
                raise StaffGone("Whoever has this id works here no more.", "Add them anew, under another id.")
            work.record(
                desk.by(connection, by, at).draft(
                    evidence.INVITED, member, f"until={(at + lasts).isoformat()}"
                )
            )
            safe.take_back(work.connection, desk.organisation, member, INVITE)
            safe.give_out(
                work.connection, desk.organisation, digest(secret), INVITE, member, at + lasts, sealed
            )

        desk.run(act)
        return secret

    def invited(self, secret: str) -> Invite:
        """What a link leads to; looking uses nothing up. Raises InviteOver."""
        with self._desk.ledger.database.read() as connection:
            return self._invite(connection, secret)

    def enrol(self, secret: str, name: str, password: str, code: str, address: str = "") -> Enrolled:
        """Choose a name and a password, and show a code of the authenticator. Whatever was there before serves no more.

        `address` is a mail address for word of emergencies. Raises InviteOver, EnrolmentRefused.
        """
        desk, invite = self._desk, self.invited(secret)
        login = rules.normal(name)
        _check(login, password, address)
        step = codes.step_of(invite.totp, code, desk.clock.now(), 0)
        if step is None:
            raise EnrolmentRefused(
                "code", "The code does not fit the authenticator.", "Type the one it shows now."
            )
        member, spare = invite.member, codes.recovery_codes(desk.entropy)
        sealed = {
            LOGIN: desk.seal(member, LOGIN, name.strip().encode()),
            PASSWORD: desk.seal(member, PASSWORD, passwords.hashed(password).encode()),
            TOTP: desk.seal(member, TOTP, invite.totp.encode()),
        }
        if address:
            sealed[ADDRESS] = desk.seal(member, ADDRESS, address.strip().encode())

        def act(work: Work) -> None:
            self._taken(work, secret, login)
            self._keep(work, member, login, sealed, step, spare)

        desk.run(act)
        return Enrolled(member, spare)

    def addresses(self, connection: Connection, members: list[StaffId]) -> list[str]:
        """Where these members are written to; whoever gave no address is left out."""
        rows = [
            (member, row)
            for member in members
            for row in safe.credentials_of(connection, self._desk.organisation, member, ADDRESS)
        ]
        return [self._desk.open(member, ADDRESS, row.sealed).decode() for member, row in rows]

    def shown(self, secret: str, code: str) -> int:
        """The step of a code that the authenticator behind a link shows; 0 for no code. Raises InviteOver, EnrolmentRefused."""
        step = (
            codes.step_of(self.invited(secret).totp, code, self._desk.clock.now(), 0) if code.strip() else 0
        )
        if step is None:
            raise EnrolmentRefused(
                "code", "The code does not fit the authenticator.", "Type the one it shows now."
            )
        return step

    def use_up(self, work: Work, secret: str) -> Invite:
        """Use a link up, as part of a larger work. Raises InviteOver."""
        invite = self._invite(work.connection, secret)
        if not safe.use_up(work.connection, self._desk.organisation, digest(secret)):
            raise InviteOver(_OVER, _ANEW)
        return invite

    def _invite(self, connection: Connection, secret: str) -> Invite:
        desk, at = self._desk, self._desk.clock.now()
        row = safe.ticket(connection, desk.organisation, digest(secret), INVITE)
        if row is None or row.until <= at or not desk.here(connection, row.member):
            raise InviteOver(_OVER, _ANEW)
        return Invite(StaffId(row.member), row.until, desk.open(row.member, INVITE, row.sealed).decode())

    def _taken(self, work: Work, secret: str, login: str) -> None:
        """Use the link up. Raises InviteOver when another was faster, EnrolmentRefused for a name somebody else has."""
        desk, member = self._desk, self.use_up(work, secret).member
        other = safe.credential(work.connection, desk.organisation, LOGIN, desk.named(LOGIN, login))
        if other is not None and other.member != member:
            raise EnrolmentRefused("taken", "This name cannot be had.", "Choose another.")

    def _keep(
        self,
        work: Work,
        member: StaffId,
        login: str,
        sealed: dict[str, bytes],
        step: int,
        spare: tuple[str, ...],
    ) -> None:
        desk, at = self._desk, self._desk.clock.now()
        ways = (Way.PASSWORD, Way.TOTP, Way.RECOVERY)
        work.record(evidence.enrolled(desk.by(work.connection, member, at), member, ways))
        connection, of = work.connection, desk.organisation
        safe.wipe(connection, of, member)
        for kind, plain in sealed.items():
            name = desk.named(LOGIN, login) if kind == LOGIN else member
            safe.keep(connection, of, kind, name, member, plain, at, step if kind == TOTP else 0)
        for one in spare:
            safe.keep(connection, of, RECOVERY, codes.recovery_digest(member, one), member, None, at)


def _check(login: str, password: str, address: str) -> None:
    """Pass when a name, a password and an address can be taken. Raises EnrolmentRefused."""
    if not 2 <= len(login) <= LONGEST_NAME or not login.isprintable():
        raise EnrolmentRefused("name", "A name has 2 to 100 printable characters.", "Choose another.")
    weak = passwords.weakness(password, (login, address.partition("@")[0]))
    if weak:
        raise EnrolmentRefused(
            weak,
            "This password is too easy to guess, too short or too long.",
            "Take several words by chance.",
        )
    local, at, domain = address.strip().rpartition("@")
    if address and not (
        local and at and "." in domain and address.strip().isprintable() and len(address) <= 254
    ):
        raise EnrolmentRefused("address", "This is no mail address.", "Leave it out, or mend it.")
