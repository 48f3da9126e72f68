"""The passwords of staff: which are taken, and their hashes."""

from __future__ import annotations

from typing import Final

from troth.passwords import Costs, Hasher, judge

LEAST: Final = 10
LONGEST: Final = 256
SCORE: Final = 3
"""Of 4: safely unguessable, moderate protection from offline attacks."""
_HASHER: Final = Hasher(Costs())


def hashed(password: str) -> str:
    """What is kept of a password, with its salt and costs."""
    return _HASHER.hashed(password)


def fits(kept: str | None, password: str) -> bool:
    """Whether a password is the one that was kept; without one to compare with, the same work is done for nothing."""
    return _HASHER.fits(kept, password[:LONGEST])


def weakness(password: str, about: tuple[str, ...] = ()) -> str:
    """Why a password cannot be taken: `short`, `long`, `weak`; '' when it can."""
    if len(password) < LEAST:
        return "short"
    if len(password) > LONGEST:
        return "long"
    return "weak" if judge(password, *about).score < SCORE else ""
