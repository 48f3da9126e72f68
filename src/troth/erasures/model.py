"""Graves, epochs, backups, drills; and which backups can still bring people back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class BackupKind(StrEnum):
    """What a backup is of. The two never lie together: neither of them alone gives anybody's data away."""

    DATA = "data"
    KEYS = "keys"


class EpochState(StrEnum):
    """How far an epoch has come, as the ledger tells it."""

    OPEN = "open"
    CLOSED = "closed"
    DESTROYED = "destroyed"


@dataclass(frozen=True, slots=True)
class Grave:
    """Somebody's erasure: under which pseudonyms they were known, since when, and how far it came.

    `done_at` is None while their keys may still stand in the key store.
    """

    person: str
    pseudonyms: tuple[str, ...]
    known_since: datetime
    begun_at: datetime
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class EpochSpan:
    """An epoch of the key store. Backups of it taken from `opened_at` until `closed_at` open until it is destroyed."""

    number: int
    store: str
    opened_at: datetime
    closed_at: datetime | None = None
    destroyed_at: datetime | None = None

    @property
    def state(self) -> EpochState:
        """How far it has come."""
        if self.destroyed_at is not None:
            return EpochState.DESTROYED
        return EpochState.CLOSED if self.closed_at is not None else EpochState.OPEN

    def covers(self, at: datetime) -> bool:
        """Whether a copy of the key store made at that instant may hold keys wrapped under this epoch."""
        return self.opened_at <= at and (self.closed_at is None or at <= self.closed_at)


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup on the register. `keep_until` is when its operator means to delete it; `gone_at` when that was done."""

    id: str
    kind: BackupKind
    digest: str
    taken_at: datetime
    keep_until: datetime | None = None
    gone_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Drill:
    """A trial of restoring two backups: of how many erased people anything was tried, and of how many it could be read."""

    sequence: int
    at: datetime
    data: str
    keys: str
    tried: int
    readable: int

    @property
    def passed(self) -> bool:
        """Whether nobody came back."""
        return self.readable == 0


@dataclass(frozen=True, slots=True)
class Reaching:
    """How many erased people a backup can still bring back, and until when.

    `epochs` are those whose end would stop it, and that have not ended. `until` is the instant at which the backup is to be
    deleted, None where nobody said: then the end of these epochs alone ends it. A backup of data alone brings nobody back.
    """

    backup: Backup
    people: int
    epochs: tuple[EpochSpan, ...]
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Outlook:
    """Who can still come back: counts only.

    `people` can be brought back by one or more of the backups, out of `erased`; at `until` the last of these backups is to
    be gone, None where one of them has no such day, or where nobody can come back.
    """

    erased: int
    people: int
    until: datetime | None
    reaching: tuple[Reaching, ...]
    pending: int = 0
    """Erasures that were begun, and whose keys may still stand."""
