"""What this room records; recipients are named by the id the policy gives them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Final

from troth.ledger import Draft, Event, Origin
from troth.recipients.model import Entry

RECORDED: Final = "recipients:fact:recorded"
ENDED: Final = "recipients:fact:ended"


def recorded(recipient: str, entry: Entry, at: datetime, policy: str, origin: Origin) -> Draft:
    """A fact about a recipient goes on record."""
    codes = [f"recipient:{recipient}", entry.fact, f"since:{entry.since.isoformat()}"]
    codes += [f"until:{entry.until.isoformat()}"] if entry.until else []
    codes += [f"stake:{entry.stake}"] if entry.stake is not None else []
    return Draft(RECORDED, at, policy=policy, codes=tuple(codes), origin=origin)


def ended(recipient: str, fact: str, at: datetime, policy: str, origin: Origin) -> Draft:
    """A fact about a recipient ends, now."""
    return Draft(ENDED, at, policy=policy, codes=(f"recipient:{recipient}", fact), origin=origin)


def recipient_of(event: Event) -> str:
    """The recipient an event of this room is about."""
    return event.codes[0].partition(":")[2]


def entry_of(event: Event) -> Entry:
    """The fact that went on record."""
    said = dict(code.split(":", 1) for code in event.codes[2:])
    return Entry(
        event.codes[1],
        datetime.fromisoformat(said["since"]),
        datetime.fromisoformat(said["until"]) if "until" in said else None,
        Decimal(said["stake"]) if "stake" in said else None,
    )
