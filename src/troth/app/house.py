"""The rooms of one organisation, furnished: what each owns on one database, and what is the same for all of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, Protocol, TypeVar, cast

from sqlalchemy import Connection

from troth.access import Access, AccessProjection, Desk
from troth.accounts import AccountsProjection, Settings
from troth.app.lobby import accounts_of
from troth.app.words import open_words
from troth.consent import Consents, ConsentsProjection, Guardians, WardsProjection
from troth.cookies import Cookies, CookiesProjection
from troth.db import Database, Task, Together
from troth.decide.model import Answer, Facts, Question
from troth.directories import Directories, DirectoriesProjection
from troth.erasures import Erasures, ErasuresProjection, Tombs
from troth.gate import Decider, Gate, Rooms, Words
from troth.gate.situation import Unshared
from troth.intake import Desk as Reception
from troth.intake import Intake, IntakeProjection
from troth.kernel.clock import Clock
from troth.kernel.entropy import Entropy
from troth.ledger import (
    Ledger,
    Projection,
    PseudonymKey,
    Seals,
    Segments,
    Work,
)
from troth.lineage import Lineage
from troth.messages import Desk as Outbox
from troth.messages import Messages, MessagesProjection
from troth.notices import Notices, NoticesProjection, Revisions
from troth.operators import Desk as Counter
from troth.operators import Operators, OperatorsProjection
from troth.policies import Declared, Policies
from troth.policies.service import VersionsProjection
from troth.promises import PromisesProjection
from troth.recipients import Recipients, RecipientsProjection
from troth.recordings import Recordings
from troth.safeguards import Safeguards
from troth.staff import Staff, StaffProjection
from troth.steps import Steps
from troth.subjects import UNWATCHED, Changes, PeopleProjection, Subjects
from troth.tasks import Tasks, TasksProjection
from troth.tenants import Tenants
from troth.vault import Item, SealBroken, Vault

T = TypeVar("T")
PROJECTIONS: tuple[Projection, ...] = (
    VersionsProjection(),
    PeopleProjection(),
    ConsentsProjection(),
    WardsProjection(),
    NoticesProjection(),
    CookiesProjection(),
    DirectoriesProjection(),
    ErasuresProjection(),
    IntakeProjection(),
    RecipientsProjection(),
    StaffProjection(),
    TasksProjection(),
    OperatorsProjection(),
    AccessProjection(),
    AccountsProjection(),
    MessagesProjection(),
    PromisesProjection(),
)
"""Every table of state, in the order in which an event reaches them: who is who comes before what they said."""


class Watch(Protocol):
    """Whoever keeps a faster copy of what is known of people."""

    def watching(self) -> AbstractContextManager[Changes]:
        """Opened around each transaction; left without an error once that is committed, with one when it failed."""


class Unwatched:
    """Nobody keeps a copy."""

    def watching(self) -> AbstractContextManager[Changes]:
        """Nothing to hold."""
        return nullcontext(UNWATCHED)


class _Act(Task):
    """What one caller does with the rooms, and what came of it."""

    __slots__ = ("do", "result")

    def __init__(self, do: Callable[[Work, Changes], Any]) -> None:
        super().__init__()
        self.do = do
        self.result: Any = None


class House:
    """The rooms of one organisation."""

    def __init__(
        self,
        id: str,
        database: Database,
        key: PseudonymKey,
        segments: Segments,
        *,
        vault: Vault,
        clock: Clock,
        entropy: Entropy,
        compile: Callable[[Declared], Decider],
        words: Words | None = None,
        watch: Watch | None = None,
        words_folder: Path | None = None,
        accounts: Settings | None = None,
        product_roles: Mapping[str, str] | None = None,
    ) -> None:
        self.id, self.database, self.vault, self.segments = id, database, vault, segments
        self.clock, self.entropy = clock, entropy
        self.ledger = Ledger(
            database, id, key, clock=clock, entropy=entropy, projections=PROJECTIONS, segments=segments,
            seals=Seals(id, vault, Tombs(), SealBroken),
        )  # fmt: skip
        self.recorder = self.ledger.recorder()
        self.rooms = Rooms(Policies(id), Subjects(id, entropy), Consents(id), Recipients(id))
        self.words = open_words(words_folder, self.ledger, self.rooms, clock) if words_folder else None
        self.gate = Gate(
            self.ledger, self.recorder, self.rooms, compile, clock, segments,
            words=words or self.words or Unshared(),
        )  # fmt: skip
        self._compile = compile
        self._watch = watch or self.words or Unwatched()
        self._acting: Together[_Act] = Together(self._carry_acts)
        self._furnish_facts(accounts or Settings(), product_roles or {})
        self._furnish_duties()

    def _furnish_facts(self, accounts: Settings, product_roles: Mapping[str, str]) -> None:
        """Who is who, and what is on record of them."""
        id, ledger, rooms, vault = self.id, self.ledger, self.rooms, self.vault
        self.staff = Staff(id, self.entropy)
        self.operators = Operators(
            Counter(id, ledger, self.recorder, self.staff, vault, self.clock, self.entropy, product_roles)
        )
        self.tasks = Tasks(id, ledger, vault)
        self.notices = Notices(id, rooms.subjects, rooms.policies, ledger.payload)
        self.guardians = Guardians(id)
        self.steps = Steps(id)
        self.accounts = accounts_of(self, accounts)
        self.erasures = Erasures(id)
        self.tenants = Tenants(ledger, rooms.subjects)
        told = (vault, self.clock, self.entropy)
        self.intake = Intake(Reception(id, ledger, self.recorder, rooms, *told, self.tenants))

    def _furnish_duties(self) -> None:
        """What asks the gate, or the engine behind it."""
        id, ledger, rooms, vault = self.id, self.ledger, self.rooms, self.vault
        told = (vault, self.clock, self.entropy)
        self.access = Access(Desk(id, ledger, self.recorder, rooms, self.staff, self.gate, *told))
        self.messages = Messages(Outbox(id, ledger, self.recorder, rooms, self.gate, *told))
        self.safeguards = Safeguards(self.staff)
        self.recordings = Recordings(ledger, self.gate, self.entropy)
        self.lineage = Lineage(ledger)
        self.cookies = Cookies(id, self._answer)
        self.directories = Directories(
            id, ledger, self.segments, rooms.policies, lambda declared: self._compile(declared).decision,
            lambda connection: Tombs().everybody(connection, id),
        )  # fmt: skip

    def _answer(self, declared: Declared) -> Callable[[Question, Facts], Answer]:
        return self._compile(declared).answer

    @property
    def revisions(self) -> Revisions:
        """The changes of the policy, and who was told of them."""
        return self.notices.revisions

    def changing(self, do: Callable[[Work, Changes], T]) -> T:
        """As `Organisation.act`, for a room that makes its own acts. Acts of several threads share one watch and one commit; each is
        undone by itself where it raises."""
        return cast(T, self._acting.do(_Act(do)).result)

    def _carry_acts(self, batch: list[_Act]) -> None:
        with self._watch.watching() as changes:
            done = self.recorder.run_each([_with(one.do, changes) for one in batch])
        for act, (result, error) in zip(batch, done, strict=True):
            act.result, act.error = result, error

    def forget(self, connection: Connection, pseudonyms: Collection[str]) -> None:
        """Let nothing be left of what rooms keep sealed of people: part of erasing them, which says so."""
        self.access.forget(connection, pseudonyms)
        self.messages.forget(connection, pseudonyms)
        self.accounts.forget(connection, pseudonyms)
        self.intake.forget(connection, pseudonyms)
        self.directories.forget(connection, pseudonyms)

    def lying(self, connection: Connection, pseudonyms: Collection[str]) -> list[Item]:
        """What rooms keep sealed of people, as (owner, place, sealed): for whoever tries whether it can still be opened."""
        return [
            *self.access.lying(connection, pseudonyms),
            *self.messages.lying(connection, pseudonyms),
            *self.intake.lying(connection, pseudonyms),
            *self.accounts.lying(connection, pseudonyms),
        ]

    def is_erased(self, connection: Connection, pseudonym: str) -> bool:
        """Whether whoever was known under a pseudonym was erased."""
        return self.erasures.grave(connection, pseudonym) is not None


def _with(do: Callable[[Work, Changes], Any], changes: Changes) -> Callable[[Work], Any]:
    return lambda work: do(work, changes)
