"""An address names a connector; credentials come from a file that nobody else reads, or from the environment."""

from __future__ import annotations

import sqlite3
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url

from troth.connectors import FilesConnector, Secrets, SqlConnector, addresses, name_of, open_connector
from troth.datamap.connector import Ability
from troth.datamap.errors import StoreUnreachable
from troth.datamap.model import System


def system(at: str, credentials: str = "") -> System:
    return System(id="shop", at=at, credentials=credentials)


NOBODY = Secrets(None, {})


def test_files_and_databases_lie_beside_the_map(tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / "shop.db").close()
    database = open_connector(system("sqlite:shop.db"), tmp_path, NOBODY)
    assert isinstance(database, SqlConnector)
    assert Ability.WRITE not in database.abilities, "nothing is opened for writing that does not ask"
    files = open_connector(system("files:."), tmp_path, NOBODY, writable=True)
    assert isinstance(files, FilesConnector)
    assert Ability.WRITE in files.abilities
    database.close()


def test_credentials_come_from_a_file_or_the_environment(tmp_path: Path) -> None:
    (tmp_path / "shop").write_text("ann:p:w\n")
    (tmp_path / "shop").chmod(0o600)
    assert Secrets(tmp_path, {}).get("shop") == ("ann", "p:w")
    assert Secrets(tmp_path, {"TROTH_SECRET_SHOP": "bob:x"}).get("shop") == ("bob", "x")


def test_credentials_that_others_can_read_are_refused(tmp_path: Path) -> None:
    (tmp_path / "shop").write_text("ann:secret")
    (tmp_path / "shop").chmod(0o640)
    with pytest.raises(StoreUnreachable, match="read by others") as caught:
        Secrets(tmp_path, {}).get("shop")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("name", ["nowhere", "../shop", ".shop"])
def test_credentials_that_are_not_there_are_one_sentence(tmp_path: Path, name: str) -> None:
    (tmp_path / "keys").mkdir()
    with pytest.raises(StoreUnreachable, match="no credentials"):
        Secrets(tmp_path / "keys", {}).get(name)


def test_a_credential_without_a_colon_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreUnreachable, match="user:password"):
        Secrets(None, {"TROTH_SECRET_SHOP": "ann"}).get("shop")


def test_a_server_is_opened_as_whom_the_credentials_say() -> None:
    made = addresses._server(system("postgresql://db.test/shop", "k"), ("ann", "p@/w"))
    assert made == make_url("postgresql+psycopg://ann:p%40%2Fw@db.test/shop")


def test_what_is_no_address_is_one_sentence(tmp_path: Path) -> None:
    for at in ("nonsense", "gopher://x/y"):
        with pytest.raises(StoreUnreachable):
            open_connector(system(at), tmp_path, NOBODY)


def test_third_parties_answer_to_a_scheme_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def found(group: str) -> EntryPoints:
        assert group == "troth.connectors"
        return EntryPoints([EntryPoint("vault9", f"{__name__}:open_mine", group)])

    monkeypatch.setattr(addresses, "entry_points", found)
    monkeypatch.setattr(EntryPoint, "load", lambda self: open_mine)
    asked = open_connector(
        system("vault9://x", "k"), tmp_path, Secrets(None, {"TROTH_SECRET_K": "a:b"}), writable=True
    )
    assert asked == ("vault9://x", tmp_path, ("a", "b"), True)  # type: ignore[comparison-overlap]


def open_mine(system: System, folder: Path, secret: tuple[str, str] | None, *, writable: bool) -> Any:
    return system.at, folder, secret, writable


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("sqlite:data/shop-1.db", "shop_1"),
        ("postgresql://h/crm", "crm"),
        ("files:lake", "lake"),
        ("sqlite:///x/1.db", "system"),
    ],
)
def test_a_system_is_named_after_its_address(address: str, name: str) -> None:
    assert name_of(address) == name
