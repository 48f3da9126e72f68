"""The key file is closed to others, or refused."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.ledger.kit import Dice
from troth.ledger import create_key, read_key
from troth.ledger.errors import KeyProblem


def test_a_made_key_is_read_back_and_closed_to_others(tmp_path: Path) -> None:
    made = create_key(tmp_path / "key", Dice())
    assert read_key(tmp_path / "key") == made
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    assert made.secret.hex() not in repr(made)
    assert repr(made.secret) not in repr(made)


def test_a_key_is_never_written_over(tmp_path: Path) -> None:
    made = create_key(tmp_path / "key", Dice())
    with pytest.raises(KeyProblem, match="cannot be made"):
        create_key(tmp_path / "key", Dice())
    assert read_key(tmp_path / "key") == made


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o601])
def test_a_key_open_to_others_is_refused(tmp_path: Path, mode: int) -> None:
    create_key(tmp_path / "key", Dice())
    (tmp_path / "key").chmod(mode)
    with pytest.raises(KeyProblem, match="chmod 600"):
        read_key(tmp_path / "key")


def test_a_key_that_is_missing_damaged_or_linked_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KeyProblem, match="backup"):
        read_key(tmp_path / "none")
    create_key(tmp_path / "key", Dice())
    (tmp_path / "link").symlink_to(tmp_path / "key")
    with pytest.raises(KeyProblem):
        read_key(tmp_path / "link")
    (tmp_path / "key").write_bytes(b"short")
    with pytest.raises(KeyProblem, match="32 bytes"):
        read_key(tmp_path / "key")
    with pytest.raises(KeyProblem, match="not a file"):
        read_key(tmp_path)


@pytest.mark.skipif(os.geteuid() != 0, reason="only the superuser can give a file away")
def test_a_key_of_another_user_is_refused(tmp_path: Path) -> None:
    create_key(tmp_path / "key", Dice())
    os.chown(tmp_path / "key", 65534, 65534)
    with pytest.raises(KeyProblem, match="another user"):
        read_key(tmp_path / "key")
