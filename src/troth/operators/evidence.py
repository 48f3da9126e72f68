"""What this room records. Operators are named by their random id; what they wrote, and what they are called, is payload and sealed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from troth.kernel.ids import StaffId
from troth.ledger import Draft, Event, Origin
from troth.operators.model import Approval, Elevation, Operator, Stage, Way

INVITED: Final = "operators:invite:given"
ENROLLED: Final = "operators:account:enrolled"
CHANGED: Final = "operators:account:changed"
GRANTED: Final = "operators:role:granted"
REVOKED: Final = "operators:role:revoked"
OPENED: Final = "operators:session:opened"
ENDED: Final = "operators:session:ended"
LOCKED: Final = "operators:entry:locked"
BOOTSTRAPPED: Final = "operators:bootstrap:entered"
PERMITTED: Final = "operators:act:permitted"
REFUSED: Final = "operators:act:refused"
READ: Final = "operators:page:read"
APPROVAL: Final = "operators:approval:"
GLASS_OPENED: Final = "operators:glass:opened"
GLASS_TOLD: Final = "operators:glass:told"
GLASS_REVIEWED: Final = "operators:glass:reviewed"
LEFT: Final = "staff:member:left"
"""Of the room of staff: whoever leaves loses every way in, in the same transaction."""


@dataclass(frozen=True, slots=True)
class By:
    """Who does something to whom, when, under which policy. `by` is an operator, `bootstrap`, or `machine` for a command."""

    by: str
    at: datetime
    policy: str | None = None
    origin: Origin = Origin.OBSERVED

    def draft(
        self, kind: str, member: str | None, *codes: str, payload: Mapping[str, object] | None = None
    ) -> Draft:
        """An event about a member of staff, or about nobody."""
        named = (f"staff={member}",) if member else ()
        return Draft(
            kind, self.at, subject=member, policy=self.policy, codes=(*named, f"by={self.by}", *codes),
            payload=payload, origin=self.origin,
        )  # fmt: skip


def enrolled(deed: By, member: str, ways: Iterable[Way], kind: str = ENROLLED) -> Draft:
    """Somebody has these ways in from now on, and no other."""
    return deed.draft(kind, member, *(f"way={way.value}" for way in ways))


def granted(deed: By, member: str, role: str, until: datetime | None) -> Draft:
    """A product role was given."""
    return deed.draft(
        GRANTED, member, f"product-role={role}", *([f"until={until.isoformat()}"] if until else [])
    )


def session(deed: By, member: str, id: str, ways: Iterable[Way] = (), why: str = "") -> Draft:
    """A session was opened by these ways, or ended and why."""
    said = [f"way={way.value}" for way in ways] + ([f"reason={why}"] if why else [])
    return deed.draft(ENDED if why else OPENED, member, f"session={id}", *said)


def acted(
    kind: str, operator: Operator | None, action: str, route: str, at: datetime, policy: str | None
) -> Draft:
    """An act at a door was permitted or refused, or a page with personal data read; the roles of the policy held are named.

    Without an operator it is whoever holds the one-time link of the program that runs.
    """
    codes = [f"action={action}", f"route={route}"]
    if operator is None:
        return By("bootstrap", at, policy).draft(kind, None, *codes)
    codes += [f"session={operator.session.id}", *(f"product-role={role}" for role in operator.roles)]
    codes += [f"role:{role}" for role in operator.policy_roles]
    if operator.glass:
        codes += [f"glass={operator.glass}", *(["elevated=yes"] if action in operator.by_glass else [])]
    return By(operator.member, at, policy).draft(kind, operator.member, *codes)


def approval(deed: By, one: Approval, stage: Stage, *, reason: str = "", words: str = "") -> Draft:
    """A request for a second person moved. What it is about stands as a digest; what was written to it is sealed."""
    codes = [f"approval={one.id}", f"action={one.action}", f"digest={one.digest}"]
    if stage is Stage.ASKED:
        codes += [f"expires={one.expires_at.isoformat()}"]
    codes += [f"reason={reason}"] if reason else []
    return deed.draft(
        APPROVAL + stage.value, _member(deed.by), *codes, payload={"words": words} if words else None
    )


def glass_opened(deed: By, one: Elevation, reason: str) -> Draft:
    """An emergency elevation began; its reason is sealed."""
    codes = (f"glass={one.id}", f"product-role={one.role}", f"until={one.until.isoformat()}")
    return deed.draft(GLASS_OPENED, one.member, *codes, payload={"reason": reason})


def glass_told(deed: By, one: Elevation, told: int, failed: int) -> Draft:
    """How many administrators were written to, and how many could not be."""
    return deed.draft(GLASS_TOLD, one.member, f"glass={one.id}", f"told={told}", f"failed={failed}")


def glass_reviewed(deed: By, one: Elevation, justified: bool, words: str) -> Draft:
    """Somebody else judged an elevation."""
    said = "justified" if justified else "unjustified"
    return deed.draft(
        GLASS_REVIEWED, one.member, f"glass={one.id}", f"verdict={said}", payload={"words": words}
    )


def said(event: Event) -> dict[str, str]:
    """The codes of an event that name something, by name; the last of a name."""
    pairs = (code.partition("=") for code in event.codes)
    return {name: value for name, equals, value in pairs if equals}


def ways_of(event: Event) -> tuple[Way, ...]:
    """The ways in that an event names."""
    return tuple(Way(code[4:]) for code in event.codes if code.startswith("way="))


def instant_of(text: str | None) -> datetime | None:
    """An instant out of a code."""
    return datetime.fromisoformat(text) if text else None


def _member(by: str) -> StaffId | None:
    return StaffId(by) if by.startswith("stf_") else None
