"""How the record of a recipient moves with an event, and what holds at an instant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from troth.ledger import Event
from troth.policies import Declared
from troth.policy.facts import Fact
from troth.recipients import evidence
from troth.recipients.model import Entry


def entered(entries: Mapping[str, Entry], event: Event) -> dict[str, Entry]:
    """The record of one recipient, by fact, after an event about it."""
    after = dict(entries)
    if event.kind == evidence.RECORDED:
        entry = evidence.entry_of(event)
        after[entry.fact] = entry
    elif event.kind == evidence.ENDED:
        after.pop(event.codes[1], None)
    return after


def held(recipient: str, entries: Iterable[Entry], declared: Declared, at: datetime) -> frozenset[Fact]:
    """The facts about a recipient that hold at an instant; control only above the stake this policy asks for."""
    return frozenset(
        Fact("recipient", entry.fact)
        for entry in entries
        if entry.holds(at) and (entry.fact != "controlled" or declared.exceeds(recipient, entry.stake))
    )


def next_change(entries: Iterable[Entry], at: datetime) -> datetime | None:
    """The next instant after this one at which something begins or ends by itself."""
    edges = (edge for entry in entries for edge in (entry.since, entry.until) if edge and edge > at)
    return min(edges, default=None)
