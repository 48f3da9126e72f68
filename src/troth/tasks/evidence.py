"""What this room records: tasks, ids of staff, digests, dates. What shows a safeguard is recorded by its register, and read here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from troth.ledger import Draft, Event, Origin

MADE: Final = "tasks:task:made"
DROPPED: Final = "tasks:task:dropped"
ASSIGNED: Final = "tasks:task:assigned"
DONE: Final = "tasks:task:done"
"""Something was attested that no register of safeguards keeps: that a contact is reached."""
REMINDED: Final = "tasks:reminder:"
"""Followed by what became of it."""
SHOWN: Final = "safeguards:evidence:shown"


def about(
    kind: str, task: str, at: datetime, policy: str | None, said: Mapping[str, str], origin: Origin
) -> Draft:
    """Something happened to a task."""
    codes = (f"task={task}", *(f"{name}={value}" for name, value in said.items() if value))
    return Draft(kind, at, policy=policy, codes=codes, origin=origin)


def attested(
    task: str, statement: str, at: datetime, policy: str | None, said: Mapping[str, str], origin: Origin
) -> Draft:
    """Somebody says that a contact is reached: an attestation, and no more."""
    codes = (f"task={task}", statement, "grade:attestation", *(f"{k}={v}" for k, v in said.items() if v))
    real = Origin.ATTESTED if origin is Origin.OBSERVED else origin
    return Draft(DONE, at, policy=policy, codes=codes, origin=real)


def pairs(event: Event) -> dict[str, str]:
    """What an event says by name."""
    return {name: value for name, equals, value in (code.partition("=") for code in event.codes) if equals}


def safeguard_of(event: Event) -> str:
    """The safeguard that an event of the register is about, as a statement key."""
    return next((code for code in event.codes if code.startswith("safeguard:")), "")
