"""Services that partners take part in, each with a key of its own; when a service ends, its keys end with it."""

from __future__ import annotations

import hashlib
import secrets

from examples.gateway.company.house import House
from examples.kit.time import now

FREIGHT, SAMPLES = "freight_status", "samples_by_post"
PARTNER = "logistics_partner"


class Interfaces:
    """What others call. Of a key only a digest is kept."""

    def __init__(self, house: House) -> None:
        self._store = house.store

    def open_services(self) -> None:
        """Two services; one of them ended before anybody here came, and its key with it."""
        if self._store.find("services"):
            return
        for name in (FREIGHT, SAMPLES):
            self._store.put("services", name=name, opened_at=now().isoformat(), ended_at=None)
            self.grant(name)
        self.end(SAMPLES)

    def grant(self, service: str) -> str:
        """A new key of a service; it shows this once."""
        key = secrets.token_urlsafe(24)
        self._store.put(
            "grants", service=service, partner=PARTNER, digest=_digest(key), granted_at=now().isoformat(), revoked_at=None, used_at=None
        )  # fmt: skip
        return key

    def end(self, name: str) -> None:
        """Shut every key of a service and end it: at no moment does a key outlive it."""
        for grant in self._store.find("grants", service=name, revoked_at=None):
            self._store.change("grants", grant["id"], revoked_at=now().isoformat())
        for service in self._store.find("services", name=name):
            self._store.change("services", service["id"], ended_at=service["ended_at"] or now().isoformat())

    def called(self, name: str, key: str) -> bool:
        """Whether a key opens a service; if so, when that last happened is written down."""
        grant = self._store.one("grants", service=name, digest=_digest(key), revoked_at=None)
        if grant is not None:
            self._store.change("grants", grant["id"], used_at=now().isoformat())
        return grant is not None

    def on_its_way(self) -> int:
        """What a partner is told: how many deals are on their way."""
        return len(self._store.find("deals", deal_state="on its way"))


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
