"""Making data keys: threads that need new ones share commits, and each returns once its keys are durable."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Final

from troth.kernel.entropy import Entropy
from troth.vault import store
from troth.vault.keystore import KeyStore
from troth.vault.model import EpochState
from troth.vault.sealing import ID_BYTES, KEY_BYTES, NONCE_BYTES, joined, wrap
from troth.vault.store import KeyRow

MOST_AT_ONCE: Final = 512
Wish = tuple[str, str]
"""Owner and bucket."""
Current = Callable[[], tuple[int, bytes]]
"""Number and key of the epoch that is open."""


def bound_to(organisation: str, row: KeyRow) -> bytes:
    """What a wrapped data key is bound to, so that rows of the key store cannot be exchanged."""
    return joined("troth key", organisation, row.owner, row.bucket, row.id, row.epoch)


class _Task:
    __slots__ = ("error", "found", "latch", "leads", "wishes")

    def __init__(self, wishes: frozenset[Wish]) -> None:
        self.wishes = wishes
        self.latch = threading.Lock()
        self.latch.acquire()
        self.leads = False
        self.found: dict[Wish, KeyRow] = {}
        self.error: BaseException | None = None


class Maker:
    """Whoever comes first carries all who came meanwhile in one transaction, then hands the lead on."""

    def __init__(self, keystore: KeyStore, organisation: str, current: Current, entropy: Entropy) -> None:
        self._keystore, self._organisation = keystore, organisation
        self._current, self._entropy = current, entropy
        self._mutex = threading.Lock()
        self._queue: list[_Task] = []
        self._busy = False

    def make(self, owners: Iterable[str], bucket: str) -> dict[str, KeyRow]:
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
        return {owner: row for (owner, _), row in task.found.items()}

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

    def _drawn(self, wishes: list[Wish]) -> list[KeyRow]:
        """A new key for each wish, wrapped under the open epoch."""
        number, wrapping = self._current()
        ids = self._entropy.bytes(ID_BYTES * len(wishes))
        secrets = self._entropy.bytes(KEY_BYTES * len(wishes))
        nonces = self._entropy.bytes(NONCE_BYTES * len(wishes))
        rows = []
        for at, (owner, bucket) in enumerate(wishes):
            bare = KeyRow(ids[at * ID_BYTES : (at + 1) * ID_BYTES], owner, bucket, number, b"")
            secret = secrets[at * KEY_BYTES : (at + 1) * KEY_BYTES]
            nonce = nonces[at * NONCE_BYTES : (at + 1) * NONCE_BYTES]
            wrapped = wrap(wrapping, secret, bound_to(self._organisation, bare), nonce)
            rows.append(KeyRow(bare.id, owner, bucket, number, wrapped))
        return rows

    def _written(self, rows: list[KeyRow]) -> dict[Wish, KeyRow] | None:
        """What lies there once the rows are written; None when another epoch was opened meanwhile."""
        with self._keystore.database.write() as connection:
            store.hold(connection, self._organisation, alone=False)
            open = [
                e.number
                for e in store.epochs_of(connection, self._organisation)
                if e.state is EpochState.OPEN
            ]
            if open != [rows[0].epoch]:
                return None
            gone = store.buried(connection, self._organisation, {row.owner for row in rows})
            wanted = [row for row in rows if row.owner not in gone]
            store.add_keys(connection, self._organisation, wanted)
            return {
                (found.owner, found.bucket): found
                for bucket in {row.bucket for row in wanted}
                for found in store.keys_of(
                    connection,
                    self._organisation,
                    {row.owner for row in wanted if row.bucket == bucket},
                    bucket,
                )
            }
