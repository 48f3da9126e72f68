"""Vaults to test with: on both databases, and one on SQLite that the laws of a module share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.vaults import vault_in
from troth.vault import Vault


@pytest.fixture
def database_url(empty_database_url: str) -> str:
    """A key store is a database of its own, and begins with nothing."""
    return empty_database_url


@pytest.fixture
def vault(tmp_path: Path, database_url: str) -> Iterator[Vault]:
    """A vault whose key store is of either kind."""
    with vault_in(tmp_path, url=database_url) as opened:
        yield opened


@pytest.fixture
def beside(tmp_path: Path, database_url: str, vault: Vault) -> Iterator[Vault]:
    """The same vault as another process would have it open."""
    with vault_in(tmp_path, url=database_url, expected=vault.store_id) as opened:
        yield opened


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vault]:
    """One vault for many examples."""
    with vault_in(tmp_path_factory.mktemp("shared")) as opened:
        yield opened
