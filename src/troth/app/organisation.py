"""One organisation at work: what is done with its rooms, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from troth.accounts import Settings
from troth.app.acts import Acts
from troth.app.erasing import Erased, Eraser, Told
from troth.app.house import House, Watch
from troth.db import Database
from troth.decide import naive
from troth.decide.compiled import Engine
from troth.decide.model import Answer, Facts, Question
from troth.gate import Decider, Kept, Once, Reply, Words, suppose
from troth.kernel.clock import Clock
from troth.kernel.entropy import Entropy
from troth.kernel.ids import StaffId, parse
from troth.ledger import (
    Origin,
    PseudonymKey,
    Replayed,
    Segments,
    Work,
)
from troth.operators import SECRETS
from troth.policies import Declared
from troth.promises import Promises
from troth.staff.evidence import Deed
from troth.subjects import EVERYBODY, Changes, SubjectErased
from troth.vault import Vault

T = TypeVar("T")


class Interpreter:
    """The interpreter that specifies decisions, as the decider of a gate: slow, and what the engine is held equal to."""

    def __init__(self, declared: Declared) -> None:
        self._declared = declared

    def answer(self, question: Question, facts: Facts) -> Answer:
        """Read the statements and decide."""
        return naive.answer(self._declared.catalogue, question, facts, self._declared.digest)

    def decision(self, question: Question, facts: Facts) -> Answer:
        """As `answer`, without what is missing."""
        return naive.decide(self._declared.catalogue, question, facts, self._declared.digest)


def engine(declared: Declared) -> Decider:
    """The compiled engine, as the decider of a gate."""
    return Engine.compile(declared.bundle)


class Organisation(House):
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
        super().__init__(
            id, database, key, segments, vault=vault, clock=clock, entropy=entropy, compile=compile, words=words,
            watch=watch, words_folder=words_folder, accounts=accounts, product_roles=product_roles,
        )  # fmt: skip
        self._eraser = Eraser(self.ledger, self.rooms.subjects, self.erasures, vault, clock)
        self._once = Once(id)
        self._promises: Promises | None = None

    def act(self, do: Callable[[Acts], T], *, origin: Origin = Origin.OBSERVED) -> T:
        """Do one thing, or several, whole or not at all; durable, and seen by every later question, once this returns."""
        return self.changing(lambda work, changes: do(self._acts(work, changes, origin)))

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
            return self.rooms.policies.ruling(connection, self.clock.now())

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
                at = self.clock.now()
                self.changing(lambda work, changes: self._begin_erasure(work, changes, subject, at, origin))
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

    def _pseudonyms(self, work: Work, subject: str) -> tuple[str, ...]:
        work.lock()
        pseudonym = work.pseudonym(subject)
        return self.rooms.subjects.groups(work.connection, (pseudonym,)).get(pseudonym, ())

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
