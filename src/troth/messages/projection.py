"""Where messages stand and who is written to no more, as the headers tell it; words and links are data, which no event repeats."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from troth.ledger import Event, Payload
from troth.messages import evidence, store
from troth.messages.model import State
from troth.subjects.evidence import ERASED


class MessagesProjection:
    """States of messages, and opt-outs."""

    name: Final = "messages"
    kinds: Final = (evidence.MOVED, evidence.SET, evidence.LIFTED, ERASED)
    tables: Final = (store.states, store.suppressions)
    opens: Final[tuple[str, ...]] = ()

    def apply(self, connection: Connection, event: Event, payload: Payload | None) -> None:
        """Bring the tables up to this event."""
        of = event.organisation
        if event.kind == ERASED:
            assert event.subject is not None
            store.drop(connection, of, event.subject, event.occurred_at)
        elif event.kind == evidence.SET:
            store.suppress(connection, of, evidence.suppression_of(event))
        elif event.kind == evidence.LIFTED:
            one = evidence.suppression_of(event)
            store.lift(connection, of, one.digest, one.channel, one.purpose)
        else:
            self._moved(connection, event, State(event.kind.removeprefix(evidence.MOVED)))

    def _moved(self, connection: Connection, event: Event, state: State) -> None:
        said, of = evidence.pairs(event), event.organisation
        values: dict[str, Any] = {"state": state.value, "changed_at": event.occurred_at}
        for name in ("next", "expires"):
            if name in said:
                values[f"{name}_at"] = datetime.fromisoformat(said[name])
        values |= {name: said[name] for name in ("code", "tracking") if name in said}
        if "class" not in said:
            values |= {"attempts": int(said["attempt"])} if "attempt" in said else {}
            store.change(connection, of, said["id"], values)
            return
        fresh = {
            "organisation": of, "message": said["id"], "subject": event.subject or "", "message_class": said["class"],
            "what": said["what"], "purpose": said["purpose"], "channel": said["channel"], "attempts": 0,
            "queued_at": event.occurred_at, "next_at": None, "expires_at": None, "code": "", "tracking": "",
            "origin": event.origin.value,
        }  # fmt: skip
        store.put(connection, fresh | values)
