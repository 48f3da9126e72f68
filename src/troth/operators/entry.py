"""Coming in: a name with its password, then a second factor; one amount of work for every name, and lockout that grows."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from troth.kernel import ids
from troth.kernel.ids import SessionId, StaffId
from troth.ledger import Work
from troth.operators import codes, evidence, passwords, rules, safe, store
from troth.operators.desk import Desk, digest
from troth.operators.model import Entered, Session, Step, Way

LOGIN, PASSWORD, TOTP, RECOVERY = "login", "password", "totp", "recovery"
SECOND, SECOND_OIDC = "second", "second_oidc"
"""What a ticket to the second step says came first: a password, or a provider."""
REFUSED = Step(Entered.REFUSED)


class Entry:
    """The way in of one organisation. Threads may share it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._lock = threading.Lock()
        self._asked: deque[datetime] = deque()

    def password(self, name: str, password: str) -> Step:
        """The first step. Whoever has no account, is locked out, or shows a wrong password hears the same after the same work."""
        desk = self._desk
        if not self.within():
            return Step(Entered.BUSY)
        about = desk.named(LOGIN, rules.normal(name))
        with desk.ledger.database.read() as connection:
            member, kept = self._kept(connection, about)
        right = passwords.fits(kept, password)
        return desk.run(lambda work: self._first(work, about, member, kept, right))

    def second(self, ticket: str, code: str) -> Step:
        """The second step: a code of the authenticator, or a recovery code; either serves once."""
        if not self.within():
            return Step(Entered.BUSY)
        return self._desk.run(lambda work: self._second(work, digest(ticket), code))

    def prove(self, member: str, password: str, code: str) -> bool:
        """Whether somebody shows both factors here and now, without a session: for commands on the machine itself."""
        desk = self._desk
        with desk.ledger.database.read() as connection:
            row = safe.credential(connection, desk.organisation, PASSWORD, member)
            kept = desk.open(member, PASSWORD, row.sealed).decode() if row is not None else None
        right = passwords.fits(kept, password)
        return desk.run(lambda work: self._proved(work, member, right, code))

    def within(self) -> bool:
        """Whether the organisation takes one more try in this minute; then it is counted."""
        now = self._desk.clock.now()
        with self._lock:
            while self._asked and not now - timedelta(minutes=1) < self._asked[0] <= now:
                self._asked.popleft()
            if len(self._asked) >= rules.PER_MINUTE:
                return False
            self._asked.append(now)
            return True

    def opened(self, work: Work, member: StaffId, ways: Sequence[Way]) -> Step:
        """A session under a fresh secret, as part of a larger work."""
        desk, at, secret = self._desk, self._desk.clock.now(), self._desk.secret()
        id = ids.new(SessionId, desk.entropy)
        one = Session(id, member, tuple(ways), at, at, at + rules.SESSION_LASTS)
        work.record(evidence.session(desk.by(work.connection, member, at), member, id, ways))
        safe.sweep(work.connection, desk.organisation, at)
        safe.open_session(work.connection, desk.organisation, digest(secret), one)
        return Step(Entered.IN, secret)

    def onwards(self, work: Work, member: str, kind: str) -> Step:
        """To the second step, by a ticket that says what came first; as part of a larger work."""
        desk, secret = self._desk, self._desk.secret()
        until = desk.clock.now() + rules.STEP_LASTS
        safe.give_out(work.connection, desk.organisation, digest(secret), kind, member, until)
        return Step(Entered.SECOND, secret)

    def locked(self, connection: Connection, about: str, at: datetime) -> bool:
        """Whether too many tries about somebody failed, too short a time ago; a clock set back unlocks nothing."""
        failures, last = safe.failures(connection, self._desk.organisation, about)
        return last is not None and at < last + rules.lock_of(failures)

    def failed(self, work: Work, about: str, member: str, at: datetime) -> None:
        """One more failure; where it locks somebody out, that is on record, by whatever name it was tried."""
        desk = self._desk
        before, last = safe.failures(work.connection, desk.organisation, about)
        before = 0 if last is None or at >= last + rules.FORGIVEN_AFTER else before
        count = before + 1
        if rules.lock_of(count):
            work.record(
                desk.by(work.connection, "door", at).draft(
                    evidence.LOCKED, member or None, f"failures={count}"
                )
            )
        safe.set_failures(work.connection, desk.organisation, about, count, at)

    # --- steps ----------------------------------------------------------------------------------------------------------

    def _kept(self, connection: Connection, about: str) -> tuple[str, str | None]:
        """Whose sign-in name it is, and what is kept of their password; '' and None for nobody's."""
        of = self._desk.organisation
        login = safe.credential(connection, of, LOGIN, about)
        row = safe.credential(connection, of, PASSWORD, login.member) if login is not None else None
        if login is None or row is None or not self._desk.here(connection, login.member):
            return "", None
        return login.member, self._desk.open(login.member, PASSWORD, row.sealed).decode()

    def _first(self, work: Work, about: str, member: str, kept: str | None, right: bool) -> Step:
        at = self._desk.clock.now()
        if self.locked(work.connection, about, at):
            return REFUSED
        if not right or self._kept(work.connection, about) != (member, kept):
            self.failed(work, about, member, at)
            return REFUSED
        return self.onwards(work, member, SECOND)

    def _second(self, work: Work, named: str, code: str) -> Step:
        desk, at = self._desk, self._desk.clock.now()
        connection, of = work.connection, desk.organisation
        held = safe.ticket(connection, of, named, SECOND) or safe.ticket(connection, of, named, SECOND_OIDC)
        if held is None or held.until <= at or held.tries >= rules.STEP_TRIES:
            return REFUSED
        about = desk.named("member", held.member)
        way = None if self.locked(connection, about, at) else self.shown(connection, held.member, code, at)
        if way is None or not desk.here(connection, held.member):
            safe.try_ticket(connection, of, named)
            self.failed(work, about, held.member, at)
            return Step(Entered.SECOND) if held.tries + 1 < rules.STEP_TRIES else REFUSED
        if not safe.use_up(connection, of, named):
            return REFUSED
        self._forgiven(connection, held.member, about)
        if way is Way.RECOVERY:
            self._say_ways(work, held.member, at)
        before = Way.OIDC if held.kind == SECOND_OIDC else Way.PASSWORD
        return self.opened(work, StaffId(held.member), (before, way))

    def _proved(self, work: Work, member: str, right: bool, code: str) -> bool:
        desk, at = self._desk, self._desk.clock.now()
        connection = work.connection
        about = desk.named("member", member)
        if not self.locked(connection, about, at):
            if right and desk.here(connection, member) and self.shown(connection, member, code, at):
                safe.set_failures(connection, desk.organisation, about, 0, at)
                return True
            self.failed(work, about, member, at)
        return False

    def shown(self, connection: Connection, member: str, code: str, at: datetime) -> Way | None:
        """The way a code is: of the authenticator, at a step not used before, or one of the recovery codes, used up by this."""
        desk = self._desk
        row = safe.credential(connection, desk.organisation, TOTP, member)
        if row is not None:
            step = codes.step_of(desk.open(member, TOTP, row.sealed).decode(), code, at, row.step)
            if step is not None and safe.advance(connection, desk.organisation, TOTP, member, step):
                return Way.TOTP
        spent = safe.drop(connection, desk.organisation, RECOVERY, codes.recovery_digest(member, code))
        return Way.RECOVERY if spent else None

    def _forgiven(self, connection: Connection, member: str, about: str) -> None:
        """Whoever came in with both factors starts again with no failures, under their name as well."""
        of, at = self._desk.organisation, self._desk.clock.now()
        for name in (about, *(row.name for row in safe.credentials_of(connection, of, member, LOGIN))):
            safe.set_failures(connection, of, name, 0, at)

    def _say_ways(self, work: Work, member: str, at: datetime) -> None:
        """Once the last recovery code is used, it is no way in any more."""
        of = self._desk.organisation
        if safe.credentials_of(work.connection, of, member, RECOVERY):
            return
        account = store.account(work.connection, of, member)
        ways = [way for way in account.ways if way is not Way.RECOVERY] if account else []
        work.record(
            evidence.enrolled(self._desk.by(work.connection, member, at), member, ways, evidence.CHANGED)
        )
