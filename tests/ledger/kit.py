"""What the tests of the ledger share: a fixed clock, a key, drafts, and a small projection."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    PrimaryKeyConstraint,
    String,
    Table,
    insert,
    select,
    update,
)

from tests.support.drawer import OPEN_DRAWER
from troth.db import Database, metadata
from troth.kernel.clock import FixedClock
from troth.ledger import Draft, Event, Ledger, Payload, Projection, PseudonymKey, Sealer, Seals, Upcasters
from troth.vault.errors import SealBroken

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
KEY = PseudonymKey(b"k" * 32)


class Dice:
    """The machine's own randomness."""

    def bytes(self, n: int) -> bytes:
        return os.urandom(n)


def ledger_on(
    database: Database,
    organisation: str = "harbour",
    projections: Sequence[Projection] = (),
    upcasters: Upcasters | None = None,
    sealer: Sealer | None = None,
) -> Ledger:
    return Ledger(
        database,
        organisation,
        KEY,
        clock=FixedClock(NOON),
        entropy=Dice(),
        projections=projections,
        upcasters=upcasters,
        seals=Seals(organisation, sealer or OPEN_DRAWER, broken=SealBroken),
    )


def draft(number: int = 0, **changes: object) -> Draft:
    given: dict[str, object] = {
        "kind": "consent:choice:given",
        "occurred_at": NOON,
        "subject": f"sub_{number}",
        "policy": "sha256:" + "ab" * 32,
        "rule": "rules-1",
        "codes": ("newsletter", "1.10"),
        "payload": {"address": f"{number}@example.test"},
    }
    return Draft(**(given | changes))  # type: ignore[arg-type]


# A table of these tests alone: it belongs to another MetaData, so no migration speaks of it.
tallies = Table(
    "test_tallies",
    type(metadata)(),
    Column("organisation", String(64)),
    Column("subject", String(64)),
    Column("given", BigInteger),
    Column("last", BigInteger),
    PrimaryKeyConstraint("organisation", "subject"),
)


@dataclass(frozen=True)
class Tally:
    """How often each subject gave, and the number of the last time. Fails on the code `poison`."""

    name: str = "tally"
    kinds: tuple[str, ...] = ("consent:choice:given",)
    opens: tuple[str, ...] = ()
    tables: tuple[Table, ...] = (tallies,)

    def apply(self, connection: Connection, event: Event, payload: Payload | None) -> None:
        if "poison" in event.codes:
            raise ValueError("poison")
        key = (tallies.c.organisation == event.organisation) & (tallies.c.subject == event.subject)
        if connection.execute(select(tallies).where(key)).one_or_none() is None:
            row = {"organisation": event.organisation, "subject": event.subject, "given": 0, "last": 0}
            connection.execute(insert(tallies), row)
        connection.execute(update(tallies).where(key).values(given=tallies.c.given + 1, last=event.sequence))


def counts(connection: Connection) -> dict[str, int]:
    return {row.subject: row.given for row in connection.execute(select(tallies))}
