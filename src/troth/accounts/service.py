"""Accounts in use: sign in, recover, bind, look after sessions, change the password, close; and what operators are told."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from troth.accounts import evidence, naming, rules, store
from troth.accounts.binding import Binding
from troth.accounts.checking import Checking
from troth.accounts.courier import Courier, Notice
from troth.accounts.desk import Desk, Scene, cell, typed
from troth.accounts.errands import Errands
from troth.accounts.errors import AccountUnknown, NotLetIn, SessionOver
from troth.accounts.linking import Linking
from troth.accounts.model import (
    NOWHERE,
    Account,
    Address,
    Came,
    Counts,
    Entered,
    Level,
    Registration,
    Session,
    State,
    Waiting,
    Why,
)
from troth.accounts.naming import Named
from troth.accounts.recovering import Recovering
from troth.accounts.registering import Registering
from troth.accounts.sessions import Sessions
from troth.accounts.tickets import Tickets
from troth.kernel.ids import SubjectId
from troth.ledger import Origin
from troth.vault import Item

JUST_NOW: Final = timedelta(minutes=10)
"""How long signing in counts as proof where there is no password to ask for again."""


@dataclass(frozen=True, slots=True)
class Mine:
    """What somebody who is signed in sees of their account."""

    session: Session
    account: Account
    names: tuple[Named, ...]
    sessions: tuple[Session, ...]
    password: bool = True
    """Whether the account has a password: one that a provider opened may have none."""


class Accounts:
    """The accounts of one organisation. Threads may share it."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.sessions = Sessions(desk)
        self.tickets = Tickets(desk)
        self.registering = Registering(desk, self.tickets, self.sessions)
        self.binding = Binding(desk, self.tickets, self.sessions)
        self.checking = Checking(desk, self.registering, self.sessions)
        self.linking = Linking(desk, self.registering, self.sessions, self.entering)
        self.recovering = Recovering(desk, self.tickets, self.registering, self.sessions, self.entering)

    @property
    def errands(self) -> Errands:
        """What is done after the answer."""
        return self.desk.errands

    def by(self, courier: Courier) -> None:
        """From now on another courier brings codes and notices."""
        self.desk.errands.courier = courier

    # --- registration -----------------------------------------------------------------------------------------------------------

    def register(
        self, wanted: Registration, came: Came = NOWHERE, *, origin: Origin = Origin.OBSERVED
    ) -> Waiting:
        """See `Registering.register`."""
        return self.registering.register(wanted, came, origin)

    def confirm(
        self,
        ticket: str,
        code: str,
        came: Came = NOWHERE,
        *,
        name: str = "",
        origin: Origin = Origin.OBSERVED,
    ) -> Entered:
        """See `Registering.confirm`."""
        return self.registering.confirm(ticket, code, came, name=name, origin=origin)

    # --- signing in -------------------------------------------------------------------------------------------------------------

    def sign_in(
        self,
        name: str,
        password: str,
        came: Came = NOWHERE,
        *,
        old: str = "",
        origin: Origin = Origin.OBSERVED,
    ) -> Entered:
        """A new session, for whoever knows name (or address) and password; the one brought along (`old`) ends.

        Raises TooOften, and NotLetIn, in the same words and after the same work, for every other reason.
        """
        desk, at = self.desk, self.desk.clock.now()
        desk.admit("sign_in", at, whence=desk.whence(came))
        named = typed(name) or ("none", desk.keyed("unreadable", name))
        lock = desk.lock_of(*named)
        desk.knock(lock, at)
        with desk.ledger.database.read() as connection:
            id = desk.found(connection, *named)
            hash = store.hash_of(connection, desk.organisation, id or "")
        good = desk.passwords.verify(hash, password)
        renewed = (
            desk.passwords.hashed(rules.password(password, desk.settings))
            if good and hash and desk.passwords.outgrown(hash)
            else ""
        )
        if good:
            self._lift(lock)
        found = desk.run(lambda scene: self._signed_in(scene, id, good, renewed, came, old, lock), origin)
        if found is None:
            raise NotLetIn("Name and password do not open an account.", "Try again, or recover the account.")
        return found

    def _lift(self, lock: str) -> None:
        with self.desk.ledger.database.write() as connection:
            store.drop_tries(connection, self.desk.organisation, lock)

    def _signed_in(
        self, scene: Scene, id: str | None, good: bool, renewed: str, came: Came, old: str, lock: str
    ) -> Entered | None:
        desk = self.desk
        account = store.find(scene.connection, desk.organisation, id or "")
        who = desk.person(scene.connection, account.subject if account else "-")
        if account is None or who is None or not good or account.state is not State.OPEN:
            self._refused(scene, account, who, lock)
            return None
        if renewed:
            store.keep_hash(
                scene.connection, desk.organisation, account.id, account.subject, renewed, scene.at
            )
        return self.entering(scene, account, who, Level.PASSWORD, came, old)

    def entering(
        self, scene: Scene, account: Account, who: SubjectId, level: Level, came: Came, old: str = ""
    ) -> Entered:
        """A session for somebody who proved who they are, as part of an act."""
        reached = Level.REAL_NAME if account.level is Level.REAL_NAME else level
        before = self.sessions.look(scene.connection, old, scene.at)
        if before is not None:
            self.sessions.end(scene, before[1], Why.REPLACED, only={before[0].id})
        scene.record(evidence.SIGNED_IN, f"account={account.id}", f"level={reached.value}", subject=who)
        entered = self.sessions.open(scene, account, who, reached, came)
        self.sessions.greet(scene, account, entered)
        return entered

    def _refused(self, scene: Scene, account: Account | None, who: SubjectId | None, lock: str) -> None:
        """On record, with the subject where there is one; and a lock, where this try set it."""
        desk = self.desk
        codes = (f"account={account.id}",) if account is not None and who is not None else ()
        scene.record(evidence.SIGN_IN_REFUSED, *codes, subject=who)
        found = store.tried(scene.connection, desk.organisation, lock)
        if found is not None and found.locked_until is not None and found.locked_until > scene.at:
            duties = desk.duties(scene.connection, scene.at, "lockout")
            scene.record(evidence.LOCKED, *codes, subject=who, duties=duties)

    # --- sessions ---------------------------------------------------------------------------------------------------------------

    def session(self, secret: str) -> Session | None:
        """The session of a secret, as long as it lasts."""
        at = self.desk.clock.now()
        with self.desk.ledger.database.read() as connection:
            found = self.sessions.look(connection, secret, at)
        if found is None:
            return None
        self.sessions.touch(found[0], at)
        return found[0]

    def mine(self, secret: str) -> Mine:
        """All that somebody sees of their own account. Raises SessionOver."""
        at = self.desk.clock.now()
        with self.desk.ledger.database.read() as connection:
            session, account = self.sessions.insist(connection, secret, at)
            names = naming.opened(self.desk, connection, account)
            sessions = tuple(self.sessions.of(connection, account, at))
            hash = store.hash_of(connection, self.desk.organisation, account.id)
            return Mine(session, account, tuple(names), sessions, hash is not None)

    def prefer(self, secret: str, language: str) -> None:
        """Let a session keep to a language."""
        found = self.session(secret)
        if found is not None:
            with self.desk.ledger.database.write() as connection:
                store.session_is(connection, self.desk.organisation, found.id, language=language[:16])

    def sign_out(self, secret: str, *, origin: Origin = Origin.OBSERVED) -> None:
        """End a session; harmless where there is none."""
        self._ending(secret, Why.LEFT, origin, None)

    def revoke(self, secret: str, session: str = "", *, origin: Origin = Origin.OBSERVED) -> int:
        """End one session of the account, or all others; how many. Raises SessionOver."""
        found = self._ending(secret, Why.REVOKED, origin, session)
        if found is None:
            raise SessionOver("This session is over.", "Sign in again.")
        return found

    def _ending(self, secret: str, why: Why, origin: Origin, which: str | None) -> int | None:
        """End the session itself (None), one of the account by its id, or ('') all others."""

        def do(scene: Scene) -> int | None:
            found = self.sessions.look(scene.connection, secret, scene.at)
            if found is None:
                return None
            session, account = found
            if which is None:
                return self.sessions.end(scene, account, why, only={session.id})
            if which:
                return self.sessions.end(scene, account, why, only={which})
            return self.sessions.end(scene, account, why, but=session.id)

        return self.desk.run(do, origin)

    # --- recovering -------------------------------------------------------------------------------------------------------------

    def recover(self, name: str, came: Came = NOWHERE, *, origin: Origin = Origin.OBSERVED) -> Waiting:
        """See `Recovering.ask`."""
        return self.recovering.ask(name, came, origin)

    def reset(
        self, ticket: str, code: str, password: str, came: Came = NOWHERE, *, origin: Origin = Origin.OBSERVED
    ) -> Entered:
        """See `Recovering.reset`."""
        return self.recovering.reset(ticket, code, password, came, origin)

    def enter(
        self, ticket: str, code: str, came: Came = NOWHERE, *, origin: Origin = Origin.OBSERVED
    ) -> Entered:
        """See `Recovering.enter`."""
        return self.recovering.enter(ticket, code, came, origin)

    def change_password(
        self, secret: str, password: str, new: str, came: Came = NOWHERE, *, origin: Origin = Origin.OBSERVED
    ) -> Entered:
        """Another password, for whoever knows the old one; all sessions end, and this one goes on under a new secret.

        Raises SessionOver, TooOften, NotLetIn, PasswordWeak.
        """
        desk = self.desk
        self._proved(secret, password)
        mine = self.mine(secret)
        normal, score = self.registering.strong(new, origin, *(one.value for one in mine.names))
        hash = desk.passwords.hashed(normal)

        def do(scene: Scene) -> Entered:
            session, account = self.sessions.insist(scene.connection, secret, scene.at)
            self.recovering.set(scene, account, session.subject, hash, score, "change")
            self.sessions.end(scene, account, Why.PASSWORD)
            return self.sessions.open(scene, account, session.subject, session.level, came)

        return desk.run(do, origin)

    def _proved(self, secret: str, password: str) -> None:
        """Pass where a session's owner knows the password; of an account without one, where they signed in a moment ago.

        Raises SessionOver, TooOften, NotLetIn.
        """
        desk, at = self.desk, self.desk.clock.now()
        with desk.ledger.database.read() as connection:
            session, account = self.sessions.insist(connection, secret, at)
            hash = store.hash_of(connection, desk.organisation, account.id)
        desk.admit("password", at, account=account.id)
        if hash is None and at - session.since < JUST_NOW:
            return
        if not desk.passwords.verify(hash, password):
            raise NotLetIn("This is not the password.", "Type it again, or recover the account.")

    # --- addresses --------------------------------------------------------------------------------------------------------------

    def bind(
        self, secret: str, address: Address, came: Came = NOWHERE, *, origin: Origin = Origin.OBSERVED
    ) -> Waiting:
        """See `Binding.bind`."""
        return self.binding.bind(secret, address, came, origin)

    def confirm_bound(
        self, secret: str, ticket: str, code: str, *, origin: Origin = Origin.OBSERVED
    ) -> Named:
        """See `Binding.confirm`."""
        return self.binding.confirm(secret, ticket, code, origin)

    def unbind(self, secret: str, name: str, *, origin: Origin = Origin.OBSERVED) -> None:
        """See `Binding.unbind`."""
        self.binding.unbind(secret, name, origin)

    def close(self, secret: str, password: str, *, origin: Origin = Origin.OBSERVED) -> None:
        """Close the account: access ends at once. Name and addresses lead to it no more, so that whoever wants to may register anew;
        a provider that was linked opens nothing in its place. What is on record goes by its own rules; that this is due is noted.

        Raises SessionOver, TooOften, NotLetIn.
        """
        self._proved(secret, password)

        def do(scene: Scene) -> None:
            session, account = self.sessions.insist(scene.connection, secret, scene.at)
            self.sessions.tell(scene, account, session.subject, Notice.CLOSED, session.language)
            for one in naming.opened(self.desk, scene.connection, account):
                if one.kind == "name" or one.kind in naming.ADDRESSES:
                    store.drop_name(scene.connection, self.desk.organisation, account.id, one.id)
            self.sessions.end(scene, account, Why.CLOSED)
            codes = (f"account={account.id}", "due=deletion")
            scene.record(evidence.CLOSED, *codes, subject=session.subject)
            self.registering.fact(scene, session.subject, set=("closed",), clear=("registered",))

        self.desk.run(do, origin)

    def counted(self, connection: Connection) -> list[Counts]:
        """How often what happened."""
        return store.counted(connection, self.desk.organisation)

    def standing(self, connection: Connection) -> dict[tuple[str, str], int]:
        """How many accounts stand where, by state and level."""
        return store.standing(connection, self.desk.organisation)

    def running(self, connection: Connection, at: datetime) -> tuple[int, int]:
        """How many sessions run, and how many names are locked."""
        of = self.desk.organisation
        return store.running(connection, of, at), store.locked(connection, of, at)

    def account(self, connection: Connection, id: str) -> Account:
        """An account by its id. Raises AccountUnknown."""
        found = store.find(connection, self.desk.organisation, id)
        if found is None:
            raise AccountUnknown("There is no account of this id here.", "Give the id it was opened under.")
        return found

    def unlock(self, name: str, *, origin: Origin = Origin.OBSERVED) -> bool:
        """Lift the lock of a name, whether or not anybody bears it; whether there was one."""
        desk, named = self.desk, typed(name)
        if named is None:
            return False

        def do(scene: Scene) -> bool:
            found = store.drop_tries(scene.connection, desk.organisation, desk.lock_of(*named))
            if found:
                scene.record(evidence.UNLOCKED, "why=operator")
            return bool(found)

        return desk.run(do, origin)

    def forget(self, connection: Connection, pseudonyms: Collection[str]) -> None:
        """Let nothing be left of people's names, hashes, sessions: for whoever erases a person, and says so."""
        store.forget(connection, self.desk.organisation, pseudonyms)

    def lying(self, connection: Connection, pseudonyms: Collection[str]) -> list[Item]:
        """What lies sealed of these people, as (owner, cell, sealed)."""
        found = store.sealed_of(connection, self.desk.organisation, pseudonyms)
        return [(owner, cell(name), sealed) for owner, name, sealed in found]
