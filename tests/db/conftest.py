"""What this room is about begins with nothing."""

from __future__ import annotations

import pytest


@pytest.fixture
def database_url(empty_database_url: str) -> str:
    """The URL of a database in which nothing is."""
    return empty_database_url
