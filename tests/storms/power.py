"""A machine whose power can be cut: SQLite over a file system that remembers what was flushed, and what only lay in its cache.

One run is recorded whole, write by write. A cut then lays out the files as they may be after the power failed at a point
of it: everything up to the last flush of each file, and of the writes after it any part. The product runs unchanged: it is
handed another driver, which speaks to SQLite through that file system.
"""
# ruff: noqa: N802  the names are those SQLite calls

from __future__ import annotations

import os
import random
import sqlite3
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import apsw
import pytest
from sqlalchemy import create_engine

from troth.keepers import FileKeeper

SECTOR = 512
Write = tuple[int, bytes | None]
"""Where, and what; None cuts the file off there."""


@dataclass(frozen=True)
class Step:
    """One thing that happened: a file was written to, flushed, kept whole or deleted, or a line was said."""

    what: str
    file: str = ""
    write: Write = (0, None)
    line: str = ""


@dataclass
class Machine:
    """Everything that happened since it was switched on."""

    steps: list[Step] = field(default_factory=list)
    synchronous: str = ""
    """What databases opened from now on are told, whatever the product asks for."""
    checkpoint_after: int = 16
    """Pages in the write-ahead log: so few that it is carried over into the database many times in a run. 0: never by itself."""
    room: int | None = None
    """How many writes still find room on the disk; None: all of them."""
    files: Any = None

    def keep(self, file: Path) -> None:
        """A whole file that was flushed with its name, as it is now."""
        self.steps.append(Step("kept", str(file), (0, file.read_bytes())))

    def take_room(self) -> None:
        """Refuse a write that finds none."""
        if self.room is not None:
            self.room -= 1
            if self.room < 0:
                full = apsw.FullError("the disk is full")
                full.result = full.extendedresult = apsw.SQLITE_FULL
                raise full

    def say(self, *words: object) -> None:
        """What was acknowledged, among the writes: who hears it may hold the machine to it."""
        self.steps.append(Step("said", line=" ".join(map(str, words))))


class _Files(apsw.VFS):
    def __init__(self, name: str, machine: Machine) -> None:
        super().__init__(name, "unix")
        self._machine = machine

    def xOpen(self, name: Any, flags: list[int]) -> _File:
        return _File(name, flags, self._machine)

    def xDelete(self, name: str, sync: bool) -> None:
        self._machine.steps.append(Step("deleted", name))
        super().xDelete(name, sync)


class _File(apsw.VFSFile):
    def __init__(self, name: Any, flags: list[int], machine: Machine) -> None:
        super().__init__("unix", name, flags)
        self._name = name.filename() if isinstance(name, apsw.URIFilename) else str(name)
        self._machine = machine

    def xWrite(self, data: bytes, offset: int) -> None:
        self._machine.take_room()
        self._machine.steps.append(Step("written", self._name, (offset, bytes(data))))
        super().xWrite(data, offset)

    def xTruncate(self, size: int) -> None:
        self._machine.steps.append(Step("written", self._name, (size, None)))
        super().xTruncate(size)

    def xSync(self, flags: int) -> None:
        super().xSync(flags)
        self._machine.steps.append(Step("flushed", self._name))


class _Cursor:
    """As much of a DB-API cursor as SQLAlchemy asks for."""

    arraysize = 1

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self._cursor = connection.cursor()
        self._cursor.exec_trace = self._begun
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None
        self._rows: deque[Any] = deque()

    def _begun(self, cursor: Any, _sql: str, _bindings: Any) -> bool:
        self.description = cursor.description_full or None
        return True

    def execute(self, statement: str, given: Sequence[Any] = ()) -> _Cursor:
        return self._run(self._cursor.execute, statement, tuple(given))

    def executemany(self, statement: str, given: Iterable[Sequence[Any]]) -> _Cursor:
        return self._run(self._cursor.executemany, statement, [tuple(one) for one in given])

    def _run(self, run: Any, statement: str, given: Any) -> _Cursor:
        self.description, before = None, self._connection.total_changes()
        with translated():
            self._rows = deque(run(statement, given))
        self.rowcount = -1 if self.description else self._connection.total_changes() - before
        if self.description:
            self.description = [(one[0], None, None, None, None, None, None) for one in self.description]
        self.lastrowid = self._connection.last_insert_rowid()
        return self

    def fetchone(self) -> Any:
        return self._rows.popleft() if self._rows else None

    def fetchall(self) -> list[Any]:
        return self.fetchmany(len(self._rows))

    def fetchmany(self, size: int = 1) -> list[Any]:
        return [self._rows.popleft() for _ in range(min(size, len(self._rows)))]

    def close(self) -> None:
        self._cursor.close(True)


