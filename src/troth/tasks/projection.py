"""Tasks as the headers tell them: made, assigned, shown by whatever the register of safeguards was shown, or attested here."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from troth.ledger import Event, Payload
from troth.policy.terms import PeriodTerm
from troth.tasks import evidence, store
from troth.tasks.model import Reminder, Sending
from troth.tasks.rules import ends, id_of


class TasksProjection:
    """States of tasks and reminders."""

    name: Final = "tasks"
    kinds: Final = ("tasks:", evidence.SHOWN)
    tables: Final = (store.tasks, store.reminders)
    opens: Final[tuple[str, ...]] = ()

    def apply(self, connection: Connection, event: Event, payload: Payload | None) -> None:
        """Bring the tables up to this event."""
        said, of = evidence.pairs(event), event.organisation
        if event.kind == evidence.SHOWN:
            self._shown(connection, event, id_of(evidence.safeguard_of(event), int(said["item"])), said)
        elif event.kind == evidence.DONE:
            self._shown(connection, event, said["task"], said)
        elif event.kind == evidence.MADE:
            self._made(connection, event, said)
        elif event.kind == evidence.ASSIGNED:
            store.change(connection, of, said["task"], {"owner": said.get("owner", "")})
        elif event.kind == evidence.DROPPED:
            store.change(connection, of, said["task"], {"dropped": True})
        elif event.kind.startswith(evidence.REMINDED):
            state = Sending(event.kind.removeprefix(evidence.REMINDED))
            one = Reminder(said["reminder"], said["task"], said["step"], state, event.occurred_at)
            store.put_reminder(connection, of, one)

    def _made(self, connection: Connection, event: Event, said: dict[str, str]) -> None:
        values: dict[str, Any] = {
            "lasts": said["lasts"], "due_at": datetime.fromisoformat(said["due"]), "dropped": False,
        }  # fmt: skip
        if store.find(connection, event.organisation, said["task"]) is not None:
            store.change(connection, event.organisation, said["task"], values)
            return
        store.put(
            connection,
            values
            | {
                "organisation": event.organisation, "task": said["task"], "statement": said["about"],
                "item": int(said["item"]), "owner": "", "made_at": event.occurred_at, "done_at": None, "done_by": "",
                "document": "", "expires_at": None,
            },
        )  # fmt: skip

    def _shown(self, connection: Connection, event: Event, task: str, said: dict[str, str]) -> None:
        found = store.find(connection, event.organisation, task)
        if found is None:
            return
        until = said.get("until", "")
        value, _, unit = f"{found.lasts.value}_{found.lasts.unit}".partition("_")
        expires = ends(event.occurred_at, PeriodTerm(int(value), unit))
        if until:
            expires = min(expires, datetime.fromisoformat(until))
        store.change(
            connection, event.organisation, task,
            {
                "done_at": event.occurred_at, "done_by": said.get("by", ""), "document": said.get("document", ""),
                "expires_at": expires,
            },
        )  # fmt: skip
