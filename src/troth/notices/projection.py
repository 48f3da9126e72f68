"""What was shown to whom, and what came in under it, as the headers tell it, until a person is erased. Runs after subjects."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

from troth.ledger import Event, Payload
from troth.notices import evidence, store
from troth.subjects import root_of
from troth.subjects.evidence import ERASED, MERGED


class NoticesProjection:
    """Texts, displays and submissions."""

    name: Final = "notices shown"
    kinds: Final = ("notices:", MERGED, ERASED)
    tables: Final = store.TABLES
    opens: Final[tuple[str, ...]] = ()

    def apply(self, connection: Connection, event: Event, payload: Payload | None) -> None:
        """Bring the tables up to this event."""
        of = event.organisation
        if event.kind == evidence.KEPT:
            said = evidence.pairs(event)
            row = {"digest": said["rendered"], "notice": said["of"], "version": said["version"]}
            store.put_text(connection, of, row | {"language": said["language"], "sequence": event.sequence})
        elif event.kind == evidence.SHOWN:
            assert event.subject is not None
            root = root_of(connection, of, event.subject)
            store.put_display(connection, of, root, evidence.display_in(event))
        elif event.kind in (evidence.TAKEN, evidence.REFUSED):
            (point,) = evidence.named(event, "point")
            taken = event.kind == evidence.TAKEN
            store.count_submission(connection, of, point, taken, event.origin.value, event.occurred_at)
        elif event.kind == MERGED:
            assert event.subject is not None
            store.move(connection, of, event.codes[0], root_of(connection, of, event.subject))
        elif event.kind == ERASED:
            assert event.subject is not None
            store.drop(connection, of, event.subject)
