"""How long things last, how lockout grows, which rights roles add up to."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from troth.operators.model import Elevation, Role, Session

SESSION_LASTS: Final = timedelta(hours=12)
IDLE: Final = timedelta(minutes=30)
SEEN_EVERY: Final = timedelta(minutes=1)
"""A session is written to at most this often."""
INVITE_LASTS: Final = timedelta(hours=72)
STEP_LASTS: Final = timedelta(minutes=5)
STEP_TRIES: Final = 5
FREE_TRIES: Final = 5
FIRST_LOCK: Final = timedelta(seconds=30)
LONGEST_LOCK: Final = timedelta(hours=1)
FORGIVEN_AFTER: Final = timedelta(hours=24)
PER_MINUTE: Final = 60
"""Tries to sign in that an organisation takes in a minute, whoever they name."""
APPROVAL_LASTS: Final = timedelta(hours=24)
GLASS_LASTS: Final = timedelta(minutes=30)
GLASS_LONGEST: Final = timedelta(hours=2)
REVIEW_WITHIN: Final = timedelta(days=7)
CLOCK_SLIP: Final = timedelta(minutes=2)
"""How far a clock may be set back before sessions of the time after count no more."""
LEAST_REASON: Final = 20
"""Letters a reason for an emergency has at least."""


def normal(name: str) -> str:
    """A sign-in name as it is compared: composed, folded, without blanks around it."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


def lock_of(failures: int) -> timedelta:
    """How long nothing is let in after so many failures in a row: doubles with each beyond the free ones."""
    if failures < FREE_TRIES:
        return timedelta(0)
    doubled: int = 2 ** min(failures - FREE_TRIES, 20)
    return min(FIRST_LOCK * doubled, LONGEST_LOCK)


def lasts(session: Session, at: datetime) -> bool:
    """Whether a session counts: within its fixed life, not idle for too long, and not from a time that is yet to come."""
    fresh = session.opened_at - CLOCK_SLIP <= at and at < session.seen_at + IDLE
    return fresh and at < session.until


def rights(
    table: Mapping[str, frozenset[str]],
    roles: Iterable[Role],
    policy_roles: Iterable[str],
    mapped: Mapping[str, str],
    at: datetime,
) -> tuple[tuple[str, ...], frozenset[str]]:
    """The product roles held at an instant, those that roles of the policy stand for among them, and what they may do."""
    held = {one.role for one in roles if one.holds(at)} | {
        mapped.get(role, role) for role in policy_roles if mapped.get(role, role) in table
    }
    return tuple(sorted(held)), frozenset().union(*(table.get(role, frozenset()) for role in held))


def overdue(
    elevations: Iterable[Elevation], at: datetime, within: timedelta = REVIEW_WITHIN
) -> list[Elevation]:
    """Elevations that nobody looked at in time."""
    return [one for one in elevations if one.reviewed_at is None and at >= one.since + within]
