"""Opening an account in two steps: what is asked for waits sealed, and is nobody's, until the code has come back."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Final

from troth.accounts import evidence, naming, rules, store
from troth.accounts.courier import Notice
from troth.accounts.desk import Desk, Scene
from troth.accounts.errors import NameTaken, OfferLacking, PasswordWeak
from troth.accounts.model import (
    NOWHERE,
    Account,
    Address,
    Came,
    CodeFor,
    Entered,
    Level,
    Registration,
    State,
    Ticket,
    Waiting,
)
from troth.accounts.sessions import Sessions
from troth.accounts.tickets import Ask, Tickets
from troth.decide.offers import Given, Occasion, Offer, answer_offer
from troth.kernel.errors import TrothError
from troth.kernel.ids import SubjectId
from troth.ledger import Origin
from troth.subjects import Act, IdentitiesDiffer, Identity, IdentityKind

RULES: Final = "password_rules"


@dataclass(frozen=True, slots=True)
class Held:
    """What waits for its code: the name, the hash of the password, the address."""

    name: str = field(repr=False)
    hash: str = field(repr=False)
    score: int
    address: Address
    accurate: bool
    shown: str

    def text(self) -> str:
        """As it is sealed."""
        return json.dumps(
            [
                self.name,
                self.hash,
                self.score,
                self.address.kind,
                self.address.value,
                self.accurate,
                self.shown,
            ]
        )

    @classmethod
    def of(cls, text: str) -> Held:
        """As it was sealed."""
        name, hash, score, kind, value, accurate, shown = json.loads(text)
        return cls(name, hash, score, Address(kind, value), accurate, shown)


class Registering:
    """Registration, of one organisation."""

    def __init__(self, desk: Desk, tickets: Tickets, sessions: Sessions) -> None:
        self._desk, self._tickets, self._sessions = desk, tickets, sessions

    def register(
        self, wanted: Registration, came: Came = NOWHERE, origin: Origin = Origin.OBSERVED
    ) -> Waiting:
        """A ticket to type the code in with. Whether name or address are in use shows in nothing.

        Raises TooOften, NameRefused, PasswordWeak.
        """
        desk = self._desk
        name, address = rules.user_name(wanted.name), rules.address(wanted.address)
        at = desk.clock.now()
        self._offered(wanted)
        desk.admit("register", at, address=f"{address.kind}:{address.value}", whence=desk.whence(came))
        password, score = self.strong(wanted.password, origin, name, address.value)
        held = Held(name, desk.passwords.hashed(password), score, address, wanted.accurate, wanted.shown)
        asked = Ask(CodeFor.REGISTER, address, content=held.text(), language=wanted.language)
        return self._tickets.ask(asked, origin)

    def _offered(self, wanted: Registration) -> None:
        """Pass where the person was given what the policy offers before they register. Raises OfferLacking."""
        desk = self._desk
        with desk.ledger.database.read() as connection:
            declared = desk.declared(connection, desk.clock.now())
        given = {"accuracy_statement"} if wanted.accurate else set()
        given |= {"version_first"} if wanted.shown == declared.digest else set()
        for at in (Occasion.FORM, Occasion.FIRST_USE):
            found = answer_offer(declared.catalogue, Offer(at, frozenset(given)))
            if found.outcome is Given.LACKING:
                raise OfferLacking(
                    "Whoever registers states first that all is right, and has the text in force before them, as the policy offers.",
                    f"Missing: {', '.join(found.missing)}.",
                )

    def strong(self, password: str, origin: Origin, *own: str) -> tuple[str, int]:
        """A password that is strong enough, as it is hashed, with its score. A refusal is on record. Raises PasswordWeak."""
        desk = self._desk
        try:
            normal, found = desk.passwords.accepted(password, *own)
        except PasswordWeak:
            desk.run(self._refused, origin)
            raise
        return normal, found.score

    def _refused(self, scene: Scene) -> None:
        scene.record(
            evidence.PASSWORD_REFUSED, "why=weak", duties=self._desk.duties(scene.connection, scene.at, RULES)
        )

    def confirm(
        self,
        secret: str,
        code: str,
        came: Came = NOWHERE,
        *,
        name: str = "",
        origin: Origin = Origin.OBSERVED,
    ) -> Entered:
        """The account, open, with its first session. `name` is another than was asked for, where that one was taken.

        Raises TooOften, CodeWrong, CodeOver, NameTaken: the ticket is good for another name then, as long as it lasts.
        """
        desk = self._desk
        desk.admit("confirm", desk.clock.now(), whence=desk.whence(came))
        other = rules.user_name(name) if name else ""
        found = desk.run(lambda scene: self._confirmed(scene, secret, code, other, came), origin)
        if isinstance(found, TrothError):
            raise found
        return found

    def _confirmed(
        self, scene: Scene, secret: str, code: str, other: str, came: Came
    ) -> Entered | TrothError:
        ticket = self._tickets.trying(scene, secret, code, CodeFor.REGISTER)
        if not isinstance(ticket, Ticket):
            return ticket
        held = Held.of(self._tickets.content(ticket))
        name, desk = other or held.name, self._desk
        for kind, value in ((held.address.kind, held.address.value), ("name", name)):
            if desk.found(scene.connection, kind, value) is not None:
                return naming.taken(kind)
        who = self._person(scene, held.address)
        if isinstance(who, TrothError):
            return who
        self._tickets.use_up(scene, ticket)
        account = self._open(scene, held, name, who)
        entered = self._sessions.open(scene, account, who, Level.PASSWORD_CODE, came)
        self._sessions.greet(scene, account, entered, known=True)
        return entered

    def _person(self, scene: Scene, address: Address) -> SubjectId | NameTaken:
        """The subject this address leads to, made now where it leads to none; nobody has two accounts."""
        desk, deed = self._desk, scene.deed
        identity = Identity(IdentityKind(address.kind), address.value)
        try:
            opened = desk.subjects.open(
                scene.work, [identity], at=deed.at, origin=deed.origin, policy=deed.policy
            )
        except IdentitiesDiffer:  # cannot be: one identity leads to one
            return naming.taken(address.kind)
        if self.accounts_of(scene, opened.subject):
            return naming.taken(address.kind)
        return opened.subject

    def accounts_of(self, scene: Scene, who: SubjectId) -> list[Account]:
        """The open accounts of a person."""
        desk, connection = self._desk, scene.connection
        root = desk.subjects.root(connection, scene.work.pseudonym(who))
        group = desk.subjects.group(connection, root)
        found = store.of_people(connection, desk.organisation, group)
        return [one for one in found if one.state is State.OPEN]

    def _open(self, scene: Scene, held: Held, name: str, who: SubjectId) -> Account:
        account = self.opened(scene, who, Level.CODE, "address")
        desk, at = self._desk, scene.at
        naming.keep(desk, scene.connection, account, "name", name, at)
        naming.keep(desk, scene.connection, account, held.address.kind, held.address.value, at)
        store.keep_hash(scene.connection, desk.organisation, account.id, account.subject, held.hash, at)
        self.password_set(scene, account, who, held.score, "register")
        if held.accurate:
            duties = desk.duties(scene.connection, at, "accuracy_statement")
            scene.record(evidence.STATED, f"account={account.id}", subject=who, duties=duties)
        if held.shown and held.shown == scene.deed.policy:
            duties = desk.duties(scene.connection, at, "version_first")
            scene.record(evidence.SHOWN, f"account={account.id}", subject=who, duties=duties)
        return account

    def opened(self, scene: Scene, who: SubjectId, level: Level, by: str) -> Account:
        """An account for a person, as part of an act: the event, and the fact that they are registered."""
        desk, at = self._desk, scene.at
        account = Account(desk.id("acc"), scene.work.pseudonym(who), State.OPEN, at, at, level)
        scene.record(
            evidence.OPENED, f"account={account.id}", f"level={level.value}", f"by={by}", subject=who
        )
        self.fact(scene, who, set=("registered",), clear=("closed",))
        return account

    def fact(
        self, scene: Scene, who: SubjectId, *, set: tuple[str, ...] = (), clear: tuple[str, ...] = ()
    ) -> None:
        """Record plain facts of a person, as part of an act."""
        desk, deed = self._desk, scene.deed
        declared = desk.declared(scene.connection, deed.at)
        act = Act(who, deed.at, deed.origin, deed.policy)
        desk.subjects.record(scene.work, act, declared, set=set, clear=clear, changes=scene.changes)

    def password_set(self, scene: Scene, account: Account, who: SubjectId, score: int, by: str) -> None:
        """Say that a password was set, how strong it is, and what offered that."""
        means = (RULES, "password_reset") if by == "recover" else (RULES,)
        means = (*means, "settings_behind_sign_in") if by == "change" else means
        duties = {id for one in means for id in self._desk.duties(scene.connection, scene.at, one)}
        codes = (f"account={account.id}", f"score={score}", f"why={by}")
        scene.record(evidence.PASSWORD_SET, *codes, subject=who, duties=tuple(sorted(duties)))
        if by != "register":
            self._sessions.tell(scene, account, who, Notice.PASSWORD_SET)
