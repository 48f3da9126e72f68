"""A backup as a folder: files, and a manifest that names each with its digest, written last, so that half a backup is none.

There are two kinds. What holds data holds no key that opens them, and what holds keys holds no data; each manifest says
which it is, and the two never lie in one folder or one inside the other.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from troth.kernel.errors import OperatorError

FORMAT: Final = "troth backup 1"
MANIFEST: Final = "manifest.json"
UNFINISHED: Final = ".unfinished-"
_DEEP: Final = 3


class Kind(StrEnum):
    """What a backup holds."""

    DATA = "data"
    KEYS = "keys"

    @property
    def other(self) -> Kind:
        """The kind it must never lie together with."""
        return Kind.KEYS if self is Kind.DATA else Kind.DATA


class BackupRefused(OperatorError):
    """A backup would lie where it must not, or two do not belong together."""


class BackupDamaged(OperatorError):
    """A backup is not whole, or not as it was made."""


class BackupFailed(OperatorError):
    """A backup could not be written; nothing of it was left behind."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup is.

    `stores` names the key store each organisation's ledger was sealed with (data), or the one these keys are of, under ''
    (keys). `heads` says how far each ledger had come: (entries, hex root). `schema` is the migration of the rows.
    """

    kind: Kind
    id: str
    made_at: datetime
    schema: str
    stores: Mapping[str, str]
    heads: Mapping[str, tuple[int, str]]
    rows: Mapping[str, int]
    files: Mapping[str, tuple[str, int]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The folder it lies in: when it was made, and the beginning of its id."""
        return f"{self.made_at:%Y%m%dT%H%M%SZ}-{self.kind}-{self.id[:8]}"

    def as_json(self) -> dict[str, Any]:
        """The manifest as it is written."""
        return {
            "format": FORMAT,
            "kind": self.kind.value,
            "id": self.id,
            "made_at": self.made_at.isoformat(),
            "schema": self.schema,
            "stores": dict(self.stores),
            "heads": {id: {"size": size, "root": root} for id, (size, root) in self.heads.items()},
            "rows": dict(self.rows),
            "files": {path: {"sha256": digest, "bytes": n} for path, (digest, n) in self.files.items()},
            "holds": _HOLDS[self.kind],
        }

    @classmethod
    def of_json(cls, said: Mapping[str, Any]) -> Manifest:
        """The manifest as it was written. Raises KeyError, TypeError, ValueError."""
        if said["format"] != FORMAT:
            raise ValueError("another format")
        return cls(
            Kind(said["kind"]), str(said["id"]), datetime.fromisoformat(said["made_at"]), str(said["schema"]),
            dict(said["stores"]),
            {id: (int(one["size"]), str(one["root"])) for id, one in said["heads"].items()},
            {table: int(rows) for table, rows in said["rows"].items()},
            {path: (str(one["sha256"]), int(one["bytes"])) for path, one in said["files"].items()},
        )  # fmt: skip


_HOLDS: Final = {
    Kind.DATA: "Data, and no key that opens what is sealed in them. Keep it apart from every backup of keys. Root keys are in neither.",
    Kind.KEYS: "Keys, wrapped by root keys that are in no backup of this program. Keep it apart from every backup of data.",
}


@dataclass(frozen=True, slots=True)
class Backup:
    """A finished backup that was found."""

    folder: Path
    manifest: Manifest


@contextmanager
def building(target: Path) -> Iterator[Path]:
    """A folder to build a backup in, which is removed again when that fails. Raises BackupFailed."""
    try:
        target.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder = target / f"{UNFINISHED}{os.urandom(6).hex()}"
        folder.mkdir(mode=0o700)
    except OSError as error:
        raise _failed(target, error) from error
    try:
        yield folder
    except OSError as error:
        raise _failed(target, error) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def finish(folder: Path, target: Path, manifest: Manifest) -> Backup:
    """Give a backup its manifest and its name, once all of it is durable."""
    files = {
        path.relative_to(folder).as_posix(): (_settled(path), path.stat().st_size) for path in _files(folder)
    }
    whole = Manifest(
        manifest.kind, manifest.id, manifest.made_at, manifest.schema, manifest.stores, manifest.heads, manifest.rows, files
    )  # fmt: skip
    with (folder / MANIFEST).open("x", encoding="utf-8") as file:
        json.dump(whole.as_json(), file, indent=1, sort_keys=True)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    for inner in (folder, *(path for path in folder.rglob("*") if path.is_dir())):
        _flush(inner)
    folder.rename(target / whole.name)
    _flush(target)
    return Backup(target / whole.name, whole)


def find(folder: Path, kind: Kind) -> Backup:
    """The backup in this folder, else the youngest right below it. Raises BackupDamaged, BackupRefused."""
    if (folder / MANIFEST).exists():
        found = read(folder)
        if found.manifest.kind is not kind:
            raise BackupRefused(f"{folder} is a backup of {found.manifest.kind}, not of {kind}.")
        return found
    below = [one for one in backups_in(folder) if one.manifest.kind is kind]
    if not below:
        raise BackupDamaged(
            f"There is no finished backup of {kind} in {folder}.", "Name a folder that holds one."
        )
    return max(below, key=lambda one: one.manifest.made_at)


