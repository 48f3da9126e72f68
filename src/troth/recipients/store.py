"""The table of what is on record about recipients: a function of headers."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from sqlalchemy import (
    Column,
    Connection,
    PrimaryKeyConstraint,
    String,
    Table,
    bindparam,
    delete,
    insert,
    select,
)

from troth.db import Instant, metadata
from troth.recipients.model import Entry

facts = Table(
    "recipients_facts",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("recipient", String(150), nullable=False),
    Column("fact", String(64), nullable=False),
    Column("since", Instant, nullable=False),
    Column("until", Instant, nullable=True),
    Column("stake", String(32), nullable=True),
    PrimaryKeyConstraint("organisation", "recipient", "fact"),
)
_ENTRIES: Final = select(facts).where(
    facts.c.organisation == bindparam("of"), facts.c.recipient == bindparam("who")
)


def load(connection: Connection, organisation: str, recipient: str) -> dict[str, Entry]:
    """What is on record about a recipient, by fact."""
    rows = connection.execute(_ENTRIES, {"of": organisation, "who": recipient})
    return {
        row.fact: Entry(row.fact, row.since, row.until, Decimal(row.stake) if row.stake else None)
        for row in rows
    }


def save(
    connection: Connection,
    organisation: str,
    recipient: str,
    before: dict[str, Entry],
    after: dict[str, Entry],
) -> None:
    """Bring the table from one record to another."""
    mine: dict[str, object] = {"organisation": organisation, "recipient": recipient}
    gone = [fact for fact, entry in before.items() if after.get(fact) != entry]
    if gone:
        connection.execute(
            delete(facts).where(
                facts.c.organisation == organisation, facts.c.recipient == recipient, facts.c.fact.in_(gone)
            )
        )
    new = [
        mine
        | {
            "fact": fact,
            "since": entry.since,
            "until": entry.until,
            "stake": None if entry.stake is None else str(entry.stake),
        }
        for fact, entry in after.items()
        if before.get(fact) != entry
    ]
    if new:
        connection.execute(insert(facts), new)
