"""Making data keys: threads that need new ones share commits, and each returns once its keys are durable."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection

from troth.db import Task, Together
from troth.kernel.entropy import Entropy
from troth.vault import store
from troth.vault.keystore import KeyStore
from troth.vault.sealing import ID_BYTES, KEY_BYTES, NONCE_BYTES, key_bound, key_prefix, wrap
from troth.vault.store import KeyRow

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


class _Task(Task):
    __slots__ = ("found", "wishes")

    def __init__(self, wishes: frozenset[Wish]) -> None:
        super().__init__()
        self.wishes = wishes
        self.found: dict[Wish, Made] = {}


class Maker:
    """Makes data keys, those of several callers in one transaction."""

    def __init__(self, keystore: KeyStore, organisation: str, current: Current, entropy: Entropy) -> None:
        self._keystore, self._organisation = keystore, organisation
        self._current, self._entropy = current, entropy
        self._prefix = key_prefix(organisation)
        self._together = Together(self._carry)

    def make(self, owners: Iterable[str], bucket: str) -> dict[str, Made]:
        """A data key for each owner, new unless it has one, durable; whoever gets no further key is left out."""
        task = self._together.do(_Task(frozenset((owner, bucket) for owner in owners)))
        return {owner: made for (owner, _), made in task.found.items()}

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
