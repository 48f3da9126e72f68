"""Erasing a person: what stands in two databases is ended in an order that a crash cannot turn into a lie.

1. `begun`, in the database of the records: tombstones for every pseudonym; id, identities and state go in the same transaction,
   and words are closed before it commits. From here on nothing of the person is sealed, opened, asked or answered.
2. Their keys are destroyed in the key store, durably, and that is read back.
3. `done`, in the database of the records.

A crash after 1 leaves a person of whom nobody can read anything here, and whose keys may stand: the next opening goes on
with 2. A key store that was brought back from a backup is swept in the same way, before anything reads.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final, Protocol

from sqlalchemy import Connection

from troth.db import Database
from troth.erasures import EpochSpan, Erasures, ErasureUnfinished, Grave
from troth.kernel.clock import Clock
from troth.ledger import Ledger, Origin, Work
from troth.subjects import Changes, Subjects
from troth.vault import Epoch, EpochState

_AT_ONCE: Final = 1000


class Keys(Protocol):
    """What erasing asks of a vault."""

    store_id: str

    def destroy(self, owners: Collection[str], *, buckets: Collection[str] | None = None) -> int:
        """Destroy the keys of owners, durably; how many died."""

    def alive(self, owners: Collection[str]) -> frozenset[str]:
        """Those that still have a key."""

    def epochs(self) -> tuple[Epoch, ...]:
        """Every epoch, oldest first."""


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure came to: under how many pseudonyms the person was known, how many keys died now.

    `again` where the person had been erased before, and there was nothing left to do.
    """

    pseudonyms: int
    keys: int
    done_at: datetime
    again: bool = False


class Eraser:
    """Erases people of one organisation, and finishes what was cut off."""

    def __init__(
        self, ledger: Ledger, subjects: Subjects, erasures: Erasures, keys: Keys, clock: Clock
    ) -> None:
        self._ledger = ledger
        self._subjects = subjects
        self._erasures = erasures
        self._keys = keys
        self._clock = clock

    @property
    def _database(self) -> Database:
        return self._ledger.database

    def begin(self, work: Work, changes: Changes, subject: str, at: datetime, origin: Origin) -> None:
        """The first step, as part of a work. Raises SubjectUnknown."""
        work.lock()
        connection = work.connection
        root = self._subjects.root(connection, work.pseudonym(subject))
        ids = self._subjects.ids(connection, root)
        since = min(self._first(work, pseudonym) for pseudonym in ids)
        for pseudonym in ids:
            changes.restrict(pseudonym, None)
        known = [id for id in ids.values() if id is not None]
        if len(known) != len(ids):
            raise RuntimeError("a living person has a pseudonym without an id")
        self._erasures.begin(work, known, root, since=since, at=at, origin=origin)

    def grave(self, subject: str) -> Grave | None:
        """The grave of whoever was known under an id; None of the living."""
        with self._database.read() as connection:
            return self._erasures.grave(connection, self._ledger.pseudonym(subject))

    def finish(self, grave: Grave) -> Erased:
        """Destroy the keys, read that back, say so. Raises ErasureUnfinished, and what the key store raises."""
        died = self._keys.destroy(grave.pseudonyms)
        left = self._keys.alive(grave.pseudonyms)
        if left:
            raise ErasureUnfinished(
                f"{len(left)} keys of an erased person still stand in the key store of {self._ledger.organisation}.",
                "See that the key store can be written, and open the organisation again.",
            )
        at = self._clock.now()
        with self._ledger.recording() as work:
            self._erasures.finish(work, grave.person, died, at)
        return Erased(len(grave.pseudonyms), died, grave.done_at or at, again=grave.done_at is not None)

    def finish_all(self) -> int:
        """Finish every erasure that was cut off, and destroy what came back with an older key store; how many people that took."""
        with self._database.read() as connection:
            unfinished = self._erasures.unfinished(connection)
        for grave in unfinished:
            self.finish(grave)
        risen = 0
        for some in self._buried():
            alive = self._keys.alive(some)
            risen += len(alive)
            if alive:
                self._keys.destroy(alive)
        return len(unfinished) + risen

    def sweep(self, forget: Callable[[Connection, Collection[str]], None]) -> None:
        """Let a room forget everybody who was erased: with an older copy of the records what it held came back."""
        for some in self._buried():
            with self._ledger.recording() as work:
                work.lock()
                forget(work.connection, some)

    def note_epochs(self) -> int:
        """Record what the ledger does not tell yet of the key store's epochs; how many events that took."""
        epochs = spans(self._keys.store_id, self._keys.epochs())
        with self._database.read() as connection:
            if self._erasures.epochs(connection) == epochs:
                return 0  # an opening that has nothing to say takes nobody's lock
        with self._ledger.recording() as work:
            return self._erasures.note_epochs(work, epochs)

    def _first(self, work: Work, pseudonym: str) -> datetime:
        events = self._ledger.events(work.connection, subject=pseudonym, limit=1)
        return next(event.recorded_at for event in events)

    def _buried(self) -> Iterator[Sequence[str]]:
        with self._database.read() as connection:
            yield from chunks(self._erasures.everybody(connection))


def spans(store_id: str, epochs: Iterable[Epoch]) -> list[EpochSpan]:
    """The epochs of a key store as the ledger tells of them."""
    return [
        EpochSpan(
            one.number,
            store_id,
            one.opened_at,
            one.closed_at if one.state in (EpochState.CLOSED, EpochState.DESTROYED) else None,
            one.destroyed_at,
        )
        for one in epochs
    ]


def chunks(names: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """As many at a time as one statement takes."""
    left = iter(names)
    while some := tuple(islice(left, _AT_ONCE)):
        yield some


Told = Callable[[int], None]
"""Hears how far something has come."""
