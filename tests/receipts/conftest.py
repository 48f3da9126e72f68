"""The company on a database of either kind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.receipts.kit import Wharf, wharf


@pytest.fixture
def company(tmp_path: Path, database_url: str) -> Iterator[Wharf]:
    with wharf(tmp_path, database_url) as found:
        yield found


@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wharf]:
    """One that nobody changes, for tests that only look."""
    with wharf(tmp_path_factory.mktemp("still")) as found:
        yield found
