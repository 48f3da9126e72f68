"""Erasures in use: begin, finish, note epochs, backups and drills; and who can still come back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, Table

from troth.erasures import evidence, rules, store
from troth.erasures.errors import BackupUnknown
from troth.erasures.model import Backup, BackupKind, Drill, EpochSpan, Grave, Outlook, Reaching
from troth.ledger import Event, Origin, Payload, Work


class Tombs:
    """Who was erased, for whoever seals, opens and replays: what the ledger asks for as `Tombstones`."""

    def among(self, connection: Connection, organisation: str, subjects: Collection[str]) -> frozenset[str]:
        """Those of these pseudonyms of whom nothing may be sealed or opened any more."""
        return store.among(connection, organisation, subjects)

    def everybody(self, connection: Connection, organisation: str) -> frozenset[str]:
        """Every such pseudonym."""
        return frozenset(store.everybody(connection, organisation))


class Erasures:
    """The erasures of one organisation. Every verb takes the work it is part of; threads may share the room."""

    def __init__(self, organisation: str) -> None:
        self._organisation = organisation

    # --- people ------------------------------------------------------------------------------------------------------

    def begin(
        self,
        work: Work,
        subjects: Sequence[str],
        person: str,
        *,
        since: datetime,
        at: datetime,
        origin: Origin = Origin.OBSERVED,
    ) -> None:
        """From here on nothing of this person is sealed or opened: a tombstone for each of their ids.

        `person` is the pseudonym their state stands under, `since` when the first of it was recorded. Their keys must be
        destroyed once the work is durable, and `finish` said then.
        """
        work.record(*(evidence.begun(subject, person, since, at, origin) for subject in subjects))

    def finish(self, work: Work, person: str, keys: int, at: datetime) -> None:
        """The keys of a person are gone, read back; harmless when that was said before."""
        work.lock()
        grave = self.grave(work.connection, person)
        if grave is not None and grave.done_at is None:
            work.record(evidence.done(person, keys, at))

    def grave(self, connection: Connection, pseudonym: str) -> Grave | None:
        """The grave of whoever was known under a pseudonym; None of the living."""
        found = store.graves(connection, self._organisation, store.tombstones.c.subject == pseudonym)
        return found[0] if found else None

    def unfinished(self, connection: Connection) -> list[Grave]:
        """Whose erasure was begun and not finished."""
        return store.graves(connection, self._organisation, store.tombstones.c.done_at.is_(None))

    def everybody(self, connection: Connection) -> Iterable[str]:
        """Every pseudonym with a tombstone: whom a restore must erase again before anything may read."""
        return store.everybody(connection, self._organisation)

    # --- epochs ------------------------------------------------------------------------------------------------------

    def epochs(self, connection: Connection) -> list[EpochSpan]:
        """Every epoch the ledger tells of, oldest first."""
        return store.all_epochs(connection, self._organisation)

    def key_store(self, connection: Connection) -> str | None:
        """The id of the key store that these records were sealed with; None where none was named yet."""
        known = self.epochs(connection)
        return known[-1].store if known else None

    def note_epochs(self, work: Work, epochs: Sequence[EpochSpan]) -> int:
        """Record what the ledger does not tell yet of the key store's epochs; how many events that took."""
        work.lock()
        known = {one.number: one for one in self.epochs(work.connection)}
        drafts = []
        for one in epochs:
            before = known.get(one.number)
            if before is None:
                drafts.append(evidence.epoch_opened(one))
            if one.closed_at is not None and (before is None or before.closed_at is None):
                drafts.append(evidence.epoch_ended(evidence.EPOCH_CLOSED, one.number, one.closed_at))
            if one.destroyed_at is not None and (before is None or before.destroyed_at is None):
                drafts.append(evidence.epoch_ended(evidence.EPOCH_DESTROYED, one.number, one.destroyed_at))
        work.record(*drafts)
        return len(drafts)

    # --- backups and drills --------------------------------------------------------------------------------------------

    def backup_taken(
        self,
        work: Work,
        kind: BackupKind | str,
        id: str,
        digest: str,
        at: datetime,
        *,
        keep_until: datetime | None = None,
    ) -> Backup:
        """Put a backup on the register: what it is of, its name, the digest of its bytes, the instant whose state it holds.

        `keep_until` is when it is to be deleted, where that was decided. Raises BackupUnknown for a name that is taken.
        """
        work.lock()
        if any(one.id == id for one in self.backups(work.connection)):
            raise BackupUnknown(f"A backup named {id} is on the register already.", "Give it another name.")
        backup = Backup(id, BackupKind(kind), digest, at, keep_until)
        work.record(evidence.backup_taken(backup))
        return backup

    def backup_gone(self, work: Work, id: str, at: datetime) -> None:
        """A backup was deleted wherever it lay; harmless when that was said before. Raises BackupUnknown."""
        work.lock()
        found = next((one for one in self.backups(work.connection) if one.id == id), None)
        if found is None:
            raise BackupUnknown(f"No backup named {id} is on the register.", "Name one that is.")
        if found.gone_at is None:
            work.record(evidence.backup_gone(id, at))

    def drilled(self, work: Work, *, data: str, keys: str, tried: int, readable: int, at: datetime) -> None:
        """Two backups were restored aside: of how many erased people anything was tried, of how many it could be read."""
        work.record(evidence.drilled(Drill(0, at, data, keys, tried, readable)))

    def backups(self, connection: Connection) -> list[Backup]:
        """Every backup on the register, the newest first, those that are gone among them."""
        return store.all_backups(connection, self._organisation)

    def drills(self, connection: Connection, *, limit: int = 20) -> list[Drill]:
        """The last drills, the newest first."""
        return store.all_drills(connection, self._organisation, limit)

    def outlook(self, connection: Connection) -> Outlook:
        """Which backups can still bring whom back, and until when: counts only.

        A backup of keys can, of whoever was known when it was taken and whose keys were destroyed later, until it is deleted
        or every epoch it was taken in is destroyed. It is counted as able to where it is not known that it cannot.
        """
        epochs = self.epochs(connection)
        kept = [one for one in self.backups(connection) if one.gone_at is None]
        reaching = tuple(self._reaching(connection, one, epochs) for one in kept)
        times = [one.backup.taken_at for one in reaching if one.epochs]
        return Outlook(
            erased=store.people(connection, self._organisation),
            people=store.people(connection, self._organisation, *times) if times else 0,
            until=rules.latest(reaching),
            reaching=reaching,
            pending=len(self.unfinished(connection)),
        )

    def _reaching(self, connection: Connection, backup: Backup, epochs: Sequence[EpochSpan]) -> Reaching:
        opened = rules.opening(backup, epochs)
        people = store.people(connection, self._organisation, backup.taken_at) if opened else 0
        return Reaching(backup, people, opened, backup.keep_until)


