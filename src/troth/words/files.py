"""The words of one organisation in files of its own folder, mapped by every process of the host.

    lock                    held across a change
    BOOT/control            which epoch is current, and whom an unfinished change touches
    BOOT/epoch-N            the map of an epoch: its shape as JSON, then heads, lanes, index, keys

What was mapped is not written to the disk in order, so after a restart of the machine nothing of it may be believed: the files
lie under the id of this boot, and those of another are removed. They must lie where only one machine sees them.
"""

from __future__ import annotations

import json
import mmap
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from troth.words.epoch import KEY_BYTES, Epoch
from troth.words.errors import WordsUnusable
from troth.words.lock import PATIENCE, HostLock
from troth.words.model import Cells, Shape

if TYPE_CHECKING:
    import numpy as np  # loaded where everybody is packed anew, which is seldom

Column: TypeAlias = "np.ndarray[tuple[int], np.dtype[np.uint64]]"
_BOOT: Final = Path("/proc/sys/kernel/random/boot_id")
_PAGE: Final = 4096
_CELL: Final = 8
_META: Final = 8
_MAGIC: Final = 0x74726F7468_0001
"""What a map begins with; another number is another form, which this program does not read."""


def boot_id() -> str:
    """The id of this run of the kernel, '' where there is none: then no words are kept."""
    try:
        return _BOOT.read_text().strip()
    except OSError:
        return ""


