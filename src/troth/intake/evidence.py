"""What this room records. All of it stands in codes: numbers, states, keyed digests, dates. Words and files never enter the ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from troth.ledger import Draft, Event, Origin

TICKET: Final = "intake:ticket:"
"""Followed by what happened to it."""
RECEIVED: Final = f"{TICKET}received"
SAID: Final = f"{TICKET}said"
ASKED: Final = f"{TICKET}asked"
PROVEN: Final = f"{TICKET}proven"
ANSWERED: Final = f"{TICKET}answered"
CLOSED: Final = f"{TICKET}closed"
REOPENED: Final = f"{TICKET}reopened"
WITHDRAWN: Final = f"{TICKET}withdrawn"
DUPLICATE: Final = f"{TICKET}duplicate"
MERGED: Final = f"{TICKET}merged"
EXTENDED: Final = f"{TICKET}extended"
ALERTED: Final = f"{TICKET}alerted"
TYPED: Final = f"{TICKET}typed"
"""Staff read what somebody wrote, and say what it is."""
READ: Final = f"{TICKET}read"
EMPTIED: Final = f"{TICKET}emptied"
"""Its time of keeping ended: the words are gone."""
PASSED_OVER: Final = "intake:mail:passed_over"
"""A mail that is no ticket: an automatic answer, a bounce, one of our own, one that came before."""


def happened(
    kind: str,
    number: str,
    at: datetime,
    origin: Origin,
    *,
    subject: str | None = None,
    policy: str | None = None,
    said: Mapping[str, str] | None = None,
    keys: Sequence[str] = (),
) -> Draft:
    """Something happened to a ticket; `keys` are the statements it is an occasion of, `said` what else is known by name."""
    codes = (f"id={number}", *(f"{name}={value}" for name, value in (said or {}).items()), *keys)
    return Draft(kind, at, subject=subject, policy=policy, codes=codes, origin=origin)


def passed_over(mail: str, why: str, at: datetime, origin: Origin) -> Draft:
    """A mail was looked at and made no ticket."""
    return Draft(PASSED_OVER, at, codes=(f"mail={mail}", f"why={why}"), origin=origin)


def pairs(event: Event) -> dict[str, str]:
    """What an event says by name."""
    return {name: value for name, equals, value in (code.partition("=") for code in event.codes) if equals}
