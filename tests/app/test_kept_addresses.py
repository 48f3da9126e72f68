"""Addresses of stores that lie elsewhere in each installation: in a file that the map names, read by its owner alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from troth.app.mapping import placed
from troth.datamap import DataMap, StoreUnreachable
from troth.datamap.model import System

MAP = DataMap((System(id="shop", at="kept:shop.address"), System(id="lake", at="files:lake")))


def addresses(folder: Path) -> list[str]:
    return [one.at for one in placed(MAP, folder).systems]


def test_an_address_is_what_its_file_says(tmp_path: Path) -> None:
    assert addresses(tmp_path) == ["kept:shop.address", "files:lake"], "it is not there yet"
    file = tmp_path / "shop.address"
    file.touch(mode=0o600)
    file.write_text("postgresql://shop:secret@/shop?host=/run/shop\n")
    assert addresses(tmp_path) == ["postgresql://shop:secret@/shop?host=/run/shop", "files:lake"]


def test_a_file_that_others_can_read_is_refused_without_a_word_of_what_it_says(tmp_path: Path) -> None:
    file = tmp_path / "shop.address"
    file.write_text("postgresql://shop:secret@/shop")
    file.chmod(0o644)
    with pytest.raises(StoreUnreachable, match="read by others") as refused:
        placed(MAP, tmp_path)
    assert "secret" not in str(refused.value)
