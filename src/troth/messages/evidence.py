"""What this room records. Codes name classes, states and random ids; addresses stand there as keyed digests alone, words never.

Who is on a list of those nobody writes to outlives the person's erasure: the entry names no subject, and only whoever has the
organisation's own key can tell which address a digest is of.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from troth.ledger import Draft, Event, Origin
from troth.messages.model import State, Suppression, Why

MOVED: Final = "messages:message:"
"""Followed by the state a message came to."""
SET: Final = "messages:suppression:set"
LIFTED: Final = "messages:suppression:lifted"
HELD: Final = "messages:suppression:refused"
"""A message did not go because of an opt-out: an occasion on which the promise was kept."""
UNSUBSCRIBED: Final = "messages:person:unsubscribed"
ANYTHING: Final = "-"
"""Stands for a purpose where all are meant: no id of a policy is written so."""


def moved(
    state: State,
    id: str,
    subject: str | None,
    at: datetime,
    origin: Origin,
    *,
    policy: str | None = None,
    said: Mapping[str, str] | None = None,
) -> Draft:
    """A message came to a state; `said` is what else is to be known of it."""
    codes = (f"id={id}", *(f"{name}={value}" for name, value in (said or {}).items() if value))
    return Draft(f"{MOVED}{state.value}", at, subject=subject, policy=policy, codes=codes, origin=origin)


def held(message: str, id: str, subject: str, policy: str, at: datetime, origin: Origin) -> Draft:
    """An opt-out stood in the way of a message of this class."""
    codes = (f"message:{message}", f"id={id}")
    return Draft(HELD, at, subject=subject, policy=policy, codes=codes, origin=origin)


def suppressed(one: Suppression, origin: Origin) -> Draft:
    """An address is written to no more."""
    codes = (*_scope(one.digest, one.channel, one.purpose), f"why={one.why.value}")
    return Draft(SET, one.since, codes=codes, origin=origin)


def lifted(digest: str, channel: str, purpose: str, at: datetime, origin: Origin) -> Draft:
    """An address may be written to again, where everything else lets it."""
    return Draft(LIFTED, at, codes=_scope(digest, channel, purpose), origin=origin)


def unsubscribed(id: str, subject: str, policy: str, at: datetime, origin: Origin) -> Draft:
    """A person left by the link in a message: an act of its own, beside any objection that the policy says goes with it."""
    return Draft(UNSUBSCRIBED, at, subject=subject, policy=policy, codes=(f"id={id}",), origin=origin)


def pairs(event: Event) -> dict[str, str]:
    """What an event says by name."""
    return {name: value for name, is_pair, value in (c.partition("=") for c in event.codes) if is_pair}


def suppression_of(event: Event) -> Suppression:
    """The suppression that an event sets or lifts."""
    said = pairs(event)
    purpose = "" if said["purpose"] == ANYTHING else said["purpose"]
    why = Why(said.get("why", Why.ASKED))
    return Suppression(said["digest"], said["channel"], purpose, why, event.occurred_at)


def _scope(digest: str, channel: str, purpose: str) -> tuple[str, ...]:
    return (f"digest={digest}", f"channel={channel}", f"purpose={purpose or ANYTHING}")
