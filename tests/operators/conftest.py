"""An organisation whose staff come in, and a server on which they do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.access.kit import quay, quay_on_sqlite
from tests.operators.door import office
from tests.web.kit import Place
from troth.app.config import Home

__all__ = ["quay", "quay_on_sqlite"]


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Place]:
    """The smallest company on a server, whose clock the test moves."""
    with office(Home.at(tmp_path / "office")) as at:
        yield at
