"""Why a password was refused, as one word that every language can explain; the estimator itself says it in English alone."""

from __future__ import annotations

from typing import Final

from troth.accounts.errors import PasswordWeak

LENGTH: Final = "length"
GUESSED: Final = "guessed"
_SIGNS: Final = (
    ("keys are easy", "keyboard"),
    ("keyboard patterns", "keyboard"),
    ("Repeats like", "repeat"),
    ("Sequences like", "sequence"),
    ("Recent years", "date"),
    ("Dates are", "date"),
    ("names", "name"),
    ("common", "common"),
    ("word by itself", "word"),
)
"""What the estimator's warnings contain, and the word for it; the first that fits counts."""
REASONS: Final = tuple(dict.fromkeys((LENGTH, GUESSED, *(word for _, word in _SIGNS))))


def reason(problem: PasswordWeak) -> str:
    """Why, as one of REASONS: too short or too long, or what would make it easy to guess, as far as that is known."""
    if "score" not in problem.data:
        return LENGTH
    warning, end, _ = problem.help.partition(" easy to guess.")
    warning = warning + end if end else problem.help.partition(". ")[0]
    return next((word for sign, word in _SIGNS if sign.lower() in warning.lower()), GUESSED)
