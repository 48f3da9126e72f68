"""The words of one organisation, as a process uses them: look up, change, pack everybody anew."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Final

from troth.words import protocol
from troth.words.epoch import Epoch
from troth.words.model import Hit, Shape
from troth.words.protocol import CURRENT, Change, Host, Truth

AT_ONCE: Final = 256
"""People packed between two looks at the database."""


class SharedWords:
    """The words of one organisation. Threads may share it; make one per process.

    Every process that changes what is known of people goes through `changing`, whether it reads words or not.
    """

    def __init__(self, host: Host, truth: Truth) -> None:
        self._host = host
        self._truth = truth
        self._control = host.control
        self._epoch: Epoch | None = None

    def find(self, key: str, at: float) -> Hit | None:
        """The words of a person that are true now, `at` being now in seconds; None: read the database.

        The number of the current epoch is read anew by every look-up, so that none which begins after a swap reads an older map.
        Whoever is not in the words is packed on the way, if nobody is changing anything.
        """
        epoch = self._epoch
        known = epoch is not None and epoch.number == self._control[CURRENT]
        found = epoch.find(key, at) if epoch is not None and known else self._look(key, at)
        if found is not None:
            return found
        epoch = self._epoch
        if epoch is None or epoch.number != self._control[CURRENT] or not epoch.through(key, at):
            try:
                protocol.admit(self._host, self._truth, key, at)
            except Exception:  # noqa: BLE001  a reader who cannot pack reads the database, which tells what is wrong
                return None
            return self._look(key, at)
        return None

    def at_hand(self, key: str, at: float) -> Hit | None:
        """As `find`, from memory alone: nobody is packed on the way, and nothing is waited for."""
        return self._look(key, at)

    def mend(self) -> None:
        """Clean up after a process that died in the middle of a change: as every change does, and whoever comes anew should.

        Until somebody does, those whom it was changing are too strictly told of, never too laxly.
        """
        if self._host.try_acquire():
            try:
                protocol.mend(self._host, self._truth)
            finally:
                self._host.release()

    def shape(self, number: int) -> Shape | None:
        """What the bits of an epoch mean, while it is the one at hand."""
        epoch = self._epoch
        return epoch.shape if epoch is not None and epoch.number == number else None

    @contextmanager
    def changing(self) -> Iterator[Change]:
        """Around a transaction, from before it begins until it is committed. Raises WordsLocked."""
        change = Change(self._host, self._truth)
        change.begin()
        try:
            yield change
        except BaseException:
            change.failed()
            raise
        change.committed()

    def repack(self, everybody: Iterable[str], tail: Callable[[], Iterable[str]], size: int = 0) -> bool:
        """Pack everybody into a map aside, replay what changed meanwhile (`tail`), and swap. Others go on all the while.

        False when another policy or another map overtook it. Raises WordsLocked, and what the database raises.
        """
        shape = self._truth.shape()
        self._host.acquire()
        try:
            epoch = protocol.make_epoch(self._host, shape, max(protocol.FIRST_CAPACITY, size * 2))
        finally:
            self._host.release()
        keys = iter(everybody)
        while chunk := tuple(islice(keys, AT_ONCE)):
            for key, packed in self._truth.read(shape, chunk).items():
                if epoch.is_full:
                    return False
                epoch.put(epoch.add(key), packed)
        return protocol.swap(self._host, self._truth, epoch, tail)

    def _look(self, key: str, at: float) -> Hit | None:
        number = self._control[CURRENT]
        epoch = self._epoch
        if epoch is None or epoch.number != number:
            epoch = self._epoch = self._host.current()
            if epoch is None:
                return None
        return epoch.find(key, at) if epoch.number == number else None