@dataclass(frozen=True, slots=True)
class _Sizes:
    """What a map holds, and where each column begins, in bytes."""

    capacity: int
    lanes: int
    shape: int

    @property
    def index(self) -> int:
        return 1 << (self.capacity * 2 - 1).bit_length()

    @property
    def heads_at(self) -> int:
        return -(-(_META * _CELL + self.shape) // _PAGE) * _PAGE

    @property
    def index_at(self) -> int:
        return self.heads_at + self.capacity * _CELL * (1 + self.lanes)

    @property
    def keys_at(self) -> int:
        return self.index_at + self.index * _CELL

    @property
    def total(self) -> int:
        return self.keys_at + self.capacity * KEY_BYTES


class HostFiles:
    """The shared state of one organisation's words on this host. Threads may share it; make one per process, and close it."""

    def __init__(self, folder: Path, boot: str, patience: float = PATIENCE) -> None:
        """Open, or make. Raises WordsUnusable where the folder cannot be used, WordsLocked."""
        self._place = folder / boot
        self._epoch: Epoch | None = None
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._lock = HostLock(folder / "lock", patience)
            self._lock.acquire()
            try:
                _remove_other_boots(folder, boot)
                self._place.mkdir(exist_ok=True, mode=0o700)
                self.control = _cells(_mapped(self._place / "control", _PAGE))
            finally:
                self._lock.release()
        except OSError as error:
            raise self._unusable(error) from error

    def acquire(self) -> None:
        """Wait for the lock. Raises WordsLocked."""
        self._lock.acquire()

    def try_acquire(self) -> bool:
        """Take the lock if nobody holds it."""
        return self._lock.try_acquire()

    def release(self) -> None:
        """Let the lock go."""
        self._lock.release()

    def current(self) -> Epoch | None:
        """The epoch that may be read; None when there is none, or it is of a form this program does not read."""
        number = self.control[0]
        known = self._epoch
        if known is not None and known.number == number:
            return known
        self._epoch = self._open(number) if number else None
        return self._epoch

    def make(self, number: int, shape: Shape, capacity: int) -> Epoch:
        """An empty map of that number, its room on the disk reserved. Maps that nobody will open again are removed."""
        said = json.dumps(shape.as_json()).encode()
        sizes = _Sizes(capacity, shape.lanes, len(said))
        path = self._path(number)
        try:
            for other in self._place.glob("epoch-*"):
                if other != self._path(self.control[0]):
                    other.unlink(missing_ok=True)
            memory = _mapped(path, sizes.total)
        except OSError as error:
            raise self._unusable(error) from error
        memory[_META * _CELL : _META * _CELL + len(said)] = said
        for at, value in enumerate((_MAGIC, number, capacity, sizes.lanes, len(said))):
            _cells(memory)[at] = value
        return _epoch(memory, number, shape, sizes)

    def keeps(self, number: int) -> bool:
        """Whether the map of that number still stands."""
        return self._path(number).exists()

    def close(self) -> None:
        """Give the lock's file back; what is mapped goes with the last who holds it."""
        self._epoch = None
        self._lock.close()

    def _path(self, number: int) -> Path:
        return self._place / f"epoch-{number}"

    def _open(self, number: int) -> Epoch | None:
        try:
            memory = _mapped(self._path(number))
        except (OSError, ValueError):
            return None
        magic, found, capacity, lanes, said = _cells(memory)[:5]
        if (magic, found) != (_MAGIC, number):
            return None
        shape = Shape.of_json(json.loads(memory[_META * _CELL : _META * _CELL + said]))
        return _epoch(memory, number, shape, _Sizes(capacity, lanes, said))

    def _unusable(self, error: OSError) -> WordsUnusable:
        return WordsUnusable(
            f"The words in {self._place} cannot be used: {error.strerror or type(error).__name__}.",
            "Let the user who runs troth write this folder, make room on its disk, or name another one.",
        )


def _remove_other_boots(folder: Path, boot: str) -> None:
    for other in folder.iterdir():
        if other.is_dir() and other.name != boot:
            shutil.rmtree(other, ignore_errors=True)


def _mapped(path: Path, size: int = 0) -> mmap.mmap:
    """A file in memory, shared; with a size it is made when it is not there, and its room reserved: a map never meets a full disk."""
    handle = os.open(path, os.O_RDWR | os.O_CLOEXEC | (os.O_CREAT if size else 0), 0o600)
    try:
        if size:
            os.posix_fallocate(handle, 0, size)
        return mmap.mmap(handle, 0)
    finally:
        os.close(handle)


def _cells(memory: mmap.mmap, at: int = 0, count: int | None = None) -> memoryview:
    """A column. A cell lies on its own eight bytes and is read and written by one instruction."""
    end = len(memory) // _CELL * _CELL if count is None else at + count * _CELL
    return memoryview(memory)[at:end].cast("Q")


def _epoch(memory: mmap.mmap, number: int, shape: Shape, sizes: _Sizes) -> Epoch:
    column = sizes.capacity * _CELL
    columns = [_cells(memory, sizes.heads_at + n * column, sizes.capacity) for n in range(1 + sizes.lanes)]
    return MappedEpoch(
        number,
        shape,
        columns[0],
        tuple(columns[1:]),
        _cells(memory, sizes.index_at, sizes.index),
        _cells(memory, 5 * _CELL, 2),
        memoryview(memory)[sizes.keys_at : sizes.total],
        (sizes.capacity, sizes.index),
    )


class MappedEpoch(Epoch):
    """An epoch over a mapped file."""

    def take(self, other: Epoch) -> None:
        """Take over everybody, column by column."""
        import numpy as np

        count = other.tally[0] + 1
        for mine, theirs in zip((self.heads, *self.lanes), (other.heads, *other.lanes), strict=True):
            _array(mine)[:count] = _array(theirs)[:count]
        self.keys[: count * KEY_BYTES] = other.keys[: count * KEY_BYTES]
        self.tally[0], self.tally[1] = other.tally[0], other.tally[1]
        firsts = np.frombuffer(self.keys, np.uint64)[:: KEY_BYTES // _CELL][1:count]
        _spread(_array(self.index), firsts)


def _array(cells: Cells) -> Column:
    import numpy as np

    assert isinstance(cells, memoryview)
    return np.frombuffer(cells, np.uint64)


def _spread(index: Column, firsts: Column) -> None:
    """Enter slots 1, 2, … into an empty index, where the first eight bytes of their keys lead, or at the next free place."""
    import numpy as np

    mask = np.uint64(len(index) - 1)
    waiting = np.arange(1, len(firsts) + 1, dtype=np.uint64)
    places = firsts & mask
    while len(waiting):
        free = index[places] == 0
        won, first = np.unique(places[free], return_index=True)
        index[won] = waiting[free][first]
        lost = index[places] != waiting
        waiting, places = waiting[lost], (places[lost] + np.uint64(1)) & mask
