"""What this room records: which stage of which request, with counts and digests. No row, no key, no value of anybody's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from troth.ledger import Draft, Origin

OPENED: Final = "rights:cycle:opened"
SETTLED: Final = "rights:gate:settled"
PLANNED: Final = "rights:plan:made"
OBSTRUCTED: Final = "rights:plan:obstructed"
APPROVED: Final = "rights:plan:approved"
INTENDED: Final = "rights:system:intended"
ERASED: Final = "rights:system:erased"
WRITTEN: Final = "rights:system:written"
FAILED: Final = "rights:system:failed"
VERIFIED: Final = "rights:cycle:verified"
LEFT_OVER: Final = "rights:cycle:left_over"
TOLD: Final = "rights:recipient:told"
RECIPIENT_ANSWERED: Final = "rights:recipient:answered"
ANSWERED: Final = "rights:cycle:answered"


def happened(
    kind: str, number: str, at: datetime, policy: str, said: Mapping[str, Any] | None = None, *,
    subject: str | None = None, keys: Iterable[str] = (), origin: Origin = Origin.OBSERVED,
) -> Draft:  # fmt: skip
    """A stage of the request of a ticket; `keys` are the statements it is an occasion of."""
    codes = (f"id={number}", *(f"{name}={value}" for name, value in (said or {}).items()), *keys)
    return Draft(kind, at, subject=subject, policy=policy, codes=codes, origin=origin)
