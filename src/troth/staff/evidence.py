"""What this room records. Whoever works here is named by a random id; the display name is payload, and sealed with their key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from troth.kernel.ids import StaffId
from troth.ledger import Draft, Event, Origin
from troth.staff.model import Granted, Held, Training

ADDED: Final = "staff:member:added"
NAMED: Final = "staff:member:named"
LEFT: Final = "staff:member:left"
GRANTED: Final = "staff:role:granted"
REFUSED: Final = "staff:role:refused"
REVOKED: Final = "staff:role:revoked"
TRAINED: Final = "staff:training:recorded"


@dataclass(frozen=True, slots=True)
class Deed:
    """Who is told of, when, where the news comes from, and under which policy version."""

    member: StaffId
    at: datetime
    origin: Origin = Origin.OBSERVED
    policy: str | None = None

    def draft(self, kind: str, *codes: str, name: str = "") -> Draft:
        """An event about this member of staff."""
        return Draft(
            kind,
            self.at,
            subject=self.member,
            policy=self.policy,
            codes=(f"staff={self.member}", *codes),
            payload={"name": name} if name else None,
            origin=self.origin,
        )


def granting(deed: Deed, role: str, until: datetime | None, found: Granted) -> Draft:
    """A role was given, or refused and why; either way an occasion of what the policy says of the role."""
    codes = [f"role:{role}"]
    if found.granted:
        codes += [f"until={until.isoformat()}"] if until else []
        return deed.draft(GRANTED, *codes)
    codes += [f"reason={found.reason}", *(f"missing={course}" for course in found.missing)]
    return deed.draft(REFUSED, *codes)


def revoked(deed: Deed, role: str) -> Draft:
    """A role was taken away; no occasion that could break a promise, so the role is named without counting."""
    return deed.draft(REVOKED, f"role={role}")


def trained(deed: Deed, training: Training) -> Draft:
    """A course went on record with its dates."""
    codes = [
        f"course={training.course}",
        f"taken={training.taken.isoformat()}",
        f"expires={training.expires.isoformat()}",
    ]
    return deed.draft(TRAINED, *codes, *([f"document={training.document}"] if training.document else []))


def member_of(event: Event) -> StaffId:
    """Whom an event of this room is about."""
    return StaffId(_said(event)["staff"])


def role_of(event: Event) -> str:
    """The role an event is about."""
    return next(code[5:] for code in event.codes if code.startswith(("role:", "role=")))


def held_of(event: Event) -> Held:
    """The role that was given."""
    until = _said(event).get("until")
    return Held(role_of(event), event.occurred_at, datetime.fromisoformat(until) if until else None)


def training_of(event: Event) -> Training:
    """The course that went on record."""
    said = _said(event)
    taken, expires = (datetime.fromisoformat(said[name]) for name in ("taken", "expires"))
    return Training(said["course"], taken, expires, said.get("document", ""))


def _said(event: Event) -> dict[str, str]:
    pairs = (code.partition("=") for code in event.codes)
    return {name: value for name, equals, value in pairs if equals}
