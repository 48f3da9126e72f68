"""Idempotency: a request that comes again under its key is answered as before and does nothing twice.

Kept for a week (the draft standard of the Idempotency-Key header leaves the length to the server; whoever was away catches up
within it) in the transaction of the act itself, so that there is no moment in which one stands without the other.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from troth.gate import store
from troth.gate.errors import KeyReused
from troth.kernel.canonical import canonical, digest
from troth.ledger import Work

KEPT: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Kept:
    """What was answered, and whether it had been answered before."""

    answer: dict[str, Any]
    again: bool


class Once:
    """The idempotency keys of one organisation."""

    def __init__(self, organisation: str) -> None:
        self._organisation = organisation

    def run(
        self, work: Work, key: str, request: object, act: Callable[[], dict[str, Any]], at: datetime
    ) -> Kept:
        """Act, or give back what the same request under this key was answered. Raises KeyReused for another request.

        `key` should hold who asks and what kind of request it is; only digests of key and request are kept.
        """
        work.lock()
        named, asked = digest(key), digest(request)
        store.forget(work.connection, self._organisation, at - KEPT)
        found = store.find(work.connection, self._organisation, named)
        if found is None:
            answer = act()
            store.keep(work.connection, self._organisation, named, asked, canonical(answer), at)
            return Kept(answer, again=False)
        if found[0] != asked:
            raise KeyReused(
                "This idempotency key came before with another request.", "Use a new key for a new request."
            )
        return Kept(json.loads(found[1]), again=True)
