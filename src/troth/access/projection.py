"""What the headers tell of fields, tokens and reads, kept in tables; cells are data, which no event repeats."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

from troth.access import evidence, store
from troth.access.model import Counted
from troth.ledger import Event, Payload


class AccessProjection:
    """Fields, tokens and counts of reads."""

    name: Final = "access"
    kinds: Final = ("access:field:", evidence.ISSUED, evidence.REVOKED, evidence.COUNTED)
    tables: Final = (store.fields, store.tokens, store.reads)
    opens: Final[tuple[str, ...]] = ()

    def apply(self, connection: Connection, event: Event, payload: Payload | None) -> None:
        """Bring the tables up to this event."""
        of = event.organisation
        if event.kind == evidence.FIELD_DECLARED:
            store.declare(connection, of, evidence.field_of(event))
        elif event.kind == evidence.ISSUED:
            store.keep(connection, of, evidence.token_of(event))
        elif event.kind == evidence.REVOKED:
            store.drop(connection, of, evidence.pairs(event)["token"][0])
        elif event.kind == evidence.COUNTED:
            for (role, purpose), (permitted, refused) in evidence.counts_of(event).items():
                one = Counted(role, purpose, event.origin.value, permitted, refused, event.occurred_at)
                store.count(connection, of, one)
