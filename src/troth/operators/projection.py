"""Accounts, roles, requests and elevations as the headers tell them; and the end of every secret of whoever leaves."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import Connection, Table

from troth.kernel.ids import StaffId
from troth.ledger import Event, Payload
from troth.operators import evidence, safe, store
from troth.operators.model import Role, Stage

_DECIDED: Final = frozenset({Stage.APPROVED, Stage.DECLINED})


class OperatorsProjection:
    """Keeps the tables of operators as a function of headers."""

    name: Final = "operators"
    kinds: Final = ("operators:", evidence.LEFT)
    tables: tuple[Table, ...] = store.TABLES
    opens: tuple[str, ...] = ()

    def apply(self, connection: Connection, event: Event, payload: Payload | None) -> None:
        """Bring the tables up to this event."""
        said, kind = evidence.said(event), event.kind
        of = event.organisation
        if kind in (evidence.ENROLLED, evidence.CHANGED):
            ways = ",".join(evidence.ways_of(event))
            before = store.account(connection, of, said["staff"])
            since = before.since if before is not None else event.occurred_at
            store.put(connection, store.accounts, of, said["staff"], {"since": since, "ways": ways})
        elif kind == evidence.LEFT:
            store.shut(connection, of, said["staff"])
            safe.wipe(connection, of, said["staff"])
        elif kind.startswith("operators:role:"):
            self._role(connection, event, said)
        elif kind.startswith(evidence.APPROVAL):
            self._approval(connection, event, said)
        elif "glass" in said:
            self._glass(connection, event, said)

    def _role(self, connection: Connection, event: Event, said: dict[str, str]) -> None:
        member, role = StaffId(said["staff"]), said["product-role"]
        if event.kind == evidence.REVOKED:
            store.take(connection, event.organisation, member, role)
        else:
            until = evidence.instant_of(said.get("until"))
            store.give(connection, event.organisation, Role(member, role, event.occurred_at, until))

    def _approval(self, connection: Connection, event: Event, said: dict[str, str]) -> None:
        stage, id, at = Stage(event.kind.rpartition(":")[2]), said["approval"], event.occurred_at
        if stage is Stage.ASKED:
            row = {
                "action": said["action"], "digest": said["digest"], "stage": stage.value, "asked_by": said["by"],
                "asked_at": at, "expires_at": datetime.fromisoformat(said["expires"]),
            }  # fmt: skip
            store.put(connection, store.approvals, event.organisation, id, row)
            return
        values: dict[str, object] = {"stage": stage.value}
        values |= {"decided_by": said["by"], "decided_at": at} if stage in _DECIDED else {"carried_at": at}
        store.change(connection, store.approvals, event.organisation, id, values)

    def _glass(self, connection: Connection, event: Event, said: dict[str, str]) -> None:
        id, of = said["glass"], event.organisation
        if event.kind == evidence.GLASS_OPENED:
            row = {
                "member": said["staff"], "role": said["product-role"], "since": event.occurred_at,
                "until": datetime.fromisoformat(said["until"]), "told": 0, "acts": 0,
            }  # fmt: skip
            store.put(connection, store.elevations, of, id, row)
        elif event.kind == evidence.GLASS_TOLD:
            store.change(connection, store.elevations, of, id, {"told": int(said["told"])})
        elif event.kind == evidence.GLASS_REVIEWED:
            values = {
                "reviewed_by": said["by"], "reviewed_at": event.occurred_at, "justified": said["verdict"] == "justified",
            }  # fmt: skip
            store.change(connection, store.elevations, of, id, values)
        else:
            store.count_act(connection, of, id)
