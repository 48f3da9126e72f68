"""Guardians and minors as state and as evidence: who was asked to answer for whom, with which proof; minors found too early.

A guardian is a subject of the same organisation, named in codes by pseudonym alone; the code that proves the address stands there
as a keyed digest, which nobody can try out without the organisation's key.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from troth.ledger import Draft, Event, Origin
from troth.subjects import Act

ASKED: Final = "consent:guardian:asked"
FAILED: Final = "consent:guardian:failed"
CONFIRMED: Final = "consent:guardian:confirmed"
ENDED: Final = "consent:guardian:ended"
ACTED: Final = "consent:guardian:acted"
"""A guardian did something for the minor; what it was stands in the entry before."""
FOUND: Final = "consent:minor:found"
PURGED: Final = "consent:minor:purged"
ATTESTED: Final = "consent:minor:attested"
MOST_TRIES: Final = 5
"""Wrong codes after which a ticket is worth nothing. Chosen, not promised by any text."""
LASTS: Final = timedelta(days=7)
"""How long a guardian may take to type the code in. Chosen, not promised by any text."""


class Standing(StrEnum):
    """Where asking a guardian stands."""

    ASKED = "asked"
    CONFIRMED = "confirmed"
    ENDED = "ended"


class Tried(StrEnum):
    """What came of a code."""

    RIGHT = "right"
    WRONG = "wrong"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Guardian:
    """A person asked to answer for a minor: by which ticket, where that stands, and what proves it."""

    ticket: str
    minor: str
    """The pseudonym."""
    guardian: str
    """The pseudonym."""
    state: Standing
    proof: str
    code: str
    tries: int
    asked_at: datetime
    until: datetime
    confirmed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A minor whose data were taken without a guardian's consent: under which rule, and by when they go (None: no figure)."""

    sequence: int
    minor: str
    rule: str
    at: datetime
    due: datetime | None
    purged_at: datetime | None = None


def asked(act: Act, guardian: str, ticket: str, code: str, until: datetime) -> Draft:
    """Somebody was named as a minor's guardian, and a code went to their address."""
    codes = (f"ticket={ticket}", f"guardian={guardian}", f"code={code}", f"until={until.isoformat()}")
    return act.draft(ASKED, *codes)


def moved(kind: str, act: Act, ticket: str, *codes: str) -> Draft:
    """A wrong code, the right one, or the end."""
    return act.draft(kind, f"ticket={ticket}", *codes)


def found(act: Act, rules: Iterable[str], due: datetime | None) -> Draft:
    """A minor's data were found that no guardian agreed to."""
    more = (f"due={due.isoformat()}",) if due is not None else ()
    return act.draft(FOUND, *(f"rule={rule}" for rule in rules), *more)


def purged(of: int, rules: Iterable[str], elsewhere: int, policy: str, at: datetime, origin: Origin) -> Draft:
    """They are gone here; so many others were given some of them and are still to be told. Nobody's name is left to give."""
    codes = (f"of={of}", f"elsewhere={elsewhere}", *(f"minor:{rule}" for rule in rules))
    return Draft(PURGED, at, policy=policy, codes=codes, origin=origin)


def attested(
    act: Act, tenant: str, document: str, until: datetime, rules: Iterable[str], duties: Iterable[str]
) -> Draft:
    """A tenant stated that the guardians of its minors agreed; `document` is the digest of the statement."""
    codes = (f"tenant={tenant}", f"document={document}", f"until={until.isoformat()}", "grade:attestation")
    done = (*(f"minor:{rule}" for rule in rules), *(f"user_duty:{one}" for one in duties))
    return act.draft(ATTESTED, *codes, *done)


def said(event: Event) -> dict[str, str]:
    """What an event says by name."""
    return {name: value for name, is_pair, value in (code.partition("=") for code in event.codes) if is_pair}