def backups_in(folder: Path) -> list[Backup]:
    """Every finished backup right below a folder. Raises BackupDamaged."""
    found = (path.parent for path in folder.glob(f"*/{MANIFEST}") if not path.parent.name.startswith("."))
    return [read(one) for one in sorted(found)]


def read(folder: Path) -> Backup:
    """The backup in this folder; its files are not looked at yet. Raises BackupDamaged."""
    try:
        return Backup(folder, Manifest.of_json(json.loads((folder / MANIFEST).read_text(encoding="utf-8"))))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BackupDamaged(
            f"The manifest of the backup {folder} cannot be read.", "Take another backup."
        ) from error


def check(backup: Backup) -> None:
    """Pass when every file is there and as it was made, and no other is. Raises BackupDamaged, naming the first that is not."""
    named, there = (
        backup.manifest.files,
        {path.relative_to(backup.folder).as_posix() for path in _files(backup.folder)},
    )
    for path in sorted(there - named.keys() - {MANIFEST}):
        raise BackupDamaged(
            f"The backup {backup.folder} holds {path}, which its manifest does not name.", "Move it away."
        )
    for path, (digest, size) in sorted(named.items()):
        reason = _difference(backup.folder / path, digest, size) if path in there else "is missing"
        if reason:
            raise BackupDamaged(
                f"The file {path} of the backup {backup.folder} {reason}; nothing was restored.",
                "Take another backup.",
                file=path,
            )


def refuse_together(data: Path | None, keys: Path | None, home: Path) -> None:
    """Pass when backups at these targets lie apart from each other, and from what they are backups of. Raises BackupRefused."""
    if data is not None and keys is not None and _touch(data, keys):
        raise BackupRefused(
            f"The backup of data at {data} and the backup of keys at {keys} would lie together: whoever finds one finds both.",
            "Name two folders of which neither lies in the other, on different machines if you can.",
        )
    for target, kind in ((data, Kind.DATA), (keys, Kind.KEYS)):
        if target is None:
            continue
        if _touch(target, home):
            raise BackupRefused(
                f"The backup at {target} would lie with the home {home} that it is of.",
                "Name a folder outside.",
            )
        _refuse_held(target, kind)


def _refuse_held(target: Path, kind: Kind) -> None:
    """A folder that holds backups of one kind, or lies among them, never takes one of the other."""
    lines = [target, *target.resolve().parents]
    near = [path for folder in lines for path in (folder / MANIFEST, *_glob(folder, f"*/{MANIFEST}"))]
    below = [
        path for depth in range(2, _DEEP) for path in _glob(target, "/".join("*" * depth) + f"/{MANIFEST}")
    ]
    for path in (*near, *below):
        if _kind_of(path) is kind.other:
            raise BackupRefused(
                f"{path.parent} is a backup of {kind.other}, and {target} would put one of {kind} with it.",
                "Name another folder for this kind.",
            )


def _glob(folder: Path, pattern: str) -> list[Path]:
    try:
        return list(folder.glob(pattern))
    except OSError:
        return []  # what this user may not look into


def _kind_of(path: Path) -> Kind | None:
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        return Kind(said["kind"]) if said["format"] == FORMAT else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _touch(one: Path, other: Path) -> bool:
    """Whether two folders are one, or one lies in the other, whatever names, links or mounts lead there."""
    return _within(one, other) or _within(other, one)


def _within(inner: Path, outer: Path) -> bool:
    inner, outer = inner.resolve(), outer.resolve()
    if inner == outer or outer in inner.parents:
        return True
    if not outer.exists():
        return False
    there = outer.stat()
    return any(path.exists() and os.path.samestat(path.stat(), there) for path in (inner, *inner.parents))


def _difference(path: Path, digest: str, size: int) -> str:
    if path.stat().st_size != size:
        return f"has {path.stat().st_size} bytes and not {size}"
    with path.open("rb") as file:
        return "" if hashlib.file_digest(file, "sha256").hexdigest() == digest else "was altered"


def _files(folder: Path) -> list[Path]:
    return sorted(
        path for path in folder.rglob("*") if stat.S_ISREG(path.lstat().st_mode) or path.is_symlink()
    )


def _settled(path: Path) -> str:
    """The digest of a file, once it is durable, and its owner's alone."""
    path.chmod(0o600)
    with path.open("rb") as file:
        os.fsync(file.fileno())
        return hashlib.file_digest(file, "sha256").hexdigest()


def _flush(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _failed(target: Path, error: OSError) -> BackupFailed:
    return BackupFailed(
        f"The backup cannot be written in {target}: {error.strerror}. Nothing of it was left there.",
        "Make room there, or name another folder.",
    )
