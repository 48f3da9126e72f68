"""Coming in again by a code that goes to the account's address: with another password, or with the code alone."""

from __future__ import annotations

from troth.accounts import naming, store
from troth.accounts.desk import Desk, Scene, typed
from troth.accounts.linking import Entering
from troth.accounts.model import Account, Came, CodeFor, Entered, Level, State, Ticket, Waiting, Why
from troth.accounts.registering import Registering
from troth.accounts.sessions import Sessions
from troth.accounts.tickets import Ask, Tickets, over
from troth.kernel.errors import TrothError
from troth.kernel.ids import SubjectId
from troth.ledger import Origin


class Recovering:
    """Recovery, of one organisation."""

    def __init__(
        self, desk: Desk, tickets: Tickets, registering: Registering, sessions: Sessions, entering: Entering
    ) -> None:
        self._desk, self._tickets, self._registering, self._sessions = desk, tickets, registering, sessions
        self._entering = entering

    def ask(self, name: str, came: Came, origin: Origin) -> Waiting:
        """A ticket; a code goes to the account's address if the name (or address) leads to one. Raises TooOften."""
        desk, at = self._desk, self._desk.clock.now()
        named = typed(name)
        said = ":".join(named or ("none", name))
        desk.admit("recover", at, address=said, whence=desk.whence(came))
        return self._tickets.ask(Ask(CodeFor.RECOVER, None, named, language=came.language), origin)

    def reset(self, ticket: str, code: str, password: str, came: Came, origin: Origin) -> Entered:
        """Set another password with the code; every session ends, and a new one opens.

        Raises TooOften, PasswordWeak (before the code is tried), CodeWrong, CodeOver.
        """
        desk = self._desk
        desk.admit("confirm", desk.clock.now(), whence=desk.whence(came))
        normal, score = self._registering.strong(password, origin)
        hash = desk.passwords.hashed(normal)
        found = desk.run(lambda scene: self._reset(scene, ticket, code, hash, score, came), origin)
        if isinstance(found, TrothError):
            raise found
        return found

    def _reset(
        self, scene: Scene, secret: str, code: str, hash: str, score: int, came: Came
    ) -> Entered | TrothError:
        desk = self._desk
        found = self._by_code(scene, secret, code)
        if isinstance(found, TrothError):
            return found
        account, who = found
        self.set(scene, account, who, hash, score, "recover")
        self._sessions.end(scene, account, Why.RECOVERED)
        for one in naming.opened(desk, scene.connection, account):
            store.drop_tries(scene.connection, desk.organisation, desk.lock_of(one.kind, one.value))
        return self._entering(scene, account, who, Level.PASSWORD_CODE, came, "")

    def enter(self, ticket: str, code: str, came: Came, origin: Origin) -> Entered:
        """A new session for whoever read the code that was asked for by `ask`; password and other sessions stay as they are.

        Raises TooOften, CodeWrong, CodeOver.
        """
        self._desk.admit("confirm", self._desk.clock.now(), whence=self._desk.whence(came))

        def do(scene: Scene) -> Entered | TrothError:
            found = self._by_code(scene, ticket, code)
            if isinstance(found, TrothError):
                return found
            return self._entering(scene, *found, Level.CODE, came, "")

        entered = self._desk.run(do, origin)
        if isinstance(entered, TrothError):
            raise entered
        return entered

    def _by_code(self, scene: Scene, secret: str, code: str) -> tuple[Account, SubjectId] | TrothError:
        """Whose account the code opens; it is used up."""
        desk = self._desk
        ticket = self._tickets.trying(scene, secret, code, CodeFor.RECOVER)
        if not isinstance(ticket, Ticket):
            return ticket
        account = store.find(scene.connection, desk.organisation, ticket.account)
        who = desk.person(scene.connection, ticket.subject)
        if account is None or who is None or account.state is not State.OPEN:
            return over()
        self._tickets.use_up(scene, ticket)
        return account, who

    def set(self, scene: Scene, account: Account, who: SubjectId, hash: str, score: int, by: str) -> None:
        """Another password, as part of an act."""
        store.keep_hash(
            scene.connection, self._desk.organisation, account.id, account.subject, hash, scene.at
        )
        self._registering.password_set(scene, account, who, score, by)
