"""What every part of gateway works with: its documents, those who receive data from it, and the way to whom it asks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import httpx

from examples.gateway.company.asking import Troth
from examples.gateway.company.store import Store


class Partners:
    """Where those are reached who receive data from gateway."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=url, timeout=10)

    def send(self, path: str, **body: object) -> None:
        """Hand something to a partner."""
        self._http.post(f"/{path}", json=body).raise_for_status()


@dataclass(frozen=True)
class House:
    """`data` is the folder of gateway's own files."""

    data: Path
    store: Store
    partners: Partners
    troth: Troth
