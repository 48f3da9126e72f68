"""The data keys in use: read from the key store, unwrapped, kept in memory until anybody destroys them.

Before every use the key store is asked, cheaply, whether anything died or changed. What died is dropped first.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Final

from troth.kernel.entropy import Entropy
from troth.vault import store
from troth.vault.errors import KeyDestroyed, KeyStoreForeign, RootMissing, SealBroken
from troth.vault.keystore import KeyStore
from troth.vault.maker import Maker
from troth.vault.model import EpochState
from troth.vault.roots import Roots
from troth.vault.sealing import key_bound, key_prefix, unwrap
from troth.vault.store import EpochRow, KeyRow

MOST: Final = 131_072
"""Data keys kept in memory; about 50 MB."""


@dataclass(frozen=True, slots=True)
class DataKey:
    """A data key, unwrapped."""

    id: bytes
    owner: str
    bucket: str
    secret: bytes = field(repr=False)


class Ring:
    """The data keys of one organisation. Threads may share it."""

    def __init__(self, keystore: KeyStore, organisation: str, roots: Roots, entropy: Entropy) -> None:
        self._keystore, self._organisation, self._roots = keystore, organisation, roots
        self._database = keystore.database
        self._prefix = key_prefix(organisation)
        self._maker = Maker(keystore, organisation, self.current, entropy)
        self._watch = keystore.watch(organisation)
        self._mutex = threading.Lock()
        self._seen = -1
        self._by_owner: dict[tuple[str, str], DataKey] = {}
        self._by_id: dict[bytes, DataKey] = {}
        self._wrapping: dict[int, bytes] = {}

    def close(self) -> None:
        """Give the watching connection back, and forget every key."""
        self._watch.close()
        self._by_owner, self._by_id, self._wrapping = {}, {}, {}

    # --- use -------------------------------------------------------------------------------------------------------------

    def ready(self, owner: str, bucket: str) -> DataKey | None:
        """The data key of an owner, if it is in memory and nobody destroyed it."""
        self.fresh()
        return self._by_owner.get((owner, bucket))

    def ready_with(self, id: bytes) -> DataKey | None:
        """The data key with this id, if it is in memory and nobody destroyed it."""
        self.fresh()
        return self._by_id.get(id)

    def sealing(self, owners: Collection[str], bucket: str) -> dict[str, DataKey]:
        """A data key for each owner, made where there is none. Raises KeyDestroyed for whoever gets no further key."""
        generation = self.fresh()
        found = {owner: key for owner in owners if (key := self._by_owner.get((owner, bucket)))}
        if len(found) < len(owners):
            lacking = [owner for owner in owners if owner not in found]
            found |= self._read(lacking, bucket, generation)
            lacking = [owner for owner in lacking if owner not in found]
            if lacking:
                found |= self._made(lacking, bucket, generation)
        return found

    def existing(self, owner: str, bucket: str) -> DataKey | None:
        """The data key of an owner, if it has one."""
        generation = self.fresh()
        return self._by_owner.get((owner, bucket)) or self._read([owner], bucket, generation).get(owner)

    def opening(self, ids: Collection[bytes]) -> dict[bytes, DataKey | None]:
        """The data keys with these ids; None for one that was destroyed. Raises SealBroken for one that never was here."""
        generation = self.fresh()
        found: dict[bytes, DataKey | None] = {id: key for id in ids if (key := self._by_id.get(id))}
        lacking = [id for id in ids if id not in found]
        if lacking:
            found |= self._looked_up(lacking, generation)
        return found

    def current(self) -> tuple[int, bytes]:
        """Number and key of the open epoch. Raises KeeperProblem."""
        while True:
            generation = self.fresh()
            with self._database.read() as connection:
                rows = store.epochs_of(connection, self._organisation)
            open = next((row for row in rows if row.state is EpochState.OPEN), None)
            if open is None:
                raise KeyStoreForeign(
                    f"The key store {self._database.where} holds no open epoch of {self._organisation}.",
                    "Put the key store back that belongs to these records.",
                )
            try:
                return open.number, self._unwrapped(open)
            except RootMissing:
                if self.fresh() == generation:
                    raise

    def fresh(self) -> int:
        """Drop what any process destroyed; the generation that was seen."""
        if self._watch() != self._seen:
            self._catch_up()
        return self._seen

    # --- filling ---------------------------------------------------------------------------------------------------------

    def _catch_up(self) -> None:
        with self._mutex:
            with self._database.read() as connection:
                generation = store.generation_of(connection, self._organisation)
                died = store.died_since(connection, self._organisation, self._seen) if self._seen >= 0 else []
            for id in died:
                key = self._by_id.pop(id, None)
                if key is not None:
                    self._by_owner.pop((key.owner, key.bucket), None)
            self._wrapping = {}
            self._seen = generation

    def _read(self, owners: Collection[str], bucket: str, generation: int) -> dict[str, DataKey]:
        def look(seen: int) -> list[DataKey | None]:
            with self._database.read() as connection:
                rows = store.keys_of(connection, self._organisation, owners, bucket)
            return self._kept(rows, seen)

        return {key.owner: key for key in self._settled(look, generation) if key is not None}

    def _made(self, owners: Collection[str], bucket: str, generation: int) -> dict[str, DataKey]:
        made = self._maker.make(owners, bucket)
        if len(made) < len(owners):
            raise KeyDestroyed(
                "The keys of this owner were destroyed; nothing more is sealed for it.",
                "Whoever comes back after an erasure is a new subject.",
            )
        ours = [
            DataKey(one.row.id, owner, bucket, one.secret)
            for owner, one in made.items()
            if one.secret is not None
        ]
        self._keep(ours, generation)
        others = [one.row for one in made.values() if one.secret is None]
        return {key.owner: key for key in (*ours, *self._kept(others, generation)) if key is not None}

    def _looked_up(self, ids: Collection[bytes], generation: int) -> dict[bytes, DataKey | None]:
        def look(seen: int) -> list[DataKey | None]:
            with self._database.read() as connection:
                rows = store.keys_with(connection, self._organisation, ids)
                missing = frozenset(ids) - {row.id for row in rows}
                dead = store.dead(connection, self._organisation, missing)
            if missing - dead:
                raise _unknown(len(missing - dead))
            return self._kept(rows, seen)

        found = {key.id: key for key in self._settled(look, generation) if key is not None}
        return {id: found.get(id) for id in ids}

    def _settled(self, look: Callable[[int], list[DataKey | None]], generation: int) -> list[DataKey | None]:
        """What a look finds; an epoch that was gone is believed only when no process changed anything meanwhile."""
        while True:
            try:
                found = look(generation)
                if None not in found:
                    return found
            except RootMissing:
                if self.fresh() == generation:
                    raise
            before, generation = generation, self.fresh()
            if generation == before:
                return found

    def _kept(self, rows: list[KeyRow], generation: int) -> list[DataKey | None]:
        """The rows as usable keys; None where the epoch was destroyed."""
        keys = [self._usable(row) for row in rows]
        self._keep([key for key in keys if key is not None], generation)
        return keys

    def _keep(self, keys: list[DataKey], generation: int) -> None:
        """Keep keys for later, unless something died since they were looked for."""
        with self._mutex:
            if self._seen != generation:
                return
            if len(self._by_id) + len(keys) > MOST:
                self._by_id, self._by_owner = {}, {}
            for key in keys[:MOST]:
                self._by_id[key.id] = self._by_owner[key.owner, key.bucket] = key

    def _usable(self, row: KeyRow) -> DataKey | None:
        """The row's key, unwrapped; None when its epoch was destroyed."""
        wrapping = self._wrapping.get(row.epoch) or self._wrapping_of(row.epoch)
        if wrapping is None:
            return None
        secret = unwrap(wrapping, row.wrapped, self._bound(row))
        return DataKey(row.id, row.owner, row.bucket, secret)

    def _bound(self, row: KeyRow) -> bytes:
        return key_bound(self._prefix, row.owner, row.bucket, row.id, row.epoch)

    def _wrapping_of(self, number: int) -> bytes | None:
        with self._database.read() as connection:
            rows = store.epochs_of(connection, self._organisation)
        row = next((row for row in rows if row.number == number), None)
        if row is None or row.state is EpochState.DESTROYED:
            return None
        return self._unwrapped(row)

    def _unwrapped(self, row: EpochRow) -> bytes:
        if row.number not in self._wrapping:
            self._wrapping[row.number] = self._roots.unwrap(row)
        return self._wrapping[row.number]


def _unknown(count: int) -> SealBroken:
    return SealBroken(
        "A sealed value names a key that this key store never had: it was altered, or sealed with another key store.",
        "Put the key store back that belongs to these records, or bring the record back from a backup.",
        keys=count,
    )
