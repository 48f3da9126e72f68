"""The two companies whose policies speak of apps, each on a database of its own; once on SQLite and once on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.directories.kit import App, opened
from troth.app.config import Home
from troth.app.organisation import Organisation


@pytest.fixture
def desk(database_url: str, tmp_path: Path) -> Iterator[Organisation]:
    """Desk, with eleven permissions and twelve kits."""
    with opened(Home.at(tmp_path / "home", database_url), "desk") as found:
        yield found


@pytest.fixture
def app(desk: Organisation) -> App:
    """Its app on a phone, which was started once."""
    found = App(desk)
    found.start()
    return found


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Organisation]:
    """Gateway, with three permissions and one kit."""
    with opened(Home.at(tmp_path / "home"), "gateway") as found:
        yield found
