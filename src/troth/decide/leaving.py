"""The sixth form of question: a person is about to leave for a third party; was all shown that the policy says is shown there?

Sources: capability 11 of the five policies.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from troth.policy.catalogue import Catalogue
from troth.policy.model import Boundary


class Passing(StrEnum):
    """Whether somebody may be led out."""

    GO = "go"
    WAIT = "wait"
    NONE = "none"
    """This policy promises nothing at its border."""


@dataclass(frozen=True, slots=True)
class Leaving:
    """Somebody is led to a third party after these were shown, in the policy's own words."""

    shown: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class LeavingAnswer:
    """Whether they may be led out, on which statements and clauses, and what was not shown."""

    outcome: Passing
    statements: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


def answer_leaving(catalogue: Catalogue, leaving: Leaving) -> LeavingAnswer:
    """Whether a person may be led out: when everything that the borders of this policy show was shown."""
    borders = borders_of(catalogue)
    if not borders:
        return LeavingAnswer(Passing.NONE)
    asked = tuple(dict.fromkeys(one for border in borders for one in border.shows))
    missing = tuple(one for one in asked if one not in leaving.shown)
    return LeavingAnswer(
        Passing.WAIT if missing else Passing.GO,
        tuple(border.key for border in borders),
        tuple(sorted({clause for border in borders for clause in border.clauses})),
        missing,
    )


def borders_of(catalogue: Catalogue) -> tuple[Boundary, ...]:
    """The boundaries at which something is shown before a person leaves."""
    return tuple(one for one in catalogue.all(Boundary) if one.leaving)
