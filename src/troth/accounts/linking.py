"""Signing in at a provider (OpenID Connect): what it vouches for leads to an account only where its owner linked it, by proof.

A provider's word about a mail address links nothing: whoever has an account links it from inside, and whoever has none opens one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from troth.accounts import evidence, naming, store
from troth.accounts.desk import Desk, Scene
from troth.accounts.errors import LastAddress, NameRefused, NotLetIn
from troth.accounts.model import Account, Came, Entered, Level, State
from troth.accounts.naming import Named
from troth.accounts.registering import Registering
from troth.accounts.sessions import Sessions
from troth.kernel.errors import TrothError
from troth.kernel.ids import SubjectId
from troth.ledger import Origin
from troth.subjects import Identity, IdentityKind

KIND: Final = "provider"
Entering = Callable[[Scene, Account, SubjectId, Level, Came, str], Entered]


@dataclass(frozen=True, slots=True)
class Vouched:
    """Whom a provider vouches for: its id here, its issuer, and the subject by which it knows the person. Nothing else is taken."""

    provider: str
    issuer: str
    subject: str = field(repr=False)

    @property
    def value(self) -> str:
        """By what it is found: issuer and subject together (OpenID Connect Core 1.0, 5.7)."""
        return f"{self.provider} {self.issuer} {self.subject}"


class Linking:
    """Providers of one organisation's accounts."""

    def __init__(self, desk: Desk, registering: Registering, sessions: Sessions, entering: Entering) -> None:
        self._desk, self._registering, self._sessions = desk, registering, sessions
        self._entering = entering

    def enter(
        self, vouched: Vouched, came: Came, origin: Origin, *, old: str = "", open: bool = False
    ) -> Entered:
        """A session for whoever linked this before; with `open`, an account for whoever never did. Raises NotLetIn."""

        def do(scene: Scene) -> Entered | TrothError:
            id = self._desk.found(scene.connection, KIND, vouched.value)
            account = store.find(scene.connection, self._desk.organisation, id) if id else None
            if account is None and open:
                return self._entering(scene, *self._opened(scene, vouched), Level.PASSWORD, came, old)
            who = self._desk.person(scene.connection, account.subject) if account else None
            if account is None or who is None or account.state is not State.OPEN:
                scene.record(evidence.PROVIDER_REFUSED, f"provider={vouched.provider}", "why=not_linked")
                return NotLetIn(
                    "This sign-in leads to no account.", "Sign in first, and link it from your account."
                )
            return self._entering(scene, account, who, Level.PASSWORD, came, old)

        found = self._desk.run(do, origin)
        if isinstance(found, TrothError):
            raise found
        return found

    def _opened(self, scene: Scene, vouched: Vouched) -> tuple[Account, SubjectId]:
        desk, deed = self._desk, scene.deed
        identity = Identity(IdentityKind.ACCOUNT, vouched.value)
        who = desk.subjects.open(
            scene.work, [identity], at=deed.at, origin=deed.origin, policy=deed.policy
        ).subject
        account = self._registering.opened(scene, who, Level.PASSWORD, KIND)
        self._keep(scene, account, who, vouched)
        return account, who

    def _keep(self, scene: Scene, account: Account, who: SubjectId, vouched: Vouched) -> Named:
        id = naming.keep(self._desk, scene.connection, account, KIND, vouched.value, scene.at)
        codes = (f"account={account.id}", f"provider={vouched.provider}")
        scene.record(evidence.LINKED, *codes, subject=who)
        return Named(id, KIND, vouched.value, scene.at)

    def link(self, secret: str, vouched: Vouched, origin: Origin) -> Named:
        """Let a provider's word open this account, for whoever is signed in to both. Raises SessionOver, NameTaken."""

        def do(scene: Scene) -> Named:
            session, account = self._sessions.insist(scene.connection, secret, scene.at)
            return self._keep(scene, account, session.subject, vouched)

        return self._desk.run(do, origin)

    def unlink(self, secret: str, name: str, origin: Origin) -> None:
        """Let it open this account no more, where something else does. Raises SessionOver, NameRefused, LastAddress."""

        def do(scene: Scene) -> None:
            session, account = self._sessions.insist(scene.connection, secret, scene.at)
            desk, held = self._desk, naming.opened(self._desk, scene.connection, account)
            found = next((one for one in held if one.id == name and one.kind == KIND), None)
            if found is None:
                raise NameRefused("No sign-in of this id is linked here.", "See which are.")
            others = [one for one in held if one.kind == KIND and one.id != name]
            if not others and store.hash_of(scene.connection, desk.organisation, account.id) is None:
                raise LastAddress("Nothing else would lead into the account.", "Set a password first.")
            store.drop_name(scene.connection, desk.organisation, account.id, found.id)
            provider = found.value.partition(" ")[0]
            scene.record(
                evidence.UNLINKED, f"account={account.id}", f"provider={provider}", subject=session.subject
            )

        self._desk.run(do, origin)

    def refused(self, provider: str, why: str, origin: Origin) -> None:
        """Say that a sign-in at a provider came to nothing: of whom is not known, and nothing of them is kept."""
        codes = (f"provider={provider}", f"why={why}")
        self._desk.run(lambda scene: scene.record(evidence.PROVIDER_REFUSED, *codes), origin)
