"""Randomness, handed in: whoever makes an id or a salt is given a source, so that every run can be repeated.

The source that reads the operating system's randomness lives in the hall, not here.
"""

from __future__ import annotations

import hashlib
from typing import Protocol


class Entropy(Protocol):
    """A source of bytes."""

    def bytes(self, n: int) -> bytes:
        """The next n bytes."""
        ...


class SeededEntropy:
    """The same bytes for the same seed, on every machine: SHAKE-256 over seed and counter.

    For tests, simulations and replays only. Whoever knows the seed knows every byte, so keys are never made from it.
    """

    __slots__ = ("_count", "_seed")

    def __init__(self, seed: str | int) -> None:
        self._seed = hashlib.sha256(str(seed).encode()).digest()
        self._count = 0

    def bytes(self, n: int) -> bytes:
        """The next n bytes of the stream."""
        block = self._seed + self._count.to_bytes(8, "big")
        self._count += 1
        return hashlib.shake_256(block).digest(n)
