"""One of each keeper, opened twice: what one hand does, the other sees."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import openbao
from tests.support.openbao import OpenBao
from troth.app.system import SystemEntropy
from troth.keepers import CloudKeeper, FakeCloud, FileKeeper, open_keeper
from troth.vault import Keeper


@pytest.fixture(scope="session")
def bao(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenBao]:
    """A real server, started once."""
    with openbao.server(tmp_path_factory.mktemp("openbao")) as running:
        yield running


@pytest.fixture(params=["file", "fake cloud", "openbao"])
def keepers(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Keeper, Keeper]:
    """The same keeper twice."""
    if request.param == "file":
        return FileKeeper(tmp_path / "root", SystemEntropy()), FileKeeper(tmp_path / "root", SystemEntropy())
    if request.param == "fake cloud":
        service = FakeCloud(SystemEntropy())
        return CloudKeeper(service, "cloud:fake"), CloudKeeper(service, "cloud:fake")
    server: OpenBao = request.getfixturevalue("bao")
    first, second = (
        open_keeper(server.address, SystemEntropy(), home=tmp_path, token=server.token) for _ in range(2)
    )
    return first, second


@pytest.fixture
def keeper(keepers: tuple[Keeper, Keeper]) -> Keeper:
    """A keeper."""
    return keepers[0]
