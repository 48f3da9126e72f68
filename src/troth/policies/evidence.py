"""What this room records: that a version of the policy comes into force."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from troth.ledger import Draft, Event, Origin

ACTIVATED: Final = "policies:version:activated"
_SINCE: Final = "since:"


def activated(digest: str, since: datetime, at: datetime, origin: Origin) -> Draft:
    """A version comes into force at `since`."""
    return Draft(ACTIVATED, at, policy=digest, codes=(f"{_SINCE}{since.isoformat()}",), origin=origin)


def since_of(event: Event) -> datetime:
    """From when the version of an activation is in force."""
    return datetime.fromisoformat(
        next(code.removeprefix(_SINCE) for code in event.codes if code.startswith(_SINCE))
    )
