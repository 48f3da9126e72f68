"""Which keeper an address names, and what a server's refusal is told as."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.openbao import OpenBao
from troth.app.system import SystemEntropy
from troth.keepers import CloudKeeper, FakeCloud, NoKeeper, open_keeper
from troth.vault import Keeper, KeeperUnreachable


def opened(address: str, home: Path, token: Path | None = None) -> Keeper:
    return open_keeper(address, SystemEntropy(), home=home, token=token)


def test_a_folder_in_the_home_is_named_from_there_so_that_a_home_can_be_moved(tmp_path: Path) -> None:
    assert opened("file:root", tmp_path).name == "file:root"
    assert opened(f"file:{tmp_path}/root", tmp_path).name == "file:root"
    assert opened("file:/elsewhere/root", tmp_path).name == "file:/elsewhere/root"


@pytest.mark.parametrize(
    "address",
    [
        "", "file:", "transit:", "vault:x", "transit:http://keys.example:8200/transit", "transit:https://keys.example",
        "transit:https://user:secret@keys.example/transit", "transit:ftp://localhost/transit",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused_without_repeating_a_secret(address: str, tmp_path: Path) -> None:
    with pytest.raises(NoKeeper) as refusal:
        opened(address, tmp_path, tmp_path / "token")
    assert "secret" not in str(refusal.value)


def test_a_server_needs_a_token_file(tmp_path: Path) -> None:
    with pytest.raises(NoKeeper, match="TROTH_KEEPER_TOKEN_FILE"):
        opened("transit:https://keys.example/transit", tmp_path)


def test_a_server_that_is_down_is_one_sentence(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("t0ken")
    token.chmod(0o600)
    with pytest.raises(KeeperUnreachable, match="cannot be reached") as refusal:
        opened("transit:http://127.0.0.1:1/transit", tmp_path, token).names()
    assert "t0ken" not in str(refusal.value)
    assert "t0ken" not in str(refusal.value.as_json())


def test_a_token_that_others_can_read_is_not_used(bao: OpenBao, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text(bao.token.read_text())
    token.chmod(0o644)
    with pytest.raises(KeeperUnreachable, match="chmod 600"):
        opened(bao.address, tmp_path, token).names()


def test_a_wrong_token_is_told_as_such(bao: OpenBao, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("nothing")
    token.chmod(0o600)
    with pytest.raises(KeeperUnreachable, match="403"):
        opened(bao.address, tmp_path, token).make("troth-one")


def test_a_token_is_read_anew_for_each_call(bao: OpenBao, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("nothing")
    token.chmod(0o600)
    keeper = opened(bao.address, tmp_path, token)
    with pytest.raises(KeeperUnreachable):
        keeper.names()
    token.write_text(bao.token.read_text() + "\n")
    keeper.names()


def test_a_cloud_that_is_down_is_one_sentence() -> None:
    service = FakeCloud(SystemEntropy())
    service.is_down = True
    with pytest.raises(KeeperUnreachable, match="cloud:fake"):
        CloudKeeper(service, "cloud:fake").names()
