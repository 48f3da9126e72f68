"""One organisation, wired: its policy, ledger, people, consents, recipients and gate, on one database."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection

from troth.access import Access, AccessProjection, Desk
from troth.accounts import AccountsProjection, Settings
from troth.app.acts import Acts
from troth.app.erasing import Erased, Eraser, Told
from troth.app.lobby import accounts_of
from troth.app.words import open_words
from troth.consent import Consents, ConsentsProjection, Guardians, WardsProjection
from troth.cookies import Cookies, CookiesProjection
from troth.db import Database
from troth.decide import naive
from troth.decide.compiled import Engine
from troth.decide.model import Answer, Facts, Question
from troth.directories import Directories, DirectoriesProjection
from troth.erasures import Erasures, ErasuresProjection, Tombs
from troth.gate import Decider, Gate, Kept, Once, Reply, Rooms, Words, suppose
from troth.gate.situation import Unshared
from troth.intake import Desk as Reception
from troth.intake import Intake, IntakeProjection
from troth.kernel.clock import Clock
from troth.kernel.entropy import Entropy
from troth.kernel.ids import StaffId, parse
from troth.ledger import (
    Ledger,
    Origin,
    Projection,
    PseudonymKey,
    Replayed,
    Seals,
    Segments,
    Work,
)
from troth.lineage import Lineage
from troth.messages import Desk as Outbox
from troth.messages import Messages, MessagesProjection
from troth.operators import Desk as Counter
from troth.operators import SECRETS, Operators, OperatorsProjection
from troth.notices import Notices, NoticesProjection, Revisions
from troth.policies import Declared, Policies
from troth.policies.service import VersionsProjection
from troth.promises import Promises, PromisesProjection
from troth.recipients import Recipients, RecipientsProjection
from troth.recordings import Recordings
from troth.safeguards import Safeguards
from troth.staff import Staff, StaffProjection
from troth.staff.evidence import Deed
from troth.tasks import Tasks, TasksProjection
from troth.subjects import EVERYBODY, UNWATCHED, Changes, PeopleProjection, SubjectErased, Subjects
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


class Interpreter:
    """The interpreter that specifies decisions, as the decider of a gate: slow, and what the engine is held equal to."""

    def __init__(self, declared: Declared) -> None:
        self._declared = declared

    def answer(self, question: Question, facts: Facts) -> Answer:
        """Read the statements and decide."""
        return naive.answer(self._declared.catalogue, question, facts, self._declared.digest)


def engine(declared: Declared) -> Decider:
    """The compiled engine, as the decider of a gate."""
    return Engine.compile(declared.bundle)


class Organisation:
    """One organisation. Threads may share it; make one per process, and `close` it."""

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
        compile: Callable[[Declared], Decider] = engine,
        words: Words | None = None,
        watch: Watch | None = None,
        words_folder: Path | None = None,
        accounts: Settings | None = None,
        product_roles: Mapping[str, str] | None = None,
    ) -> None:
        self.id = id
        self.database = database
        self.vault = vault
        self.clock = clock
        self.entropy = entropy
        self.segments = segments
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
        self.staff = Staff(id, entropy)
        self.recordings = Recordings(self.ledger, self.gate, entropy)
        self.lineage = Lineage(self.ledger)
        self.safeguards = Safeguards(self.staff)
        self.tasks = Tasks(id, self.ledger, vault)
        self.operators = Operators(
            Counter(id, self.ledger, self.recorder, self.staff, vault, clock, entropy, product_roles or {})
        )
        self.access = Access(
            Desk(id, self.ledger, self.recorder, self.rooms, self.staff, self.gate, vault, clock, entropy)
        )
        self.messages = Messages(Outbox(id, self.ledger, self.recorder, self.rooms, self.gate, vault, clock, entropy))  # fmt: skip
        self.notices = Notices(id, self.rooms.subjects, self.rooms.policies, self.ledger.payload)
        self.accounts = accounts_of(self, accounts or Settings())
        self.erasures = Erasures(id)
        self.intake = Intake(Reception(id, self.ledger, self.recorder, self.rooms, vault, clock, entropy))
        self.cookies = Cookies(id, lambda declared: compile(declared).answer)
        self._eraser = Eraser(self.ledger, self.rooms.subjects, self.erasures, vault, clock)
        self._compile = compile
        self._once = Once(id)
        self._watch = watch or self.words or Unwatched()
        self._promises: Promises | None = None

    @cached_property
    def directories(self) -> Directories:
        """What apps may do on devices, and the two lists of what is collected and shared."""
        return Directories(
            self.id, self.ledger, self.segments, self.rooms.policies, lambda declared: self._compile(declared).answer,
            lambda connection: Tombs().everybody(connection, self.id),
        )  # fmt: skip

    @cached_property
    def guardians(self) -> Guardians:
        """Who answers for minors."""
        return Guardians(self.id)

    @property
    def revisions(self) -> Revisions:
        """The changes of the policy, and who was told of them."""
        return self.notices.revisions

    def act(self, do: Callable[[Acts], T], *, origin: Origin = Origin.OBSERVED) -> T:
        """Do one thing, or several, whole or not at all; durable, and seen by every later question, once this returns."""
        with self._watch.watching() as changes:
            return self.recorder.run(lambda work: do(self._acts(work, changes, origin)))

    def changing(self, do: Callable[[Work, Changes], T]) -> T:
        """As `act`, for a room that makes its own acts."""
        with self._watch.watching() as changes:
            return self.recorder.run(lambda work: do(work, changes))

    def act_once(
        self,
        key: str,
        request: object,
        do: Callable[[Acts], dict[str, Any]],
        *,
        origin: Origin = Origin.OBSERVED,
    ) -> Kept:
        """As `act`, unless the same request came under this idempotency key before: then what that was answered.

        An empty key does it anyway. Raises KeyReused when the key came with another request.
        """
        if not key:
            return Kept(self.act(do, origin=origin), again=False)

        def once(acts: Acts) -> Kept:
            return self._once.run(acts.work, key, request, lambda: do(acts), acts.at)

        return self.act(once, origin=origin)

    def policy(self) -> Declared:
        """The version in force now, and what it declares. Raises NoPolicyInForce."""
        with self.database.read() as connection:
            version = self.rooms.policies.in_force(connection, self.clock.now())
            return self.rooms.policies.declared(connection, version.digest)

    def texts(self, digest: str = "") -> dict[str, str]:
        """The published texts of a version (default: the one in force), by file."""
        named = digest or self.policy().digest
        with self.database.read() as connection:
            return self.rooms.policies.texts(connection, named)

    @property
    def promises(self) -> Promises:
        """The promises of the version in force, judged by the engine that decides at the gate. Raises NoPolicyInForce."""
        declared = self.policy()
        if self._promises is None or self._promises.bundle.digest != declared.digest:
            self._promises = Promises(self.id, declared.bundle, self._compile(declared).answer)
        return self._promises

    def known(self, subject: str) -> Mapping[str, Facts]:
        """What is known of a person now, by policy version that binds. Raises SubjectUnknown."""
        with self.database.read() as connection:
            return self.gate.known(connection, subject)

    def replay(self) -> list[Replayed]:
        """Rebuild all state from the ledger, and say of each table whether it came out as it stood; nobody reads words meanwhile."""
        with self._watch.watching() as changes:
            changes.restrict(EVERYBODY, None)
            return self.ledger.replay()

    def erase_keys(self, subject: str, *, origin: Origin = Origin.OBSERVED) -> Erased:
        """Let nobody ever read again what was sealed for a person: here, in the ledger, and, once the epoch ends, in backups.

        Durable and read back once this returns; cut off, it is finished at the next opening. From its first step on nothing of
        the person is recorded, opened, asked or answered. Raises SubjectUnknown, ErasureUnfinished, DatabaseProblem.
        """
        grave = self._eraser.grave(subject)
        if grave is None:
            try:
                with self._watch.watching() as changes:
                    at = self.clock.now()
                    self.recorder.run(lambda work: self._begin_erasure(work, changes, subject, at, origin))
            except SubjectErased:
                pass  # another thread began it meanwhile
            grave = self._eraser.grave(subject)
        assert grave is not None
        found = self._eraser.finish(grave)
        self.intake.bury()
        return found

    def _begin_erasure(
        self, work: Work, changes: Changes, subject: str, at: datetime, origin: Origin
    ) -> None:
        """Sealed fields, and what leads to them, go in the transaction that says so."""
        self.forget(work.connection, self._pseudonyms(work, subject))
        self._eraser.begin(work, changes, subject, at, origin)

    def staff_leaves(self, member: str, *, origin: Origin = Origin.OBSERVED) -> None:
        """Somebody works here no more: every role, way in and session of theirs ends with that, and the key of their secrets dies.

        Raises BadId, StaffUnknown, StaffGone.
        """
        deed = Deed(parse(StaffId, member), self.clock.now(), origin, self.policy().digest)
        self.act(lambda acts: self.staff.leave(acts.work, deed), origin=origin)
        self.vault.destroy((self.ledger.pseudonym(member),), buckets=(SECRETS,))

    def forget(self, connection: Connection, pseudonyms: Collection[str]) -> None:
        """Let nothing be left of what rooms keep sealed of people: part of erasing them, which says so."""
        self.access.forget(connection, pseudonyms)
        self.messages.forget(connection, pseudonyms)
        self.accounts.forget(connection, pseudonyms)
        self.intake.forget(connection, pseudonyms)
        self.directories.forget(connection, pseudonyms)

    def lying(self, connection: Connection, pseudonyms: Collection[str]) -> list[Item]:
        """What rooms keep sealed of people, as (owner, place, sealed): for whoever tries whether it can still be opened."""
        return [*self.access.lying(connection, pseudonyms), *self.messages.lying(connection, pseudonyms), *self.accounts.lying(connection, pseudonyms), *self.intake.lying(connection, pseudonyms)]

    def _pseudonyms(self, work: Work, subject: str) -> tuple[str, ...]:
        work.lock()
        pseudonym = work.pseudonym(subject)
        return self.rooms.subjects.groups(work.connection, (pseudonym,)).get(pseudonym, ())

    def is_erased(self, connection: Connection, pseudonym: str) -> bool:
        """Whether whoever was known under a pseudonym was erased."""
        return self.erasures.grave(connection, pseudonym) is not None

    def end_epoch(self, told: Callable[[int, int], None] | None = None) -> None:
        """Wrap every living key anew and close the epoch before; it is in the ledger once this returns. See `Vault.close_epoch`."""
        self.vault.close_epoch(told)
        self._eraser.note_epochs()

    def destroy_epoch(self, number: int) -> None:
        """Destroy a closed epoch, so that backups of the key store from its time open no more. See `Vault.destroy_epoch`."""
        self.vault.destroy_epoch(number)
        self._eraser.note_epochs()

    def mend(self, told: Told | None = None) -> None:
        """What has to be true before anything reads: the ledger names its key store, erasures are finished, and nothing lies
        unsealed. `told` hears how many old payloads were sealed."""
        self._eraser.note_epochs()
        if self._eraser.finish_all():
            self._eraser.sweep(self.forget)
        self.intake.bury()
        self.ledger.seal_old(told)

    def engine(self, declared: Declared) -> Engine:
        """The compiled engine of a version: the one at the gate, unless that asks something else."""
        found = self._compile(declared)
        return found if isinstance(found, Engine) else Engine.compile(declared.bundle)

    def suppose(self, question: Question, facts: Facts) -> Reply:
        """What would be answered on made-up facts under the version in force: hypothetical, recorded nowhere."""
        return suppose(self._compile(self.policy()), question, facts, self.clock.now())

    def close(self) -> None:
        """Seal what was gathered and give the connections back."""
        self.accounts.errands.end()
        self.gate.flush()
        if self.words is not None:
            self.words.close()
        self.vault.close()
        self.database.close()

    def __enter__(self) -> Organisation:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _acts(self, work: Any, changes: Changes, origin: Origin) -> Acts:
        return Acts(work, changes, self.rooms, self.gate, self.clock.now(), origin, self.revisions)
