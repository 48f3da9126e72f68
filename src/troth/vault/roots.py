"""The key of an epoch, as its keeper unwraps it: kept in memory, never written anywhere but wrapped."""

from __future__ import annotations

from collections.abc import Callable

from troth.vault.errors import KeeperProblem, KeeperUnreachable, RootMissing
from troth.vault.keeper import Keeper
from troth.vault.sealing import joined
from troth.vault.store import EpochRow

Reach = Callable[[str], Keeper]
"""How a keeper is found by its name."""


def nowhere(name: str) -> Keeper:
    """Where no way to other keepers is known. Raises KeeperUnreachable."""
    raise KeeperUnreachable(
        f"The key store's root key lies at {name}, and no way there is known.", "Name it in TROTH_KEEPER."
    )


class Roots:
    """Wraps and unwraps the keys of an organisation's epochs, at the keeper in use or at the one the key store names."""

    def __init__(self, store_id: str, organisation: str, keeper: Keeper, reach: Reach = nowhere) -> None:
        self.keeper = keeper
        self._bound = ("troth epoch", store_id, organisation)
        self._reach = reach
        self._reached: dict[str, Keeper] = {}

    def at(self, name: str) -> Keeper:
        """The keeper of that name. Raises KeeperUnreachable."""
        if name == self.keeper.name:
            return self.keeper
        if name not in self._reached:
            self._reached[name] = self._reach(name)
        return self._reached[name]

    def wrap(self, keeper: Keeper, root: str, number: int, key: bytes) -> bytes:
        """The key of an epoch under a root key, unwrapped again to see that it can be. Raises KeeperProblem."""
        bound = joined(*self._bound, number)
        wrapped = keeper.wrap(root, key, bound)
        if keeper.unwrap(root, wrapped, bound) != key:
            raise KeeperProblem(f"The keeper {keeper.name} gave back another key than it was given.")
        return wrapped

    def unwrap(self, row: EpochRow) -> bytes:
        """The key of an epoch. Raises KeeperProblem."""
        return self.held(row)[1]

    def held(self, row: EpochRow) -> tuple[Keeper, bytes]:
        """Who holds an epoch's root key, and the epoch's key: the keeper in use, else the one that the row names."""
        if row.keeper == self.keeper.name:
            return self.keeper, self._from(self.keeper, row)
        try:
            return self.keeper, self._from(self.keeper, row)
        except (RootMissing, KeeperUnreachable):
            other = self.at(row.keeper)
            return other, self._from(other, row)

    def insist(self, row: EpochRow) -> None:
        """Pass when the keeper in use, and not another, holds an epoch's root key. Raises KeeperProblem."""
        self._from(self.keeper, row)

    def _from(self, keeper: Keeper, row: EpochRow) -> bytes:
        if row.wrapped is None:
            raise RootMissing(f"Epoch {row.number} of the key store was destroyed.")
        return keeper.unwrap(row.root, row.wrapped, joined(*self._bound, row.number))
