"""Further addresses of an account: bound by a code that came back, let go again as long as one is left."""

from __future__ import annotations

from troth.accounts import evidence, naming, rules, store
from troth.accounts.desk import Desk, Scene
from troth.accounts.errors import LastAddress, NameRefused
from troth.accounts.model import Account, Address, Came, CodeFor, Level, Ticket, Waiting
from troth.accounts.naming import Named
from troth.accounts.sessions import Sessions
from troth.accounts.tickets import Ask, Tickets, over
from troth.kernel.errors import TrothError
from troth.kernel.ids import SubjectId
from troth.ledger import Origin
from troth.subjects import Act, Identity, IdentityKind, IdentityTaken


class Binding:
    """Addresses of one organisation's accounts."""

    def __init__(self, desk: Desk, tickets: Tickets, sessions: Sessions) -> None:
        self._desk, self._tickets, self._sessions = desk, tickets, sessions

    def bind(self, secret: str, address: Address, came: Came, origin: Origin) -> Waiting:
        """A ticket for a further address; its code goes there. Raises SessionOver, NameRefused, TooOften."""
        desk, at, normal = self._desk, self._desk.clock.now(), rules.address(address)
        with desk.ledger.database.read() as connection:
            _, account = self._sessions.insist(connection, secret, at)
        desk.admit("bind", at, account=account.id, address=f"{normal.kind}:{normal.value}")
        content = f"{normal.kind} {normal.value}"
        asked = Ask(CodeFor.BIND, normal, content=content, account=account, language=came.language)
        return self._tickets.ask(asked, origin)

    def confirm(self, secret: str, ticket: str, code: str, origin: Origin) -> Named:
        """The address, bound. Raises SessionOver, CodeWrong, CodeOver, NameTaken."""
        found = self._desk.run(lambda scene: self._bound(scene, secret, ticket, code), origin)
        if isinstance(found, TrothError):
            raise found
        return found

    def _bound(self, scene: Scene, secret: str, ticket: str, code: str) -> Named | TrothError:
        session, account = self._sessions.insist(scene.connection, secret, scene.at)
        tried = self._tickets.trying(scene, ticket, code, CodeFor.BIND)
        if not isinstance(tried, Ticket):
            return tried
        if tried.account != account.id:  # somebody else's ticket opens nothing here
            return over()
        kind, _, value = self._tickets.content(tried).partition(" ")
        self._tickets.use_up(scene, tried)
        if self._desk.found(scene.connection, kind, value) is not None:
            return naming.taken(kind)
        try:
            identity = Identity(IdentityKind(kind), value)
            self._desk.subjects.link(scene.work, self._act(scene, session.subject), identity)
        except IdentityTaken:
            return naming.taken(kind)
        id = naming.keep(self._desk, scene.connection, account, kind, value, scene.at)
        self._changed(scene, evidence.BOUND, account, session.subject, kind)
        if session.level is Level.PASSWORD:  # they knew the password, and now read a code
            self._sessions.reached(scene, session, Level.PASSWORD_CODE)
        return Named(id, kind, value, scene.at)

    def unbind(self, secret: str, name: str, origin: Origin) -> None:
        """Let an address of the account lead to it no more. Raises SessionOver, LastAddress, NameRefused."""

        def do(scene: Scene) -> None:
            session, account = self._sessions.insist(scene.connection, secret, scene.at)
            held = [
                one
                for one in naming.opened(self._desk, scene.connection, account)
                if one.kind in naming.ADDRESSES
            ]
            found = next((one for one in held if one.id == name), None)
            if found is None:
                raise NameRefused("No address of this id is bound here.", "See which are.")
            if len(held) == 1:
                raise LastAddress("This is the only address of the account.", "Bind another one first.")
            store.drop_name(scene.connection, self._desk.organisation, account.id, found.id)
            identity = Identity(IdentityKind(found.kind), found.value)
            self._desk.subjects.unlink(scene.work, self._act(scene, session.subject), identity)
            self._changed(scene, evidence.UNBOUND, account, session.subject, found.kind)

        self._desk.run(do, origin)

    def _changed(self, scene: Scene, kind: str, account: Account, who: SubjectId, what: str) -> None:
        duties = self._desk.duties(scene.connection, scene.at, "settings_behind_sign_in")
        scene.record(kind, f"account={account.id}", f"kind={what}", subject=who, duties=duties)

    def _act(self, scene: Scene, who: SubjectId) -> Act:
        return Act(who, scene.at, scene.deed.origin, scene.deed.policy)
