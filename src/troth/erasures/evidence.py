"""What this room records. Everything stands in the codes: of dying nothing is personal, and nothing may be sealed."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from troth.erasures.model import Backup, BackupKind, Drill, EpochSpan
from troth.ledger import Draft, Event, Origin
from troth.subjects.evidence import ERASED, details

BEGUN: Final = ERASED
DONE: Final = "erasures:subject:done"
EPOCH_OPENED: Final = "erasures:epoch:opened"
EPOCH_CLOSED: Final = "erasures:epoch:closed"
EPOCH_DESTROYED: Final = "erasures:epoch:destroyed"
BACKUP_TAKEN: Final = "erasures:backup:taken"
BACKUP_GONE: Final = "erasures:backup:gone"
DRILL_PASSED: Final = "erasures:drill:passed"
DRILL_FAILED: Final = "erasures:drill:failed"
PROBED: Final = "grade:probe"
"""How much a drill weighs: it looked by itself."""


def begun(subject: str, person: str, since: datetime, at: datetime, origin: Origin) -> Draft:
    """From here on nothing of this pseudonym is sealed or opened, whether its keys stand or not."""
    codes = details(person=person, since=since.isoformat())
    return Draft(BEGUN, at, subject=subject, codes=codes, origin=origin)


def done(person: str, keys: int, at: datetime) -> Draft:
    """The keys of all pseudonyms of a person are destroyed, read back from the key store. The id is known no more: no subject."""
    return Draft(DONE, at, codes=details(person=person, keys=str(keys)))


def epoch_opened(epoch: EpochSpan) -> Draft:
    """An epoch of a key store that is named from here on."""
    return Draft(EPOCH_OPENED, epoch.opened_at, codes=details(epoch=str(epoch.number), store=epoch.store))


def epoch_ended(kind: str, number: int, at: datetime) -> Draft:
    """An epoch was closed: no living key needs it; or destroyed: what was wrapped under it opens nowhere again."""
    return Draft(kind, at, codes=details(epoch=str(number)))


def backup_taken(backup: Backup) -> Draft:
    """A backup that lies somewhere from here on."""
    until = backup.keep_until.isoformat() if backup.keep_until else ""
    codes = details(backup=backup.id, kind=backup.kind.value, digest=backup.digest, keep_until=until)
    return Draft(BACKUP_TAKEN, backup.taken_at, codes=codes)


def backup_gone(id: str, at: datetime) -> Draft:
    """A backup was deleted wherever it lay."""
    return Draft(BACKUP_GONE, at, codes=details(backup=id))


def drilled(drill: Drill) -> Draft:
    """Two backups were restored in a scratch place, and every erased person was tried."""
    kind = DRILL_PASSED if drill.passed else DRILL_FAILED
    counts = details(data=drill.data, keys=drill.keys, tried=str(drill.tried), readable=str(drill.readable))
    return Draft(kind, drill.at, codes=(*counts, PROBED))


def said(event: Event, name: str) -> str:
    """What an event of this room says under a name (`epoch:3`), or ''."""
    start = f"{name}:"
    return next((code.removeprefix(start) for code in event.codes if code.startswith(start)), "")


def instant(event: Event, name: str) -> datetime | None:
    """An instant that an event says under a name."""
    text = said(event, name)
    return datetime.fromisoformat(text) if text else None


def backup_of(event: Event) -> Backup:
    """The backup that an event puts on the register."""
    kind = BackupKind(said(event, "kind"))
    until = instant(event, "keep_until")
    return Backup(said(event, "backup"), kind, said(event, "digest"), event.occurred_at, until)


def drill_of(event: Event) -> Drill:
    """The drill that an event tells of."""
    tried, readable = int(said(event, "tried")), int(said(event, "readable"))
    return Drill(event.sequence, event.occurred_at, said(event, "data"), said(event, "keys"), tried, readable)
