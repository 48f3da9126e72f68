"""Where storms rage, and where their writers come from."""

from __future__ import annotations

import itertools
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.storms.nursery import Nursery, nursery
from tests.support.databases import fresh_database
from troth.app.config import Home

MEMORY = Path("/dev/shm")


@pytest.fixture(scope="session")
def writers() -> Iterator[Nursery]:
    """What forks writers."""
    with nursery() as opened:
        yield opened


@pytest.fixture
def quick(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory, where there is one: a killed process loses nothing it wrote, and only power that fails asks for a disk."""
    if not os.access(MEMORY, os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(prefix="troth-storm-", dir=MEMORY) as folder:
        yield Path(folder)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def places(request: pytest.FixtureRequest, quick: Path) -> Callable[[], AbstractContextManager[Home]]:
    """One home after the other, each with empty databases of one kind."""
    numbers = itertools.count()
    server = request.getfixturevalue("postgres_server") if request.param == "postgresql" else ""

    @contextmanager
    def place() -> Iterator[Home]:
        folder = quick / f"home{next(numbers)}"
        if not server:
            yield Home.at(folder)
            return
        with fresh_database(server) as url, fresh_database(server) as keys:
            yield replace(Home.at(folder, url), keystore=keys)

    return place
