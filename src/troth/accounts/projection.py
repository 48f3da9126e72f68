"""Where accounts stand, and how often what happened, as the headers tell it. Names, hashes and sessions are secrets and no evidence."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

from troth.accounts import evidence, store
from troth.accounts.model import Level, State
from troth.accounts.tables import counts, states
from troth.ledger import Event, Payload
from troth.subjects.evidence import ERASED

_DETAILS: Final = ("purpose", "why", "level", "kind", "what", "result")


class AccountsProjection:
    """States of accounts, and counts."""

    name: Final = "accounts"
    kinds: Final = ("accounts:", ERASED)
    tables: Final = (states, counts)
    opens: Final[tuple[str, ...]] = ()

    def apply(self, connection: Connection, event: Event, payload: Payload | None) -> None:
        """Bring the tables up to this event."""
        of = event.organisation
        if event.kind == ERASED:
            assert event.subject is not None
            store.close_of(connection, of, event.subject, event.occurred_at)
            return
        said = evidence.pairs(event)
        self._moved(connection, event, said)
        detail = ",".join(said[name] for name in _DETAILS if name in said)
        what = event.kind.removeprefix("accounts:")
        store.count(connection, of, what, detail[:64], event.origin.value, event.occurred_at)

    def _moved(self, connection: Connection, event: Event, said: dict[str, str]) -> None:
        of, at = event.organisation, event.occurred_at
        if event.kind == evidence.OPENED:
            store.put(
                connection, states, organisation=of, account=said["account"], subject=event.subject or "",
                state=State.OPEN.value, opened_at=at, changed_at=at, level=said["level"],
            )  # fmt: skip
        elif event.kind == evidence.CLOSED:
            store.change(connection, of, said["account"], state=State.CLOSED.value, changed_at=at)
        elif event.kind == evidence.RAISED:
            store.change(connection, of, said["account"], level=Level(said["level"]).value, changed_at=at)
