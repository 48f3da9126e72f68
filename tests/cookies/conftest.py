"""Organisations to test with, each on a database of its own; once on SQLite and once on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cookies.kit import EXAMPLES
from troth.app.config import Home
from troth.app.opening import open_organisation
from troth.app.organisation import Organisation


@pytest.fixture
def axle(database_url: str, tmp_path: Path) -> Iterator[Organisation]:
    """Axle, whose visitors may live where storage waits for a yes."""
    with open_organisation(Home.at(tmp_path / "home", database_url), "axle", EXAMPLES / "axle") as found:
        yield found


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Organisation]:
    """Gateway, whose cookies run until somebody rejects them."""
    with open_organisation(Home.at(tmp_path / "home"), "gateway", EXAMPLES / "gateway") as found:
        yield found
