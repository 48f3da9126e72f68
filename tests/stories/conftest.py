"""The town that stories about every page look at."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.stories.parish import Parish, parish


@pytest.fixture(scope="session")
def village(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parish]:
    """Five companies that have lived a little, for tests that only look."""
    with parish(tmp_path_factory.mktemp("village")) as found:
        yield found
