"""Putting two backups together again: data with the keys that open them, in a place that lets nobody in until that is done.

The order is what keeps the erased from coming back. The place is closed before the first row is there; the rows come in one
transaction; the tombstones of everybody who is known to have been erased, from whichever of the backups is younger, are carried
out on keys and data; every ledger is recomputed and held against what the backup said of it; then the place is opened.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, MetaData, make_url

from troth.app.backup import CHECKPOINTS, KEYS, ROWS, SEGMENTS, TOMBSTONES
from troth.app.backup_files import (
    Backup,
    BackupDamaged,
    BackupRefused,
    Kind,
    backups_in,
    check,
    find,
)
from troth.app.config import Home
from troth.app.erasing import chunks
from troth.app.opening import open_organisation
from troth.app.organisation import Organisation
from troth.app.proofs import kept
from troth.db import Database, History, open_database
from troth.db.closing import Closed, close, closed_for, reopen
from troth.db.migrate import RECORDS, bring_to, revision_of
from troth.db.portable import is_empty, read_rows
from troth.kernel.errors import OperatorError
from troth.ledger import Head
from troth.vault import HISTORY

MARKER: Final = "restoring.json"
_ROOT: Final = "root"
"""Root keys are in no backup, so their folder may stand in a home before anything else does."""
Tell = Callable[[str], None]


class PlaceTaken(OperatorError):
    """Something lies where a backup is to be restored."""


class RestoredOtherwise(OperatorError):
    """What was restored is not what was backed up; the place stays closed."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back of one organisation.

    `erased_again` people were in the backup and had been erased since; `known` is the size its ledger is known to have had
    once: what lies between `entries` and that is lost.
    """

    organisation: str
    entries: int
    known: int
    erased_again: int


@dataclass(frozen=True, slots=True)
class Pair:
    """Two backups that belong together, both whole."""

    data: Backup
    keys: Backup
    tombstones: Mapping[str, frozenset[str]]
    known: Mapping[str, int]

    @property
    def ids(self) -> dict[str, str]:
        """Which backups these are."""
        return {"data": self.data.manifest.id, "keys": self.keys.manifest.id}


def pair(data: Path, keys: Path) -> Pair:
    """The backups in two folders, or the youngest below them, checked, and with all the tombstones known.

    Raises BackupDamaged, BackupRefused.
    """
    found = find(data, Kind.DATA), find(keys, Kind.KEYS)
    for one in found:
        check(one)
    _refuse_strangers(*found)
    _refuse_older(*found)
    beside = [one for one in backups_in(found[1].folder.parent) if one.manifest.kind is Kind.KEYS]
    same = [one for one in beside if one.manifest.stores == found[1].manifest.stores]
    known: dict[str, int] = {}
    for one in (*found, *same):
        for id, (size, _) in one.manifest.heads.items():
            known[id] = max(known.get(id, 0), size)
    return Pair(*found, _tombstones([found[1], *same]), known)


def restore(
    found: Pair, home: Home, tell: Tell = lambda _: None, *, first: Callable[[str], None] = lambda _: None
) -> list[Restored]:
    """Restore a pair into an empty home, with databases of either kind; what an interrupted run left there is done over.

    `first` is told each organisation before its tombstones are carried out.

    Raises PlaceTaken, RestoredOtherwise, BackupDamaged, KeyStoreProblem, KeeperProblem, DatabaseProblem.
    """
    with (
        open_database(home.database) as database,
        open_database(made_room(home.keystore_address)) as keystore,
    ):
        _make_room(found, home, database, keystore)
        tell(f"{found.keys.folder.name}: keys")
        _load(keystore, found.keys, HISTORY)
        _copy(found.keys.folder / KEYS, home.folder / KEYS)
        tell(f"{found.data.folder.name}: data")
        _copy(found.data.folder / SEGMENTS, home.folder / SEGMENTS)
        _copy(found.data.folder / CHECKPOINTS, home.folder / CHECKPOINTS)
        _load(database, found.data, RECORDS)
        with keystore.write() as connection:
            reopen(connection, HISTORY.table)
        for id in found.data.manifest.heads:
            first(id)
        done = [_settle(found, home, id, tell) for id in sorted(found.data.manifest.heads)]
        with database.write() as connection:
            reopen(connection, RECORDS.table)
    (home.folder / MARKER).unlink()
    return done


def _settle(found: Pair, home: Home, id: str, tell: Tell) -> Restored:
    """Erase again whoever was erased, then hold the ledger against what the backup, and every checkpoint in it, says of it."""
    size, root = found.data.manifest.heads[id]
    with open_organisation(home, id, closed=Closed.RESTORING) as organisation:
        again = erase_again(organisation, found.tombstones.get(id, frozenset()))
        tell(f"{id}: {again} people erased again")
        signed = [Head(id, one.size, one.root) for _, _, one in kept(home, id).all()]
        trusted = [*signed, Head(id, size, bytes.fromhex(root))]
        with organisation.database.read() as connection:
            checked = organisation.ledger.verify(connection, trusted=trusted, segments=organisation.segments)
    if not checked.holds:
        raise RestoredOtherwise(
            f"The ledger of {id} does not come out as it was backed up: entry {checked.bad_sequence}: {checked.reason}. "
            "The place stays closed.",
            "Restore another backup.",
        )
    return Restored(id, size, found.known[id], again)


def erase_again(organisation: Organisation, pseudonyms: Collection[str]) -> int:
    """Carry out the erasure of everybody among these who is still known here; how many people that were."""
    rooms = organisation.rooms
    with organisation.database.read() as connection:
        groups = rooms.subjects.groups(connection, pseudonyms)
        roots = sorted({group[0] for group in groups.values()})
        people = [rooms.subjects.id_of(connection, root) for root in roots]
    for person in people:
        if person is not None:
            organisation.erase_keys(person)
    for some in chunks(pseudonyms):
        organisation.vault.destroy(some)
    return len(people)


def _refuse_strangers(data: Backup, keys: Backup) -> None:
    named = {store for store in data.manifest.stores.values() if store}
    store = keys.manifest.stores[""]
    if named - {store}:
        raise BackupRefused(
            f"The data in {data.folder.name} were sealed with the key store {min(named - {store})}, and {keys.folder.name} "
            f"is of the key store {store}; nothing was restored.",
            "Name a backup of the keys that belong to these data.",
        )


def _refuse_older(data: Backup, keys: Backup) -> None:
    theirs = keys.manifest.heads
    for id, (size, _) in data.manifest.heads.items():
        if size > theirs.get(id, (0, ""))[0]:
            raise BackupRefused(
                f"The keys in {keys.folder.name} are older than the data in {data.folder.name}: what was sealed with keys made "
                "in between would stay unreadable; nothing was restored.",
                "Name a later backup of the keys, or an earlier one of the data.",
            )


def _tombstones(backups: Sequence[Backup]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for one in backups:
        try:
            said = json.loads((one.folder / TOMBSTONES).read_text(encoding="utf-8"))
            for id, people in said.items():
                found.setdefault(id, set()).update(people)
        except (OSError, ValueError, AttributeError, TypeError) as error:
            raise BackupDamaged(f"The tombstones in {one.folder} cannot be read.") from error
    return {id: frozenset(people) for id, people in found.items()}


def _make_room(found: Pair, home: Home, *databases: Database) -> None:
    """Take an empty place, or one that an interrupted restore left, and mark it. Raises PlaceTaken."""
    histories = (RECORDS, HISTORY)
    marker = home.folder / MARKER
    unfinished = marker.is_file()
    _refuse_taken_folder(home, unfinished)
    for database, history in zip(databases, histories, strict=True):
        clear(database, history, unfinished=unfinished)
    for name in (KEYS, SEGMENTS, CHECKPOINTS, "words"):
        if unfinished:
            shutil.rmtree(home.folder / name, ignore_errors=True)
    home.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with marker.open("w", encoding="utf-8") as file:
        json.dump(found.ids, file)
        file.flush()
        os.fsync(file.fileno())


def _refuse_taken_folder(home: Home, unfinished: bool) -> None:
    """Databases may have been made there by opening them; whether they are empty is looked at by themselves."""
    ours = {_ROOT, MARKER, *_sqlite_names(home)}
    lies = sorted(path.name for path in home.folder.glob("*") if path.name not in ours)
    if lies and not unfinished:
        raise PlaceTaken(
            f"{home.folder} is not empty: {lies[0]} lies there; nothing was restored.",
            "Name a folder that is empty but for root keys.",
        )


def _sqlite_names(home: Home) -> set[str]:
    names = set()
    for address in (home.database, home.keystore_address):
        url = make_url(address)
        if url.get_backend_name() == "sqlite" and url.database:
            path = Path(url.database)
            inside = path.parent if path.parent != home.folder.resolve() else path
            names |= {inside.name, *(f"{path.name}{end}" for end in ("-wal", "-shm", "-journal"))}
    return names


def clear(database: Database, history: History, *, unfinished: bool = False) -> None:
    """Pass when a database is empty, and empty one that an interrupted restore or move left. Raises PlaceTaken."""
    with database.write() as connection:
        if is_empty(connection):
            return
        closed = closed_for(revision_of(connection, history)) is Closed.RESTORING
        if not (closed or unfinished):
            raise PlaceTaken(
                f"The database {database.where} is not empty; nothing was written there.",
                "Name an empty one.",
            )
        held = MetaData()
        held.reflect(connection)
        held.drop_all(connection)


def _load(database: Database, backup: Backup, history: History) -> None:
    """All rows, in one transaction, at the end of which the database is closed: there is never half of it, and nobody comes in."""
    with database.write() as connection:
        _bring(connection, history, backup)
        rows = read_rows(connection, backup.folder / ROWS, history)
        if rows != backup.manifest.rows:
            raise BackupDamaged(
                f"The rows in {backup.folder} are not as many as its manifest says; nothing was restored."
            )
        bring_to(connection, history)
        close(connection, history.table, Closed.RESTORING)


def _bring(connection: Connection, history: History, backup: Backup) -> None:
    try:
        bring_to(connection, history, backup.manifest.schema)
    except Exception as error:
        if type(error).__name__ != "CommandError":
            raise
        raise BackupRefused(
            f"The backup {backup.folder.name} was made by a newer program (migration {backup.manifest.schema}).",
            "Restore it with that program.",
        ) from None


def _copy(source: Path, target: Path) -> None:
    """Copy files, private as they are, and make each durable."""
    for path in sorted(one for one in source.rglob("*") if one.is_file()):
        into = target / path.relative_to(source)
        into.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(into, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "wb") as file, path.open("rb") as from_file:
            shutil.copyfileobj(from_file, file)
            file.flush()
            os.fsync(file.fileno())


def made_room(address: str) -> str:
    """The address of a database, its folder made where it is a file."""
    url = make_url(address)
    if url.get_backend_name() == "sqlite" and url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    return address
