"""Backups and epochs to what they can still do. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from troth.erasures.model import Backup, BackupKind, EpochSpan, Reaching


def opening(backup: Backup, epochs: Iterable[EpochSpan]) -> tuple[EpochSpan, ...]:
    """The epochs that still open what a backup of keys holds; none for data, and for one that is gone."""
    if backup.kind is not BackupKind.KEYS or backup.gone_at is not None:
        return ()
    return tuple(one for one in epochs if one.destroyed_at is None and one.covers(backup.taken_at))


def latest(reaching: Sequence[Reaching]) -> datetime | None:
    """When the last of the backups that can bring somebody back is to be gone; None where one of them has no such day."""
    days = [one.until for one in reaching if one.people]
    known = [day for day in days if day is not None]
    return max(known) if known and len(known) == len(days) else None
