"""Epochs of the key store, and the states they go through."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final, TypeAlias

Item: TypeAlias = tuple[str, str, bytes]
"""Owner, cell, and what is to be sealed or opened there."""


class EpochState(Enum):
    """How far an epoch has come."""

    OPEN = "open"
    """New data keys are wrapped under it."""
    CLOSING = "closing"
    """Its successor is open, and its living data keys are being wrapped anew."""
    CLOSED = "closed"
    """No living data key needs it; backups of the key store from its time still do."""
    DESTROYED = "destroyed"
    """Its root key is gone at every keeper: what was wrapped under it opens nowhere again."""


MOVES: Final = {
    EpochState.OPEN: frozenset({EpochState.CLOSING}),
    EpochState.CLOSING: frozenset({EpochState.CLOSED}),
    EpochState.CLOSED: frozenset({EpochState.DESTROYED}),
    EpochState.DESTROYED: frozenset[EpochState](),
}
"""From which state an epoch may come into which."""


@dataclass(frozen=True, slots=True)
class Epoch:
    """One epoch of an organisation. `keys` counts the data keys wrapped under it, `keeper` names who holds its root key.

    Backups of the key store taken from `opened_at` until `closed_at` can be opened until it is destroyed.
    """

    number: int
    state: EpochState
    keeper: str
    root: str
    keys: int
    opened_at: datetime
    closed_at: datetime | None = None
    destroyed_at: datetime | None = None
    former: tuple[tuple[str, str], ...] = ()
    """Keeper and name of each earlier root key, which older backups of the key store still need."""
