"""How strong a password is, by zxcvbn (Wheeler, USENIX Security 2016), which knows the words people think of first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MOST_JUDGED: Final = 72
"""Signs the estimator looks at: what is longer is judged by its beginning."""


@dataclass(frozen=True, slots=True)
class Strength:
    """How a password was judged: 0 (guessed at once) to 4, and why, in the estimator's own words."""

    score: int
    warning: str = ""
    advice: tuple[str, ...] = ()


def judge(password: str, *own: str) -> Strength:
    """How strong a password is, given what everybody may know of its owner."""
    from zxcvbn import (
        zxcvbn,
    )  # its lists of words are loaded by the first password that is chosen, not by every start

    known = [word[:MOST_JUDGED] for word in own if word]
    found = zxcvbn(password[:MOST_JUDGED], user_inputs=known, max_length=MOST_JUDGED)
    said = found["feedback"]
    return Strength(int(found["score"]), str(said["warning"]), tuple(map(str, said["suggestions"])))
