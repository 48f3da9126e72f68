"""The protocol of a change: in which order lock, words and database move, so that a word is never laxer than what is committed.

Only changes that restrict must be seen at once; a late permission merely denies. So a restriction clears before the database
commits, and a permission is set after. One lock spans the whole change, the commit and the set with it: were it let go at the
commit, another's withdrawal could clear, commit and be acknowledged before this permission is set, and the word would permit
again. What is set is read from the database under the lock, so that a later restriction is always in it.

Whoever dies on the way leaves a note of whom it was changing; the next one who takes the lock closes those people, waits until
no transaction of the dead is under way, and lets them be packed again. The steps are data, and tests enumerate every
interleaving of the very functions that run here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from troth.words.epoch import Epoch
from troth.words.model import Cells, Packed, Shape

CURRENT, LAST, NOTED, NOTES = 0, 1, 2, 3
"""Cells of the control page: the epoch that may be read (0: none), the last one made, how many slots are noted, and these."""
MOST_NOTES: Final = 256
EVERYBODY: Final = ""


class Host(Protocol):
    """What the processes of a host share: the control page, the lock, the maps."""

    @property
    def control(self) -> Cells:
        """The control page."""

    def acquire(self) -> None:
        """Wait for the lock. Raises WordsLocked."""

    def try_acquire(self) -> bool:
        """Take the lock if nobody holds it."""

    def release(self) -> None:
        """Let the lock go."""

    def current(self) -> Epoch | None:
        """The epoch that may be read, None when there is none."""

    def make(self, number: int, shape: Shape, capacity: int) -> Epoch:
        """An empty map of that number, which nobody reads yet."""

    def keeps(self, number: int) -> bool:
        """Whether the map of that number still stands."""


class Truth(Protocol):
    """What is committed."""

    def shape(self) -> Shape:
        """Where facts lie under the policy versions of now."""

    def read(self, shape: Shape, keys: Iterable[str]) -> Mapping[str, Packed | None]:
        """People as they stand; None for one whom words cannot tell, nothing for one who is not known."""

    def fence(self) -> None:
        """Return once no transaction that was under way before is still so."""


class Step(StrEnum):
    """A step of a change."""

    LOCK = "lock"
    MEND = "mend"
    NOTE = "note"
    CLEAR = "clear"
    OWE = "owe"
    SET = "set"
    FORGET = "forget"
    UNLOCK = "unlock"


@dataclass(frozen=True, slots=True)
class Order:
    """Which steps are gone through when a change begins, restricts, permits, and once it is committed, or has failed."""

    begin: tuple[Step, ...] = (Step.LOCK, Step.MEND)
    restrict: tuple[Step, ...] = (Step.NOTE, Step.CLEAR)
    permit: tuple[Step, ...] = (Step.NOTE, Step.OWE)
    committed: tuple[Step, ...] = (Step.SET, Step.FORGET, Step.UNLOCK)
    failed: tuple[Step, ...] = (Step.MEND, Step.UNLOCK)


ORDER: Final = Order()
FIRST_CAPACITY: Final = 1 << 10


class Change:
    """One change, from before its transaction to after the commit. One at a time on a host, whatever it touches.

    `restrict` and `grant` are called within the transaction, `committed` or `failed` after it.
    """

    def __init__(self, host: Host, truth: Truth, order: Order = ORDER) -> None:
        self._host = host
        self._truth = truth
        self._order = order
        self._owed: dict[str, None] = {}
        self._noted: set[int] = set()
        self._everybody = False
        self._holds = False
        self._steps: Mapping[Step, Callable[[str, str | None], None]] = {
            Step.LOCK: self._lock,
            Step.MEND: lambda key, fact: mend(host, truth),
            Step.NOTE: self._note,
            Step.CLEAR: self._clear,
            Step.OWE: self._owe,
            Step.SET: self._set,
            Step.FORGET: self._forget,
            Step.UNLOCK: self._unlock,
        }

    def begin(self) -> None:
        """Before the transaction. Raises WordsLocked, and what the database raises where something had to be mended."""
        try:
            self._go(self._order.begin)
        except BaseException:
            self._unlock(EVERYBODY, None)
            raise

    def restrict(self, key: str, fact: str | None) -> None:
        """Something that may forbid will be committed; no fact: anything may change; no key: for everybody."""
        self._go(self._order.restrict, key, fact)

    def grant(self, key: str, fact: str | None) -> None:
        """Something that may permit will be committed."""
        self._go(self._order.permit, key, fact)

    def committed(self) -> None:
        """After the commit: nobody hears of an acknowledgement before this has returned."""
        self._go(self._order.committed)

    def failed(self) -> None:
        """After the transaction failed, or nobody knows whether it did. The lock goes even when mending fails."""
        for step in self._order.failed:
            try:
                self._steps[step](EVERYBODY, None)
            except Exception:  # noqa: BLE001, S112  the notes stand, and the next one mends
                continue

    def _go(self, steps: tuple[Step, ...], key: str = EVERYBODY, fact: str | None = None) -> None:
        for step in steps:
            self._steps[step](key, fact)

    def _lock(self, key: str, fact: str | None) -> None:
        self._host.acquire()
        self._holds = True

    def _unlock(self, key: str, fact: str | None) -> None:
        if self._holds:
            self._holds = False
            self._host.release()

    def _note(self, key: str, fact: str | None) -> None:
        """Write down whom this touches before it is touched, for whoever has to clean up after us.

        Somebody who has no slot yet is noted as slot 0: what counts is that a transaction may be under way.
        """
        control = self._host.control
        if key == EVERYBODY:
            control[NOTED] = MOST_NOTES + 1
            self._noted.add(0)
            return
        slot, count = self._slot(key), len(self._noted)
        if slot not in self._noted:
            self._noted.add(slot)
            if count < MOST_NOTES:
                control[NOTES + count] = slot
            control[NOTED] = max(control[NOTED], min(count, MOST_NOTES) + 1)

    def _clear(self, key: str, fact: str | None) -> None:
        if key == EVERYBODY:
            self._everybody = True
            self._host.control[CURRENT] = 0
            return
        epoch, slot = self._host.current(), self._slot(key)
        if epoch is not None and slot and not epoch.restrict(slot, fact):
            self._owed[key] = None

    def _owe(self, key: str, fact: str | None) -> None:
        self._owed[key] = None

    def _set(self, key: str, fact: str | None) -> None:
        """Pack anew whom this change owes it; whoever cannot be read is closed, which is strict enough and never wrong."""
        if self._everybody:
            begin_epoch(self._host, self._truth)
            return
        epoch = self._host.current()
        if epoch is None or not self._owed:
            return
        slots = {key: slot for key in self._owed if (slot := epoch.slot(key))}
        try:
            found = self._truth.read(epoch.shape, slots) if slots else {}
        except Exception:  # noqa: BLE001  what is committed stays so, whether we can read it or not
            found = {}
        for key, slot in slots.items():
            if key in found:
                epoch.put(slot, found[key])
            else:
                epoch.close(slot)

    def _forget(self, key: str, fact: str | None) -> None:
        if self._noted:
            self._host.control[NOTED] = 0

    def _slot(self, key: str) -> int:
        epoch = self._host.current() if key else None
        return epoch.slot(key) if epoch is not None else 0


# --- under the lock ------------------------------------------------------------------------------------------------------


def mend(host: Host, truth: Truth) -> None:
    """Clean up after a change that ended in the middle: close whom it noted, and wait for its transaction to end."""
    control = host.control
    noted = control[NOTED]
    if not noted:
        return
    epoch = host.current()
    if noted > MOST_NOTES:
        control[CURRENT] = 0
    elif epoch is not None:
        for at in range(noted):
            epoch.close(control[NOTES + at])
    truth.fence()
    control[NOTED] = 0


def begin_epoch(host: Host, truth: Truth) -> Epoch | None:
    """Let an empty map be the current one: people are packed into it as they are asked for. None when nothing is in force."""
    try:
        epoch = make_epoch(host, truth.shape(), FIRST_CAPACITY)
    except Exception:  # noqa: BLE001  without a map everybody reads the database
        return None
    host.control[CURRENT] = epoch.number
    return epoch


def make_epoch(host: Host, shape: Shape, capacity: int) -> Epoch:
    """An empty map that is not current yet."""
    number = host.control[LAST] + 1
    host.control[LAST] = number
    return host.make(number, shape, capacity)


def admit(host: Host, truth: Truth, key: str, at: float) -> None:
    """Pack a person whom the words do not tell, or no longer, if that can be done at once; else nothing happens."""
    if not host.try_acquire():
        return
    try:
        mend(host, truth)
        epoch = host.current()
        if epoch is None or at >= epoch.shape.until:
            epoch = begin_epoch(host, truth)
        if epoch is not None:
            _admit(host, truth, epoch, key)
    finally:
        host.release()


def _admit(host: Host, truth: Truth, epoch: Epoch, key: str) -> None:
    found = truth.read(epoch.shape, (key,))
    if key not in found:
        return
    slot = epoch.slot(key)
    if not slot:
        if epoch.is_full:
            epoch = grow(host, epoch)
        slot = epoch.add(key)
    epoch.put(slot, found[key])


def grow(host: Host, old: Epoch) -> Epoch:
    """A map twice as large with everybody in it, current from now on."""
    new = make_epoch(host, old.shape, old.capacity * 2)
    new.take(old)
    host.control[CURRENT] = new.number
    return new


def swap(host: Host, truth: Truth, new: Epoch, tail: Callable[[], Iterable[str]]) -> bool:
    """Make a map current that was packed aside: whoever changed since that began (`tail`) is packed again, under the lock.

    False, and nothing happens, when it was overtaken by another policy or another map.
    """
    host.acquire()
    try:
        mend(host, truth)
        if truth.shape() != new.shape or not host.keeps(new.number):
            return False
        keys = tuple(tail())
        for key, packed in truth.read(new.shape, keys).items():
            if not new.slot(key) and new.is_full:
                return False
            new.put(new.slot(key) or new.add(key), packed)
        host.control[CURRENT] = new.number
        return True
    finally:
        host.release()
