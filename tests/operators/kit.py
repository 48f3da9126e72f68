"""Operators of quay: enrolled with a password and an authenticator, whose clock is the clock of the test."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pyotp

from tests.access.kit import clock_of, hire
from troth.app.organisation import Organisation
from troth.operators import Entered, Operator, Step

PASSWORD = "seven lamps over quiet water"
STEP = timedelta(seconds=30)


@dataclass
class Person:
    """Somebody enrolled: what they know and what they carry."""

    quay: Organisation
    member: str
    name: str
    totp: str
    recovery: tuple[str, ...]
    password: str = PASSWORD

    def code(self) -> str:
        """What their authenticator shows; a moment later than the code before it."""
        clock_of(self.quay).advance(STEP)
        return pyotp.TOTP(self.totp).at(self.quay.clock.now())

    def first(self, password: str = "") -> Step:
        return self.quay.operators.entry.password(self.name, password or self.password)

    def enter(self) -> str:
        """Sign in; the secret of the session."""
        step = self.first()
        assert step.entered is Entered.SECOND
        done = self.quay.operators.entry.second(step.secret, self.code())
        assert done.entered is Entered.IN
        return done.secret

    def operator(self) -> Operator:
        found = self.quay.operators.sessions.operator(self.enter())
        assert found is not None
        return found


def enrol(quay: Organisation, *roles: str, name: str = "", address: str = "") -> Person:
    """Somebody new, invited and enrolled, with these product roles."""
    member = hire(quay)
    return enrol_member(quay, member, *roles, name=name, address=address)


def enrol_member(quay: Organisation, member: str, *roles: str, name: str = "", address: str = "") -> Person:
    """Invite and enrol somebody who works here."""
    enrolling = quay.operators.enrolling
    secret = enrolling.invite(member, "machine")
    totp = enrolling.invited(secret).totp
    called = name or f"person {member[-6:]}"
    code = pyotp.TOTP(totp).at(quay.clock.now())
    done = enrolling.enrol(secret, called, PASSWORD, code, address)
    for role in roles:
        quay.operators.grant(member, role, "machine")
    return Person(quay, member, called, totp, done.recovery)
