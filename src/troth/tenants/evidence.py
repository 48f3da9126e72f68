"""What this room records: somebody joined a tenant, in a role, or left it. The subject is a pseudonym; codes name the tenant alone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from troth.ledger import Draft, Event, Origin
from troth.tenants.model import Role

ROOM: Final = "tenants:"
ADDED: Final = f"{ROOM}member:added"
REMOVED: Final = f"{ROOM}member:removed"


def added(subject: str, tenant: str, role: Role, policy: str, at: datetime, origin: Origin) -> Draft:
    """Somebody belongs to a tenant, in this role, from now on."""
    codes = (f"tenant={tenant}", f"role:{role.value}")
    return Draft(ADDED, at, subject=subject, policy=policy, codes=codes, origin=origin)


def removed(subject: str, tenant: str, policy: str, at: datetime, origin: Origin) -> Draft:
    """Somebody belongs to a tenant no more."""
    return Draft(REMOVED, at, subject=subject, policy=policy, codes=(f"tenant={tenant}",), origin=origin)


def roles(events: Iterable[Event]) -> dict[str, Role]:
    """By tenant, what somebody is there now, after these events of theirs in order."""
    found: dict[str, Role] = {}
    for event in events:
        said = dict(code.replace("=", ":", 1).split(":", 1) for code in event.codes)
        if event.kind == ADDED:
            found[said["tenant"]] = Role(said["role"])
        elif event.kind == REMOVED:
            found.pop(said["tenant"], None)
    return found
