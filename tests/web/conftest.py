"""A server that all tests of the door may look at, and one on a database of their own for those that write."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.kit import Place, live, place
from troth.app.config import Home


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """All five organisations on one server; harbour has lived a little."""
    home = Home.at(tmp_path_factory.mktemp("town"))
    with place(home, "harbour", "axle", "counter", "desk", "gateway") as found:
        live(found)
        yield found


@pytest.fixture
def harbour(database_url: str, tmp_path: Path) -> Iterator[Place]:
    """Harbour alone, on a database of its own; once on SQLite and once on PostgreSQL."""
    with place(Home.at(tmp_path / "home", database_url), "harbour") as found:
        yield found
