"""Argon2id (RFC 9106) by argon2-cffi, and the same work for names that nobody has."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

AT_ONCE: Final = 2
"""How many are hashed at a time in a process: each takes its memory."""
_TURNS: Final = threading.BoundedSemaphore(AT_ONCE)


@dataclass(frozen=True, slots=True)
class Costs:
    """What a hash takes: passes over its memory, that memory in KiB, and lanes (RFC 9106, 4: the second recommendation)."""

    passes: int = 3
    memory_kib: int = 65536
    lanes: int = 1


class Hasher:
    """Hashes, and compares. Threads may share it."""

    def __init__(self, costs: Costs, salt: Callable[[], bytes] | None = None) -> None:
        """`salt` gives 16 fresh bytes each time; None: the library draws them."""
        self._salt = salt
        self._hasher = PasswordHasher(
            time_cost=costs.passes, memory_cost=costs.memory_kib, parallelism=costs.lanes, type=Type.ID
        )
        self._nobody: str | None = None

    def hashed(self, password: str) -> str:
        """What is kept of a password, as PHC strings write it, with its salt and costs."""
        salt = self._salt() if self._salt is not None else None
        with _TURNS:
            return self._hasher.hash(password, salt=salt)

    def fits(self, kept: str | None, password: str) -> bool:
        """Whether a password is the one that was kept; without one to compare with (None) the same work, and False."""
        held = kept or self._nobodys()
        with _TURNS:
            try:
                self._hasher.verify(held, password)
            except (VerificationError, InvalidHashError):
                return False
        return kept is not None

    def outgrown(self, kept: str) -> bool:
        """Whether it was made with other costs than are chosen now."""
        return self._hasher.check_needs_rehash(kept)

    def _nobodys(self) -> str:
        """A hash under the costs in use, that stands for names nobody has."""
        if self._nobody is None:
            self._nobody = self.hashed("nobody")
        return self._nobody