class ErasuresProjection:
    """Tombstones, epochs, backups and drills as the headers tell them."""

    name = "erasures"
    kinds = ("erasures:",)
    opens = ()
    tables: tuple[Table, ...] = (store.tombstones, store.epochs, store.backups, store.drills)

    def apply(self, connection: Connection, event: Event, payload: Payload | None) -> None:
        """Bring the tables up to this event."""
        of, at = event.organisation, event.occurred_at
        if event.kind == evidence.BEGUN:
            assert event.subject is not None
            since = evidence.instant(event, "since") or at
            person = evidence.said(event, "person")
            store.bury(connection, of, event.subject, person=person, known_since=since, begun_at=at)
        elif event.kind == evidence.DONE:
            store.finish(connection, of, evidence.said(event, "person"), at)
        elif event.kind.startswith("erasures:epoch:"):
            self._epoch(connection, event)
        elif event.kind == evidence.BACKUP_TAKEN:
            store.keep(connection, of, evidence.backup_of(event))
        elif event.kind == evidence.BACKUP_GONE:
            store.let_go(connection, of, evidence.said(event, "backup"), at)
        elif event.kind in (evidence.DRILL_PASSED, evidence.DRILL_FAILED):
            store.note_drill(connection, of, evidence.drill_of(event))

    def _epoch(self, connection: Connection, event: Event) -> None:
        of, number, at = event.organisation, int(evidence.said(event, "epoch")), event.occurred_at
        if event.kind == evidence.EPOCH_OPENED:
            store.open_epoch(connection, of, EpochSpan(number, evidence.said(event, "store"), at))
        elif event.kind == evidence.EPOCH_CLOSED:
            store.end_epoch(connection, of, number, closed_at=at)
        elif event.kind == evidence.EPOCH_DESTROYED:
            store.end_epoch(connection, of, number, destroyed_at=at)
