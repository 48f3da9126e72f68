"""The seal of the office that issues orders: whoever sets it and whoever checks it hold the same key."""

from __future__ import annotations

import hmac
from typing import Final

SEAL: Final = "authority.key"
"""The key of the office that issues orders for the release of data; it left harbour a copy in person, so that a seal can be checked."""


def sealed(key: str, order: str) -> str:
    """The seal of the office on an order."""
    return hmac.new(bytes.fromhex(key), order.encode(), "sha256").hexdigest()[:32]
