"""The company on a database of either kind, and servers with harbour on them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.receipts.kit import Wharf, wharf
from tests.web.kit import Place, place
from troth.app.config import Home


@pytest.fixture
def company(tmp_path: Path, database_url: str) -> Iterator[Wharf]:
    with wharf(tmp_path, database_url) as found:
        yield found


@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wharf]:
    """One that nobody changes, for tests that only look."""
    with wharf(tmp_path_factory.mktemp("still")) as found:
        yield found


@pytest.fixture
def harbour(database_url: str, tmp_path: Path) -> Iterator[Place]:
    """Harbour on a database of its own; once on SQLite and once on PostgreSQL."""
    with place(Home.at(tmp_path / "home", database_url), "harbour") as found:
        yield found


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Two organisations on one server, where nothing happened."""
    with place(Home.at(tmp_path_factory.mktemp("town")), "harbour", "axle") as found:
        yield found
