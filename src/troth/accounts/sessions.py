"""Sessions: opened with a new secret each time, looked up by its digest, ended one by one or all at once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from troth.accounts import evidence, rules, store
from troth.accounts.courier import Errand, Notice
from troth.accounts.desk import Desk, Scene, digest
from troth.accounts.errors import SessionOver
from troth.accounts.model import Account, Came, Entered, Level, Session, State, Why
from troth.accounts.naming import addresses_of
from troth.accounts.tables import sessions
from troth.kernel.ids import SubjectId

SECRET: Final = "acs"  # noqa: S105  what secrets of sessions begin with
SEEN_EVERY: Final = timedelta(minutes=5)
"""How exactly it is known when a session was last used: to the write, not to the page."""
_MEANS: Final = {Notice.NEW_SIGN_IN: "sign_in_alert"}
"""What a notice is, among the things a policy may offer people."""


class Sessions:
    """The sessions of one organisation's accounts."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    # --- opening ----------------------------------------------------------------------------------------------------------

    def open(self, scene: Scene, account: Account, who: SubjectId, level: Level, came: Came) -> Entered:
        """A new session under a new secret, whatever a browser brought along."""
        desk = self._desk
        secret, id = desk.secret(SECRET), desk.id("ses")
        device = desk.keyed("device", account.id, came.device) if came.device else ""
        until = scene.at + desk.settings.session_lasts
        made = Session(id, account.id, who, scene.at, scene.at, until, level, device, came.language)
        store.put(
            scene.connection, sessions, organisation=desk.organisation, digest=digest(secret), session=id,
            account=account.id, subject=account.subject, since=made.since, seen_at=made.seen_at, until=until,
            level=level.value, device=device, language=came.language[:16],
        )  # fmt: skip
        codes = (f"account={account.id}", f"session={id}", f"level={level.value}")
        scene.record(evidence.SESSION_OPENED, *codes, subject=who)
        return Entered(secret, made)

    def greet(self, scene: Scene, account: Account, entered: Entered, *, known: bool = False) -> None:
        """Note the device; of one that was not seen before, or that nobody named, the person is told."""
        session = entered.session
        if session.device:
            seen = store.seen(
                scene.connection,
                self._desk.organisation,
                account.id,
                session.device,
                account.subject,
                scene.at,
            )
            known = known or seen
        if not known:
            self.tell(scene, account, session.subject, Notice.NEW_SIGN_IN, session.language)

    def tell(self, scene: Scene, account: Account, who: SubjectId, what: Notice, language: str = "") -> None:
        """Have a notice brought to an account's first address once the act is durable, and say so."""
        found = addresses_of(self._desk, scene.connection, account)
        if not found:
            return
        duties = self._desk.duties(scene.connection, scene.at, _MEANS.get(what, ""))
        codes = (f"account={account.id}", f"what={what.value}")
        scene.record(evidence.TOLD, *codes, subject=who, duties=duties)
        scene.after.append(Errand(who, found[0], what, "", language or "en"))

    # --- looking ----------------------------------------------------------------------------------------------------------

    def look(self, connection: Connection, secret: str, at: datetime) -> tuple[Session, Account] | None:
        """The session of a secret and its account, as long as both last."""
        if not secret.startswith(f"{SECRET}_"):
            return None
        desk = self._desk
        found = store.session(connection, desk.organisation, digest(secret))
        if found is None:
            return None
        session, pseudonym = found
        account = store.find(connection, desk.organisation, session.account)
        if account is None or account.state is not State.OPEN or not self._lasts(session, at):
            return None
        who = desk.person(connection, pseudonym)
        return (replace(session, subject=who), account) if who is not None else None

    def _lasts(self, session: Session, at: datetime) -> bool:
        idle = at - session.seen_at >= self._desk.settings.session_idle
        return rules.running(session.since, session.until, at) and not idle

    def insist(self, connection: Connection, secret: str, at: datetime) -> tuple[Session, Account]:
        """As `look`. Raises SessionOver."""
        found = self.look(connection, secret, at)
        if found is None:
            raise SessionOver("This session is over.", "Sign in again.")
        return found

    def touch(self, session: Session, at: datetime) -> None:
        """Note that a session is in use, every few minutes."""
        if at - session.seen_at >= SEEN_EVERY:
            with self._desk.ledger.database.write() as connection:
                store.session_is(connection, self._desk.organisation, session.id, seen_at=at)

    def reached(self, scene: Scene, session: Session, level: Level) -> None:
        """It is surer now who is behind a session."""
        store.session_is(scene.connection, self._desk.organisation, session.id, level=level.value)

    def of(self, connection: Connection, account: Account, at: datetime) -> list[Session]:
        """The sessions of an account that last, the newest first; whose they are is known to whoever asks."""
        found = store.sessions_of(connection, self._desk.organisation, account.id)
        return [one for one in found if self._lasts(one, at)]

    # --- ending -----------------------------------------------------------------------------------------------------------

    def end(
        self, scene: Scene, account: Account, why: Why, *, only: Collection[str] = (), but: str = ""
    ) -> int:
        """End sessions of an account: those named, or all but one; how many. Each end is an event."""
        desk = self._desk
        found = store.sessions_of(scene.connection, desk.organisation, account.id)
        ending = [one.id for one in found if (one.id in only if only else one.id != but)]
        who = desk.person(scene.connection, account.subject)
        for id in ending:
            codes = (f"account={account.id}", f"session={id}", f"why={why.value}")
            scene.record(evidence.SESSION_ENDED, *codes, subject=who)
        store.end_sessions(scene.connection, desk.organisation, ending)
        return len(ending)
