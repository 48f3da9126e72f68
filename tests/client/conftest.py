"""A real server with a small shop on it, and whoever speaks for the shop."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.mariadb import mariadb_server, mariadb_url
from tests.web.kit import Place
from troth.app.config import Home
from troth.app.hosting import open_hosting
from troth.app.serve import listen, serving
from troth.client import Client, KeyFile
from troth.ledger import Origin

__all__ = ["mariadb_server", "mariadb_url"]
SHOP = Path(__file__).parent / "shop"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """The server."""
    home = Home.at(tmp_path_factory.mktemp("home"))
    with open_hosting(home, {"shop": SHOP}) as hosting, serving(hosting, listen()) as base:
        yield Place(base, hosting)


@pytest.fixture(scope="module")
def keys(shop: Place) -> KeyFile:
    """What the shop was handed."""
    return KeyFile(shop.base, "shop", shop.hosting.keys.issue("shop", origin=Origin.OBSERVED))


@pytest.fixture
def speaker(keys: KeyFile) -> Iterator[Client]:
    """Who speaks for the shop."""
    found = Client(keys)
    yield found
    found.close()
