"""Backing up a home: its data, and its keys, each in a backup of its own.

Data are backed up before keys, and who was erased is read after both. So no sealed value lies in a pair of backups without
its key, and whoever was erased while the keys were being copied is named among the tombstones that travel with them.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from troth.app.backup_files import (
    MANIFEST,
    Backup,
    BackupRefused,
    Kind,
    Manifest,
    building,
    finish,
    refuse_together,
)
from troth.app.config import Home
from troth.app.house import PROJECTIONS
from troth.app.system import SystemClock, SystemEntropy
from troth.db import Database, History, check, open_database
from troth.db.migrate import RECORDS, newest
from troth.db.portable import snapshot, write_rows
from troth.erasures import Erasures
from troth.kernel.clock import Clock
from troth.kernel.entropy import Entropy
from troth.kernel.errors import CallerError
from troth.ledger import Ledger, PseudonymKey
from troth.ledger.reading import organisations
from troth.vault import HISTORY

ROWS: Final = "rows"
SEGMENTS: Final = "segments"
CHECKPOINTS: Final = "checkpoints"
KEYS: Final = "keys"
TOMBSTONES: Final = "tombstones.json"
LAST: Final = "backups.json"
"""In a home: where its backups were last made, for the drill."""
_SCRATCH: Final = ".scratch.db"
_ID_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class BackedUp:
    """What was made. `problems` are sentences about files of the home that were damaged before."""

    data: Backup | None
    keys: Backup | None
    problems: tuple[str, ...] = ()

    @property
    def made(self) -> tuple[Backup, ...]:
        """The backups that were made."""
        return tuple(one for one in (self.data, self.keys) if one is not None)


@dataclass(slots=True)
class _Seen:
    """What a snapshot of the data database says of its ledgers."""

    heads: dict[str, tuple[int, str]] = field(default_factory=dict)
    stores: dict[str, str] = field(default_factory=dict)
    tombstones: dict[str, list[str]] = field(default_factory=dict)


def back_up(
    home: Home,
    *,
    data: Path | None,
    keys: Path | None,
    clock: Clock,
    entropy: Entropy,
    keep: timedelta | None = None,
) -> BackedUp:
    """Back up data, keys, or both, each into a new folder below its target, while everything goes on running.

    Each is put on the register of every ledger in it, to be deleted after `keep` where that is decided.

    Raises BackupRefused, BackupFailed, KeyStoreProblem, DatabaseProblem; nothing unfinished is left behind then.
    """
    if data is None and keys is None:
        raise CallerError(
            "Nothing was named to be backed up.", "Name a folder for the data, for the keys, or for both."
        )
    refuse_together(data, keys, home.folder)
    problems: list[str] = []
    with _opened(home.database, RECORDS) as database:
        made_data = _data(home, database, data, clock.now(), entropy, problems) if data is not None else None
        made_keys = _keys(home, database, keys, clock.now(), entropy) if keys is not None else None
        for one in (made_data, made_keys):
            if one is not None:
                _register(database, one, keep)
    _remember(home, {"data": data, "keys": keys})
    return BackedUp(made_data, made_keys, tuple(problems))


def last_targets(home: Home) -> dict[str, Path]:
    """Where backups of each kind were last made, by kind."""
    try:
        said = json.loads((home.folder / LAST).read_text(encoding="utf-8"))
        return {kind: Path(where) for kind, where in said.items() if kind in set(Kind)}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}


def _register(database: Database, backup: Backup, keep: timedelta | None) -> None:
    """Let each ledger know that there is a copy of it, or of its keys, which an erasure must reach."""
    made = backup.manifest
    until = made.made_at + keep if keep is not None else None
    digest = hashlib.sha256((backup.folder / MANIFEST).read_bytes()).hexdigest()
    for id in made.heads:
        ledger = Ledger(
            database, id, PseudonymKey(b""), clock=SystemClock(), entropy=SystemEntropy(), projections=PROJECTIONS
        )  # fmt: skip
        with ledger.recording() as work:
            Erasures(id).backup_taken(
                work, made.kind.value, made.name, f"sha256:{digest}", made.made_at, keep_until=until
            )


def _remember(home: Home, targets: dict[str, Path | None]) -> None:
    known = last_targets(home) | {kind: path for kind, path in targets.items() if path is not None}
    written = json.dumps({kind: str(path.resolve()) for kind, path in known.items()}, sort_keys=True)
    draft = home.folder / f".{LAST}"
    draft.write_text(written + "\n", encoding="utf-8")
    draft.replace(home.folder / LAST)


def _data(
    home: Home, database: Database, target: Path, at: datetime, entropy: Entropy, problems: list[str]
) -> Backup:
    with building(target) as folder:
        (folder / ROWS).mkdir()
        with snapshot(database, folder / _SCRATCH) as connection:
            rows = write_rows(connection, folder / ROWS)
            seen = _look(database, connection)
        problems += _copy_segments(home.folder / SEGMENTS, folder / SEGMENTS)
        _copy_files(home.folder / CHECKPOINTS, folder / CHECKPOINTS)
        return finish(folder, target, _manifest(Kind.DATA, at, entropy, newest(), seen.stores, seen, rows))


def _keys(home: Home, database: Database, target: Path, at: datetime, entropy: Entropy) -> Backup:
    with _opened(home.keystore_address, HISTORY) as keystore, building(target) as folder:
        (folder / ROWS).mkdir()
        with snapshot(keystore, folder / _SCRATCH) as connection:
            rows = write_rows(connection, folder / ROWS, HISTORY)
        _copy_files(home.folder / KEYS, folder / KEYS)
        with database.read() as connection:
            seen = _look(database, connection)
        _write_private(folder / TOMBSTONES, json.dumps(seen.tombstones, indent=1, sort_keys=True))
        store = _one_store(seen)
        manifest = _manifest(Kind.KEYS, at, entropy, newest(HISTORY), {"": store}, seen, rows)
        return finish(folder, target, manifest)


def _manifest(
    kind: Kind, at: datetime, entropy: Entropy, schema: str, stores: dict[str, str], seen: _Seen, rows: dict[str, int]
) -> Manifest:  # fmt: skip
    return Manifest(kind, entropy.bytes(_ID_BYTES).hex(), at, schema, stores, seen.heads, rows)


def _look(database: Database, connection: Connection) -> _Seen:
    seen = _Seen()
    for id in organisations(connection):
        ledger = Ledger(database, id, PseudonymKey(b""), clock=SystemClock(), entropy=SystemEntropy())
        head, erasures = ledger.head(connection), Erasures(id)
        seen.heads[id] = (head.size, head.root.hex())
        seen.stores[id] = erasures.key_store(connection) or ""
        seen.tombstones[id] = sorted(erasures.everybody(connection))
    return seen


def _one_store(seen: _Seen) -> str:
    named = sorted({store for store in seen.stores.values() if store})
    if len(named) != 1:
        raise BackupRefused(
            f"The ledgers of this database name {len(named)} key stores, and a backup of keys is of one.",
            "Open every organisation once with its key store, then try again.",
        )
    return named[0]


def _copy_segments(source: Path, target: Path) -> Iterator[str]:
    """Copy every segment; a sentence for each that is not the one its name says."""
    for path in sorted(source.glob("*/*.segment")):
        into = target / path.parent.name / path.name
        into.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, into)
        with into.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != path.stem:
                yield f"The segment {path} was damaged before it was backed up; troth verify names the entry."


def _copy_files(source: Path, target: Path) -> None:
    for path in sorted(source.rglob("*")):
        if path.is_file() and not path.name.startswith("."):
            into = target / path.relative_to(source)
            into.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            _write_private(into, path.read_bytes())


def _write_private(path: Path, data: bytes | str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data.encode() if isinstance(data, str) else data)


@contextmanager
def _opened(address: str, history: History) -> Iterator[Database]:
    with open_database(address) as database:
        check(database, history)
        yield database
