"""What every part of desk works with: its database, the product, the switches, two stores of objects, and its partners."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection
from urllib.parse import urlsplit

from examples.desk.company.lapses import Lapses
from examples.desk.company.objects import Objects
from examples.desk.company.store import Store
from troth.client import Client


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a form."""

    name: str
    body: bytes


class Partners:
    """Where those who receive data from desk are reached."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._address = urlsplit(url)

    def send(self, path: str, body: Mapping[str, object]) -> int:
        """Post to a partner; the status of its answer."""
        connection = HTTPConnection(self._address.hostname or "", self._address.port or 80, timeout=10)
        try:
            connection.request("POST", f"/{path}", json.dumps(body), {"Content-Type": "application/json"})
            return connection.getresponse().status
        finally:
            connection.close()


@dataclass(frozen=True)
class House:
    """The company's own, shared by all its parts. Nobody there to ask is not a yes: `Away` goes up to the page."""

    store: Store
    client: Client
    """The product, in its own process or over HTTP."""
    lapses: Lapses
    a: Objects
    b: Objects
    partners: Partners
