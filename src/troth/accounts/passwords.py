"""Passwords: how strong one is, its hash (Argon2id, RFC 9106), and the same work for accounts that do not exist.

The estimator is zxcvbn (Wheeler, USENIX Security 2016), in the words of whoever maintains its port; advice comes as codes, so that
every language can say it.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type

from troth.accounts import rules
from troth.accounts.errors import PasswordWeak
from troth.accounts.model import Settings
from troth.kernel.entropy import Entropy

MOST_JUDGED: Final = 72
"""Signs the estimator looks at: what is longer is judged by its beginning."""
AT_ONCE: Final = 2
"""Hashes made at the same time: each takes its memory."""
ADVICE: Final = "Take three or four words that do not belong together, and none of your own names."


@dataclass(frozen=True, slots=True)
class Strength:
    """How a password was judged: 0 (guessed at once) to 4, and why, in the estimator's own words."""

    score: int
    warning: str = ""
    advice: tuple[str, ...] = ()


class Passwords:
    """Hashes and judges. Threads may share it."""

    def __init__(self, settings: Settings, entropy: Entropy) -> None:
        self.settings = settings
        self.verified = 0
        """How many hashes were compared since the start, those of nobody included."""
        self._entropy = entropy
        self._hasher = PasswordHasher(
            time_cost=settings.passes, memory_cost=settings.memory_kib, parallelism=settings.lanes, type=Type.ID
        )  # fmt: skip
        self._nobody: str | None = None
        self._turn = threading.BoundedSemaphore(AT_ONCE)
        self._counting = threading.Lock()

    def judged(self, password: str, *own: str) -> Strength:
        """How strong a password is, given what everybody may know of its owner."""
        from zxcvbn import (
            zxcvbn,  # its lists of words are loaded by the first password that is chosen, not by every start
        )

        known = [word[:MOST_JUDGED] for word in own if word]
        found = zxcvbn(password[:MOST_JUDGED], user_inputs=known, max_length=MOST_JUDGED)
        said = found["feedback"]
        return Strength(int(found["score"]), str(said["warning"]), tuple(map(str, said["suggestions"])))

    def accepted(self, password: str, *own: str) -> tuple[str, Strength]:
        """The password as it is hashed, once it is strong enough. Raises PasswordWeak."""
        normal = rules.password(password, self.settings)
        found = self.judged(normal, *own)
        if found.score < self.settings.least_score:
            help = " ".join((found.warning, *found.advice)).strip() or ADVICE
            raise PasswordWeak("This password would be guessed.", help, score=found.score)
        return normal, found

    def hashed(self, normal: str) -> str:
        """Its hash, as PHC strings write it, with a salt of its own."""
        with self._turn:
            return self._hasher.hash(normal, salt=self._entropy.bytes(16))

    def verify(self, hash: str | None, typed: str) -> bool:
        """Whether a password is the one that was hashed. For an account that is none (`None`) the same work, and False."""
        held = hash or self._dummy()
        with self._counting:
            self.verified += 1
        try:
            normal = rules.password(typed, self.settings)
        except PasswordWeak:
            normal, hash = "-" * self.settings.shortest, None
        with self._turn:
            try:
                self._hasher.verify(held, normal)
            except (VerificationError, InvalidHashError):
                return False
        return hash is not None

    def outgrown(self, hash: str) -> bool:
        """Whether it was made with other parameters than are chosen now."""
        return self._hasher.check_needs_rehash(hash)

    def _dummy(self) -> str:
        """A hash under the parameters in use, of a password nobody knows."""
        if self._nobody is None:
            self._nobody = self.hashed(self._entropy.bytes(24).hex())
        return self._nobody
