"""A migrated database of either kind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from troth.db import Database, migrate, open_database


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    with open_database(database_url) as opened:
        migrate(opened)
        yield opened