class _Connection:
    """As much of a DB-API connection as SQLAlchemy and the product ask for."""

    isolation_level: str | None = None

    def __init__(self, file: str, vfs: str, machine: Machine, patience: float) -> None:
        self._apsw = apsw.Connection(file, vfs=vfs)
        self._apsw.set_busy_timeout(int(patience * 1000))
        self._apsw.wal_autocheckpoint(machine.checkpoint_after)
        self._synchronous = machine.synchronous

    def cursor(self) -> _Cursor:
        return _Cursor(self._apsw)

    def execute(self, statement: str, given: Sequence[Any] = ()) -> _Cursor:
        if self._synchronous and statement.startswith("PRAGMA synchronous"):
            statement = f"PRAGMA synchronous={self._synchronous}"
        return self.cursor().execute(statement, given)

    def create_function(self, name: str, arguments: int, function: Any, **_: Any) -> None:
        self._apsw.create_scalar_function(name, function, arguments)

    def commit(self) -> None:
        self._end("COMMIT")

    def rollback(self) -> None:
        self._end("ROLLBACK")

    def _end(self, statement: str) -> None:
        if self._apsw.in_transaction:
            self.execute(statement)

    @property
    def in_transaction(self) -> bool:
        return bool(self._apsw.in_transaction)

    def close(self) -> None:
        self._apsw.close()


@contextmanager
def translated() -> Iterator[None]:
    """Errors as the standard driver would raise them."""
    try:
        yield
    except apsw.Error as error:
        code = getattr(error, "extendedresult", 1)
        kind = (
            sqlite3.IntegrityError if code & 0xFF == sqlite3.SQLITE_CONSTRAINT else sqlite3.OperationalError
        )
        raised = kind(str(error))
        raised.sqlite_errorcode = code
        raise raised from error


def switch_on(patch: pytest.MonkeyPatch, name: str) -> Machine:
    """From now on every SQLite database is opened on a machine of this name."""
    machine = Machine()
    machine.files = _Files(name, machine)
    driver = SimpleNamespace(
        **{one: getattr(sqlite3, one) for one in dir(sqlite3) if not one.startswith("__")}
    )
    driver.sqlite_version_info = tuple(map(int, apsw.sqlite_lib_version().split(".")))
    driver.connect = lambda file, timeout=5.0, **_: _Connection(file, name, machine, timeout)
    patch.setattr(
        "troth.db.database.create_engine", lambda *given, **more: create_engine(*given, module=driver, **more)
    )
    return machine


def watch_roots(patch: pytest.MonkeyPatch, machine: Machine) -> None:
    """Root keys in a folder come and go at their time, too."""
    make, destroy = FileKeeper.make, FileKeeper.destroy

    def made(self: FileKeeper, name: str) -> None:
        make(self, name)
        machine.keep(self._path(name))

    def destroyed(self: FileKeeper, name: str) -> None:
        destroy(self, name)
        machine.steps.append(Step("deleted", str(self._path(name))))

    patch.setattr(FileKeeper, "make", made)
    patch.setattr(FileKeeper, "destroy", destroyed)


@dataclass
class Disk:
    """The files of a machine: what is safe, and what waits in its cache."""

    safe: dict[str, bytearray] = field(default_factory=dict)
    waiting: dict[str, list[Write]] = field(default_factory=dict)

    def take(self, step: Step) -> None:
        if step.what == "written":
            self.waiting.setdefault(step.file, []).append(step.write)
        elif step.what == "flushed":
            content = self.safe.setdefault(step.file, bytearray())
            for write in self.waiting.pop(step.file, []):
                _apply(content, write)
        elif step.what == "kept":
            self.safe[step.file] = bytearray(step.write[1] or b"")
        elif step.what == "deleted":
            self.safe.pop(step.file, None)
            self.waiting.pop(step.file, None)

    def after_the_cut(self, dice: random.Random) -> dict[str, bytes]:
        """The files as they may be found: each write that waited was dropped, done, or done in part."""
        found = {name: bytearray(content) for name, content in self.safe.items()}
        for name, writes in self.waiting.items():
            content = found.setdefault(name, bytearray())
            for write in writes:
                for part in _parts(write, dice):
                    _apply(content, part)
        return {name: bytes(content) for name, content in found.items()}


def _parts(write: Write, dice: random.Random) -> Iterator[Write]:
    offset, data = write
    fate = dice.choice(("dropped", "done", "torn"))
    if fate == "done":
        yield write
    elif fate == "torn" and data is not None:
        for start in range(0, len(data), SECTOR):
            if dice.random() < 0.5:
                yield offset + start, data[start : start + SECTOR]


def _apply(content: bytearray, write: Write) -> None:
    offset, data = write
    if data is None:
        del content[offset:]
        return
    content.extend(bytes(max(0, offset - len(content))))
    content[offset : offset + len(data)] = data


def cuts(
    machine: Machine, count: int, seed: int, *, after: int = 0
) -> Iterator[tuple[dict[str, bytes], list[str]]]:
    """The disk after each of so many cuts, with the lines that were said before it; none before step `after`."""
    dice, disk, said = random.Random(seed), Disk(), list[str]()
    places = sorted(dice.choices(range(after, len(machine.steps) + 1), k=count))
    done = 0
    for place in places:
        for step in machine.steps[done:place]:
            disk.take(step)
            if step.what == "said":
                said.append(step.line)
        done = place
        yield disk.after_the_cut(dice), list(said)


def lay_out(found: dict[str, bytes], old: Path, new: Path) -> None:
    """Write the files of a cut, which lay under `old`, under `new`."""
    for name, content in found.items():
        file = new / os.path.relpath(os.path.realpath(name), os.path.realpath(old))
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(file, "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as written:
            written.write(content)
