"""The life of epochs: opened, closed by wrapping the living anew, destroyed at the keeper; and the change of root keys.

Whoever ends in the middle is taken up where it ended: each step is durable, and harmless when done again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import Connection

from troth.kernel.clock import Clock
from troth.kernel.entropy import Entropy
from troth.vault import store
from troth.vault.errors import EpochRefused, KeeperProblem, RootMissing
from troth.vault.keeper import Keeper
from troth.vault.keystore import KeyStore
from troth.vault.model import MOVES, Epoch, EpochState
from troth.vault.roots import Roots
from troth.vault.sealing import KEY_BYTES, Rewrapping
from troth.vault.store import EpochRow

Progress = Callable[[int, int], None]
"""Told how many are done, of how many."""
CHUNK: Final = 10_000
"""Data keys wrapped anew in one transaction."""


class Epochs:
    """The epochs of one organisation."""

    def __init__(
        self, keystore: KeyStore, organisation: str, roots: Roots, clock: Clock, entropy: Entropy
    ) -> None:
        self._keystore, self._organisation, self._roots = keystore, organisation, roots
        self._clock, self._entropy = clock, entropy
        self._database = keystore.database

    def all(self) -> tuple[Epoch, ...]:
        """Every epoch, oldest first."""
        with self._database.read() as connection:
            rows = store.epochs_of(connection, self._organisation)
            counts = store.count_keys(connection, self._organisation)
            former = store.former_roots_of(connection, self._organisation)
        return tuple(
            Epoch(
                row.number, row.state, row.keeper, row.root, counts.get(row.number, 0),
                row.opened_at, row.closed_at, row.destroyed_at, former.get(row.number, ()),
            )
            for row in rows
        )  # fmt: skip

    def one(self, number: int) -> Epoch:
        """An epoch by its number. Raises EpochRefused."""
        found = next((epoch for epoch in self.all() if epoch.number == number), None)
        if found is None:
            raise EpochRefused(
                f"There is no epoch {number}.", "troth keys lists those there are.", number=number
            )
        return found

    def open(self) -> Epoch:
        """The open epoch, opened now where there is none yet. Raises KeeperProblem."""
        row = self._open_row() or self._opened(None)
        return self.one(row.number)

    def close(self, progress: Progress | None = None) -> Epoch:
        """Open a successor, wrap every living data key under it, and close the epoch that was open; that one.

        Others seal and open meanwhile. A closing that was cut off is finished first, and is then the one.
        """
        old = self._with_state(EpochState.CLOSING) or self._superseded()
        while not self._closed(old, progress):
            pass
        self._keystore.forget()
        return self.one(old.number)

    def _closed(self, old: EpochRow, progress: Progress | None) -> bool:
        """Whether the epoch is closed now; not so while another process, closing it too, has not yet written what it wrapped."""
        self._wrap_anew(old, progress)
        with self._database.write() as connection:
            store.hold(connection, self._organisation, alone=True)
            if store.has_keys(connection, self._organisation, old.number):
                return False
            self._move(connection, old.number, EpochState.CLOSED, closed_at=self._clock.now())
        return True

    def destroy(self, number: int) -> None:
        """Destroy a closed epoch's root keys at every keeper that had one, and read that back; its key goes too.

        Backups of the key store from its time open nothing any more. Raises EpochRefused, KeeperProblem.
        """
        while not self._destroyed(self.one(number)):
            pass
        self._keystore.forget()

    def _destroyed(self, epoch: Epoch) -> bool:
        """Whether the epoch is destroyed now; not so when its root key was changed meanwhile: then that one must die too."""
        if epoch.state is EpochState.DESTROYED:
            return True
        if EpochState.DESTROYED not in MOVES[epoch.state] or epoch.keys:
            raise EpochRefused(
                f"Epoch {epoch.number} is {epoch.state.value}, and only a closed one can be destroyed.",
                "Close it first: the living data keys are then wrapped under its successor.",
                number=epoch.number,
            )
        for keeper, root in (*epoch.former, (epoch.keeper, epoch.root)):
            self._destroy_root(keeper, root)
        with self._database.write() as connection:
            store.hold(connection, self._organisation, alone=True)
            if self._root_now(connection, epoch.number) != epoch.root:
                return False
            changes = {"wrapped": None, "destroyed_at": self._clock.now()}
            self._move(connection, epoch.number, EpochState.DESTROYED, **changes)
            store.turn(connection, self._organisation)
        return True

    def _root_now(self, connection: Connection, number: int) -> str:
        rows = store.epochs_of(connection, self._organisation)
        return next(row.root for row in rows if row.number == number)

    def check(self, *, insist: bool) -> None:
        """Pass when the open epoch's key can be unwrapped; `insist`: by the keeper in use. Raises KeeperProblem, EpochRefused."""
        row = self._must_be_open()
        if insist:
            self._roots.insist(row)
        else:
            self._roots.held(row)

    def change_root(self, keeper: Keeper | None) -> None:
        """Wrap the key of every living epoch under a new root key, read back before it counts; None: at the keeper it has.

        The root keys that served until now stay where they are, for backups of the key store, until their epoch is destroyed.
        """
        for row in self._rows():
            held = self._held(row)
            if held is not None:
                holder, key = held
                new, root = keeper or holder, self._new_root(row.number)
                new.make(root)
                wrapped = self._roots.wrap(new, root, row.number, key)
                self._exchange(row, replace(row, keeper=new.name, root=root, wrapped=wrapped), new)
        self._roots.keeper = keeper or self._roots.keeper
        self._keystore.forget()

    def _held(self, row: EpochRow) -> tuple[Keeper, bytes] | None:
        """Keeper and key of an epoch; None for one that is destroyed, or whose destruction was begun and cut off."""
        if row.state is EpochState.DESTROYED:
            return None
        try:
            return self._roots.held(row)
        except RootMissing:
            if row.state is EpochState.CLOSED:
                return None
            raise

    # --- steps -----------------------------------------------------------------------------------------------------------

    def _rows(self) -> list[EpochRow]:
        with self._database.read() as connection:
            return store.epochs_of(connection, self._organisation)

    def _with_state(self, state: EpochState) -> EpochRow | None:
        return next((row for row in self._rows() if row.state is state), None)

    def _open_row(self) -> EpochRow | None:
        return self._with_state(EpochState.OPEN)

    def _must_be_open(self) -> EpochRow:
        row = self._open_row()
        if row is None:
            raise EpochRefused("No epoch is open.", "Open the first one.")
        return row

    def _superseded(self) -> EpochRow:
        """The epoch that was open, now closing beside its successor."""
        old = self._must_be_open()
        self._opened(old)
        return replace(old, state=EpochState.CLOSING)

    def _opened(self, old: EpochRow | None) -> EpochRow:
        """A new open epoch, which supersedes the old one; another process may have been faster, then that one's."""
        number = 1 + max((row.number for row in self._rows()), default=0)
        keeper = self._roots.held(old)[0] if old is not None else self._roots.keeper
        root = self._new_root(number)
        keeper.make(root)
        wrapped = self._roots.wrap(keeper, root, number, self._entropy.bytes(KEY_BYTES))
        row = EpochRow(number, EpochState.OPEN, keeper.name, root, wrapped, self._clock.now(), None, None)
        with self._database.write() as connection:
            store.enter(connection, self._organisation)
            store.hold(connection, self._organisation, alone=True)
            found = store.epochs_of(connection, self._organisation)
            open = next((one for one in found if one.state is EpochState.OPEN), None)
            if (open and open.number) == (old and old.number) and number not in {one.number for one in found}:
                if open is not None:
                    self._move(connection, open.number, EpochState.CLOSING)
                store.add_epoch(connection, self._organisation, row)
                store.turn(connection, self._organisation)
                return row
        keeper.destroy(root)
        return open or row

    def _move(self, connection: Connection, number: int, state: EpochState, **changes: Any) -> None:
        """Bring an epoch into a state, unless another process did. Call it holding the organisation's row alone."""
        row = next(one for one in store.epochs_of(connection, self._organisation) if one.number == number)
        if state in MOVES[row.state]:
            store.put_epoch(connection, self._organisation, replace(row, state=state, **changes))

    def _exchange(self, before: EpochRow, after: EpochRow, keeper: Keeper) -> None:
        """Write an epoch under its new root key, unless another process changed it meanwhile: then its change stands."""
        with self._database.write() as connection:
            store.hold(connection, self._organisation, alone=True)
            found = store.epochs_of(connection, self._organisation)
            row = next(one for one in found if one.number == before.number)
            stands = row.root != before.root or row.wrapped is None
            if not stands:
                store.retire_root(connection, self._organisation, before, self._clock.now())
                store.put_epoch(
                    connection, self._organisation, replace(after, state=row.state, closed_at=row.closed_at)
                )
                store.turn(connection, self._organisation)
        if stands:
            keeper.destroy(after.root)

    def _wrap_anew(self, old: EpochRow, progress: Progress | None) -> None:
        """Wrap every data key of an epoch under the open one, a chunk at a time."""
        new = self._must_be_open()
        try:
            keys = self._roots.unwrap(old), self._roots.unwrap(new)
        except RootMissing:
            now = {row.number: row for row in self._rows()}
            if now[old.number].state is not EpochState.CLOSING:
                return  # another process has closed it, and destroyed it since
            if now[new.number].state is EpochState.OPEN:
                raise
            return self._wrap_anew(now[old.number], progress)
        total, done, after = self.one(old.number).keys, 0, b""
        anew = Rewrapping(self._organisation, (old.number, keys[0]), (new.number, keys[1]), self._entropy)
        while rows := self._chunk(old.number, after):
            ids, wrapped = [row[0] for row in rows], anew.all(rows)
            with self._database.write() as connection:
                store.rewrap(connection, self._organisation, old.number, new.number, ids, wrapped)
            done, after = done + len(rows), ids[-1]
            if progress is not None:
                progress(done, max(total, done))

    def _chunk(self, number: int, after: bytes) -> Sequence[tuple[bytes, str, str, bytes]]:
        with self._database.read() as connection:
            return store.chunk_of(connection, self._organisation, number, after, CHUNK)

    def _destroy_root(self, name: str, root: str) -> None:
        keeper = self._roots.at(name)
        keeper.destroy(root)
        if root in keeper.names():
            raise KeeperProblem(
                f"The keeper {name} still has the root key {root} after it was told to destroy it.",
                "See with its operator why; the epoch stays closed until the key is gone.",
            )

    def _new_root(self, number: int) -> str:
        """A name that says whose and of which epoch, and that no other key store or change of root key gave."""
        return f"troth-{self._organisation}-{number}-{self._entropy.bytes(8).hex()}"
