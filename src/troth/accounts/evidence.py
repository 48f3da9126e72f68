"""What this room records. Codes name ids, purposes, levels and reasons: no name, no address, no code, nor a digest of one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from troth.ledger import Draft, Event, Origin

ASKED: Final = "accounts:code:asked"
DELIVERED: Final = "accounts:code:delivered"
UNDELIVERED: Final = "accounts:code:undelivered"
TRIED: Final = "accounts:code:tried"
EXPIRED: Final = "accounts:code:expired"
OPENED: Final = "accounts:account:opened"
CLOSED: Final = "accounts:account:closed"
BOUND: Final = "accounts:address:bound"
UNBOUND: Final = "accounts:address:unbound"
PASSWORD_SET: Final = "accounts:password:set"  # noqa: S105
PASSWORD_REFUSED: Final = "accounts:password:refused"  # noqa: S105
SIGNED_IN: Final = "accounts:sign_in:made"
SIGN_IN_REFUSED: Final = "accounts:sign_in:refused"
SESSION_OPENED: Final = "accounts:session:opened"
SESSION_ENDED: Final = "accounts:session:ended"
LOCKED: Final = "accounts:lock:set"
UNLOCKED: Final = "accounts:lock:lifted"
TOLD: Final = "accounts:notice:sent"
STATED: Final = "accounts:accuracy:stated"
SHOWN: Final = "accounts:version:shown"
"""Whoever registered had the version in force before them."""
LINKED: Final = "accounts:provider:linked"
PROVIDER_REFUSED: Final = "accounts:provider:refused"
UNLINKED: Final = "accounts:provider:unlinked"
RAISED: Final = "accounts:assurance:raised"
CHECK_REFUSED: Final = "accounts:check:refused"
CHECK_ASKED: Final = "accounts:check:asked"
CHECKED: Final = "accounts:check:answered"
TEMPLATE_GONE: Final = "accounts:check:forgotten"


@dataclass(frozen=True, slots=True)
class Deed:
    """What the drafts of one act share: when, from where, and under which policy version."""

    at: datetime
    origin: Origin = Origin.OBSERVED
    policy: str | None = None

    def draft(
        self, kind: str, *codes: str, subject: str | None = None, duties: Collection[str] = ()
    ) -> Draft:
        """An event; `duties` are those of the policy that it is an occasion of."""
        said = (
            *(code for code in codes if not code.endswith("=")),
            *(f"user_duty:{one}" for one in sorted(duties)),
        )
        return Draft(kind, self.at, subject=subject, policy=self.policy, codes=said, origin=self.origin)


def pairs(event: Event) -> dict[str, str]:
    """What an event says by name."""
    return {name: value for name, is_pair, value in (c.partition("=") for c in event.codes) if is_pair}
