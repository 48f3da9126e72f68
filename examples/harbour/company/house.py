"""What every desk of harbour's works with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from examples.harbour.company.lapses import Lapses
from examples.harbour.company.partners import Partners
from examples.harbour.company.store import Store
from troth.client import KeyFile, Outbox, Relay, Steady

OUTBOX = Outbox("outbox")
"""What the product is still to be told, in harbour's own database."""


@dataclass(frozen=True, slots=True)
class Post:
    """Where mail is handed in, and the address under which harbour's own pages stand."""

    host: str
    port: int
    site: str


@dataclass(frozen=True, slots=True)
class House:
    """The store, the folder for papers, who speaks to the product and tells it later what it
    missed, as whom, the way out, and the address of the site."""

    store: Store
    papers: Path
    client: Steady
    relay: Relay
    keys: KeyFile
    partners: Partners
    lapses: Lapses
    post: Post

    @property
    def policy(self) -> str:
        """The digest of the version in force."""
        return str(self.client.policy()["digest"])
