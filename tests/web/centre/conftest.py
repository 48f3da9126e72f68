"""A town whose codes stay in memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.centre.kit import RESIDENT, lived, with_bag
from tests.web.kit import Place, place
from troth.app.config import Home


@pytest.fixture(scope="session")
def quarter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Harbour with one person to whom things happened; for tests that only look."""
    with (
        place(Home.at(tmp_path_factory.mktemp("quarter")), "harbour", "counter", "gateway") as found,
        with_bag(found),
    ):
        lived(found)
        lived(found, RESIDENT)
        yield found


@pytest.fixture
def quay(database_url: str, tmp_path: Path) -> Iterator[Place]:
    """Harbour on a database of its own; once on SQLite and once on PostgreSQL."""
    with place(Home.at(tmp_path / "home", database_url), "harbour") as found, with_bag(found):
        yield found
