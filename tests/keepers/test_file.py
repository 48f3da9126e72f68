"""The keeper in a folder: nobody else can read it, and what is destroyed leaves no bytes behind."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.vaults import file_keeper
from troth.keepers import FileKeeper
from troth.vault import KeeperUnreachable, RootWrong


@pytest.fixture
def keeper(tmp_path: Path) -> FileKeeper:
    keeper = file_keeper(tmp_path / "root")
    keeper.make("one")
    return keeper


def test_folder_and_files_are_closed_to_others(keeper: FileKeeper, tmp_path: Path) -> None:
    assert (tmp_path / "root").stat().st_mode & 0o777 == 0o700
    assert [path.stat().st_mode & 0o777 for path in (tmp_path / "root").iterdir()] == [0o600]


@pytest.mark.parametrize(
    ("what", "mode"), [("root", 0o750), ("root/one.root", 0o640), ("root/one.root", 0o604)]
)
def test_what_others_can_reach_is_not_used(keeper: FileKeeper, tmp_path: Path, what: str, mode: int) -> None:
    (tmp_path / what).chmod(mode)
    with pytest.raises(KeeperUnreachable, match="chmod"):
        keeper.wrap("one", b"k" * 32, b"")


def test_a_link_is_not_followed(keeper: FileKeeper, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    (tmp_path / "root" / "one.root").rename(elsewhere)
    (tmp_path / "root" / "one.root").symlink_to(elsewhere)
    with pytest.raises(KeeperUnreachable):
        keeper.wrap("one", b"k" * 32, b"")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_key_of_another_user_is_not_used(keeper: FileKeeper, tmp_path: Path) -> None:
    os.chown(tmp_path / "root" / "one.root", 65534, 65534)
    with pytest.raises(KeeperUnreachable, match="another user"):
        keeper.wrap("one", b"k" * 32, b"")


def test_destroying_overwrites_the_bytes_before_it_takes_the_file_away(
    keeper: FileKeeper, tmp_path: Path
) -> None:
    path = tmp_path / "root" / "one.root"
    secret = path.read_bytes()
    with path.open("rb") as kept:  # the bytes on the disk stay within reach of this handle
        keeper.destroy("one")
        assert kept.read() == bytes(len(secret)) != secret
    assert not path.exists()


def test_a_cut_key_is_told_from_a_missing_one(keeper: FileKeeper, tmp_path: Path) -> None:
    (tmp_path / "root" / "one.root").write_bytes(b"short")
    with pytest.raises(RootWrong, match="does not hold 32 bytes"):
        keeper.wrap("one", b"k" * 32, b"")


def test_a_missing_folder_is_not_made_by_asking(tmp_path: Path) -> None:
    keeper = file_keeper(tmp_path / "gone")
    for ask in (keeper.names, lambda: keeper.destroy("one"), lambda: keeper.wrap("one", b"", b"")):
        with pytest.raises(KeeperUnreachable, match="is missing"):
            ask()
    assert not (tmp_path / "gone").exists()


def test_what_a_crash_left_unfinished_is_no_key(keeper: FileKeeper, tmp_path: Path) -> None:
    (tmp_path / "root" / ".0123456789abcdef").write_bytes(b"half")
    assert keeper.names() == {"one"}
