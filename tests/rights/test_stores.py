"""Stores between turns: a shape is read once, a change of it is noticed at once, and a file that went away is missed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from troth.app.stores import Stores
from troth.connectors import Secrets, SqlConnector
from troth.datamap import MapRefused, StoreUnreachable, load_map
from troth.datamap.schema import Schema
from troth.kernel.findings import Findings

MAP = """
systems:
  shop:
    at: sqlite:shop.db
    datasets:
      customers: {fields: {id: not_personal, email: {is: email, identity: email}}}
  lists:
    at: files:lists
    datasets:
      news: {key: [email], fields: {email: {is: email, identity: email}}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    change(tmp_path, "CREATE TABLE customers (id INTEGER PRIMARY KEY, email TEXT UNIQUE)")
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "news.csv").write_text("email\na@example.test\n")
    return tmp_path


@pytest.fixture
def described(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Each time that a database was described."""
    found: list[str] = []
    real = SqlConnector.describe

    def describe(self: SqlConnector) -> Schema:
        found.append("shop")
        return real(self)

    monkeypatch.setattr(SqlConnector, "describe", describe)
    return found


@pytest.fixture
def stores(folder: Path) -> Iterator[Stores]:
    found = Stores(load_map(MAP, Findings()), folder, Secrets(None, {}))
    yield found
    found.close()


def change(folder: Path, statement: str) -> None:
    with closing(sqlite3.connect(folder / "shop.db")) as shop, shop:
        shop.execute(statement)


def look(stores: Stores, *, writable: bool = False) -> None:
    with stores.surveyed(writable=writable):
        pass


def test_a_shape_is_read_once_and_beside_a_store_that_is_read_each_time(
    stores: Stores, described: list[str]
) -> None:
    for _ in range(3):
        look(stores)
    assert described == ["shop"]
    look(stores, writable=True)
    look(stores, writable=True)
    assert described == ["shop", "shop"], "connections that write know shapes of their own"


def test_a_change_is_noticed_at_once_and_so_is_its_end(
    stores: Stores, folder: Path, described: list[str]
) -> None:
    look(stores)
    change(folder, "ALTER TABLE customers ADD COLUMN shoe TEXT")
    for _ in range(2):
        with pytest.raises(MapRefused, match="shoe"):
            look(stores)
    change(folder, "ALTER TABLE customers DROP COLUMN shoe")
    look(stores)
    look(stores)
    assert len(described) == 4


def test_a_file_that_went_away_is_missed_and_found_again(stores: Stores, folder: Path) -> None:
    look(stores)
    (folder / "shop.db").rename(folder / "away.db")
    with pytest.raises(StoreUnreachable, match=r"no database file shop\.db"):
        look(stores)
    assert not (folder / "shop.db").exists(), "a look makes no empty one"
    (folder / "away.db").rename(folder / "shop.db")
    look(stores)
