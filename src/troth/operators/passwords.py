"""Passwords: Argon2id (RFC 9106) by argon2-cffi, and their strength by zxcvbn, which knows the words people think of first."""

from __future__ import annotations

import threading
from functools import cache
from typing import Final

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

LEAST: Final = 10
LONGEST: Final = 256
SCORE: Final = 3
"""Of 4: safely unguessable, moderate protection from offline attacks."""
AT_ONCE: Final = 2
"""How many are hashed at a time: each takes 64 MiB."""
_TURNS: Final = threading.BoundedSemaphore(AT_ONCE)
_HASHER: Final = PasswordHasher(time_cost=3, memory_cost=65536, parallelism=1, type=Type.ID)


def hashed(password: str) -> str:
    """What is kept of a password, with its salt and costs."""
    with _TURNS:
        return _HASHER.hash(password)


def fits(kept: str | None, password: str) -> bool:
    """Whether a password is the one that was kept; without one to compare with, the same work is done for nothing."""
    with _TURNS:
        try:
            right = _HASHER.verify(kept or _nobody(), password[:LONGEST])
        except (VerificationError, InvalidHashError):
            return False
    return right and kept is not None


@cache
def _nobody() -> str:
    """A hash that stands for names nobody has."""
    return _HASHER.hash("nobody")


def weakness(password: str, about: tuple[str, ...] = ()) -> str:
    """Why a password cannot be taken: `short`, `long`, `weak`; '' when it can."""
    if len(password) < LEAST:
        return "short"
    if len(password) > LONGEST:
        return "long"
    import zxcvbn  # its lists of words are loaded by the first password that is chosen, not by every start

    score: int = zxcvbn.zxcvbn(password[:72], user_inputs=list(about))["score"]
    return "weak" if score < SCORE else ""
