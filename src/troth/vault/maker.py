"""Making data keys: threads that need new ones share commits, and each returns once its keys are durable."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection

from troth.kernel.entropy import Entropy
from troth.vault import store
from troth.vault.keystore import KeyStore
from troth.vault.sealing import ID_BYTES, KEY_BYTES, NONCE_BYTES, key_bound, key_prefix, wrap
from troth.vault.store import KeyRow

MOST_AT_ONCE: Final = 512
_SECRET: Final = ID_BYTES
_NONCE: Final = ID_BYTES + KEY_BYTES
_DRAWN: Final = _NONCE + NONCE_BYTES
Wish = tuple[str, str]
"""Owner and bucket."""
Current = Callable[[], tuple[int, bytes]]
"""Number and key of the epoch that is open."""


@dataclass(frozen=True, slots=True)
class Made:
    """A data key as it lies in the key store; its secret too, where it was made just now."""

    row: KeyRow
    secret: bytes | None = field(default=None, repr=False)


class _Task:
    __slots__ = ("error", "found", "latch", "leads", "wishes")

    def __init__(self, wishes: frozenset[Wish]) -> None:
        self.wishes = wishes
        self.latch = threading.Lock()
        self.latch.acquire()
        self.leads = False
        self.found: dict[Wish, Made] = {}
        self.error: BaseException | None = None


class Maker:
    """Whoever comes first carries all who came meanwhile in one transaction, then hands the lead on."""

    def __init__(self, keystore: KeyStore, organisation: str, current: Current, entropy: Entropy) -> None:
        self._keystore, self._organisation = keystore, organisation
        self._current, self._entropy = current, entropy
        self._prefix = key_prefix(organisation)
        self._mutex = threading.Lock()
        self._queue: list[_Task] = []
        self._busy = False

    def make(self, owners: Iterable[str], bucket: str) -> dict[str, Made]:
        """A data key for each owner, new unless it has one, durable; whoever gets no further key is left out."""
        task = _Task(frozenset((owner, bucket) for owner in owners))
        with self._mutex:
            self._queue.append(task)
            leads, self._busy = not self._busy, True
        if not leads:
            task.latch.acquire()
            leads = task.leads
        if leads:
            self._lead()
        if task.error is not None:
            raise task.error
        return {owner: made for (owner, _), made in task.found.items()}

    def _lead(self) -> None:
        with self._mutex:
            batch, self._queue = self._queue[:MOST_AT_ONCE], self._queue[MOST_AT_ONCE:]
        try:
            self._carry(batch)
        except BaseException as error:  # noqa: BLE001  each caller raises it
            for task in batch:
                task.error = error
        with self._mutex:
            following = self._queue[0] if self._queue else None
            self._busy = following is not None
        for task in batch[1:]:
            task.latch.release()
        if following is not None:
            following.leads = True
            following.latch.release()

    def _carry(self, batch: list[_Task]) -> None:
        wishes = sorted(frozenset[Wish]().union(*(task.wishes for task in batch)))
        found = None
        while found is None:
            found = self._written(self._drawn(wishes))
        for task in batch:
            task.found = {wish: found[wish] for wish in task.wishes if wish in found}

    def _drawn(self, wishes: list[Wish]) -> list[Made]:
        """A new key for each wish, wrapped under the open epoch."""
        number, wrapping = self._current()
        drawn = self._entropy.bytes(_DRAWN * len(wishes))
        return [
            self._new(wish, drawn[at * _DRAWN : (at + 1) * _DRAWN], number, wrapping)
            for at, wish in enumerate(wishes)
        ]

    def _new(self, wish: Wish, drawn: bytes, number: int, wrapping: bytes) -> Made:
        owner, bucket = wish
        id, secret, nonce = drawn[:_SECRET], drawn[_SECRET:_NONCE], drawn[_NONCE:]
        bound = key_bound(self._prefix, owner, bucket, id, number)
        return Made(KeyRow(id, owner, bucket, number, wrap(wrapping, secret, bound, nonce)), secret)

    def _written(self, drawn: list[Made]) -> dict[Wish, Made] | None:
        """What lies there once the keys are written; None when another epoch was opened meanwhile."""
        with self._keystore.database.write() as connection:
            store.hold(connection, self._organisation, alone=False)
            if store.open_number(connection, self._organisation) != drawn[0].row.epoch:
                return None
            gone = store.buried(connection, self._organisation, {one.row.owner for one in drawn})
            wanted = {(one.row.owner, one.row.bucket): one for one in drawn if one.row.owner not in gone}
            if not store.add_keys(connection, self._organisation, [one.row for one in wanted.values()]):
                self._take_those_there(connection, wanted)
            return wanted

    def _take_those_there(self, connection: Connection, wanted: dict[Wish, Made]) -> None:
        """Another process was faster for some: then its keys are the ones."""
        for bucket in {bucket for _, bucket in wanted}:
            owners = {owner for owner, of in wanted if of == bucket}
            for row in store.keys_of(connection, self._organisation, owners, bucket):
                if row.id != wanted[row.owner, bucket].row.id:
                    wanted[row.owner, bucket] = Made(row)
