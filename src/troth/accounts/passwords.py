"""The passwords of people's accounts: which are taken, by what the operator chose, and the same work for accounts that do not exist."""

from __future__ import annotations

import threading
from typing import Final

from troth.accounts import rules
from troth.accounts.errors import PasswordWeak
from troth.accounts.model import Settings
from troth.kernel.entropy import Entropy
from troth.passwords import Costs, Hasher, Strength, judge

ADVICE: Final = "Take three or four words that do not belong together, and none of your own names."


class Passwords:
    """Hashes and judges. Threads may share it."""

    def __init__(self, settings: Settings, entropy: Entropy) -> None:
        self.settings = settings
        self.verified = 0
        """How many hashes were compared since the start, those of nobody included."""
        costs = Costs(settings.passes, settings.memory_kib, settings.lanes)
        self._hasher = Hasher(costs, lambda: entropy.bytes(16))
        self._counting = threading.Lock()

    def judged(self, password: str, *own: str) -> Strength:
        """How strong a password is, given what everybody may know of its owner."""
        return judge(password, *own)

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
        return self._hasher.hashed(normal)

    def verify(self, hash: str | None, typed: str) -> bool:
        """Whether a password is the one that was hashed. For an account that is none (`None`) the same work, and False."""
        with self._counting:
            self.verified += 1
        try:
            normal = rules.password(typed, self.settings)
        except PasswordWeak:
            normal, hash = "-" * self.settings.shortest, None
        return self._hasher.fits(hash, normal)

    def outgrown(self, hash: str) -> bool:
        """Whether it was made with other parameters than are chosen now."""
        return self._hasher.outgrown(hash)
