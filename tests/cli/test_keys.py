"""`troth keys`: the epochs and what they open, rotation, another keeper, the end of an epoch."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.packs.kit import quay
from tests.support import openbao
from tests.support.openbao import OpenBao
from troth.app.backup import back_up
from troth.app.config import Home
from troth.app.opening import open_organisation
from troth.app.system import SystemClock, SystemEntropy
from troth.cli.main import main


@pytest.fixture
def home(tmp_path: Path) -> Home:
    with quay(tmp_path) as (_, found):
        return found


@pytest.fixture
def troth(home: Home, capsys: pytest.CaptureFixture[str]) -> Any:
    def run(*words: object) -> tuple[int, dict[str, Any]]:
        code = main(["keys", *map(str, words), "--json", "--home", str(home.folder)])
        return code, json.loads(capsys.readouterr().out)

    return run


@pytest.fixture(scope="module")
def bao(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenBao]:
    with openbao.server(tmp_path_factory.mktemp("openbao")) as running:
        yield running


def test_an_epoch_ends_and_with_it_what_backups_could_bring_back(
    home: Home, troth: Any, tmp_path: Path
) -> None:
    back_up(home, data=None, keys=tmp_path / "keys", clock=SystemClock(), entropy=SystemEntropy())
    [first] = troth("quay")[1]["epochs"]
    assert (first["number"], first["state"], len(first["backups"])) == (1, "open", 1)
    assert first["keys"] > 0
    closed, open = troth("quay", "close-epoch")[1]["epochs"]
    assert (closed["state"], closed["keys"], len(closed["backups"])) == ("closed", 0, 1)
    assert (open["state"], open["keys"], open["backups"]) == ("open", first["keys"], [])
    code, found = troth("quay", "destroy-epoch", 1)
    assert code == 0
    ended, open = found["epochs"]
    assert (ended["state"], ended["backups"], open["keys"]) == ("destroyed", [], first["keys"])
    assert_told_and_readable(home)


def assert_told_and_readable(home: Home) -> None:
    with open_organisation(home, "quay", bring_up=False) as organisation:
        with organisation.database.read() as connection:
            kinds = [event.kind for event in organisation.ledger.events(connection)]
        assert {f"erasures:epoch:{what}" for what in ("opened", "closed", "destroyed")} <= set(kinds)
        assert all(one.equal for one in organisation.replay())


def test_root_keys_change_and_go_to_a_server(
    home: Home, troth: Any, bao: OpenBao, monkeypatch: pytest.MonkeyPatch
) -> None:
    [before] = troth("quay")[1]["epochs"]
    [rotated] = troth("quay", "rotate")[1]["epochs"]
    assert rotated["keeper"] == before["keeper"] == "file:root"
    assert rotated["former_roots"] == [{"keeper": "file:root", "root": before["root"]}]
    assert rotated["keys"] == before["keys"]
    monkeypatch.setenv("TROTH_KEEPER_TOKEN_FILE", str(bao.token))
    code, found = troth("quay", "change-keeper", bao.address)
    assert (code, found["epochs"][0]["keeper"]) == (0, bao.address)
    assert len(found["epochs"][0]["former_roots"]) == 2
    monkeypatch.setenv("TROTH_KEEPER", bao.address)
    assert troth("quay", "close-epoch")[0] == 0
    code, found = troth("quay", "destroy-epoch", "1")
    assert (code, [one["state"] for one in found["epochs"]]) == (0, ["destroyed", "open"])
    assert list((home.folder / "root").iterdir()) == []


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("quay", "destroy-epoch"), "NUMBER"),
        (("quay", "destroy-epoch", "first"), "number"),
        (("quay", "destroy-epoch", "1"), "open"),
        (("quay", "destroy-epoch", "7"), "no epoch 7"),
        (("quay", "change-keeper"), "ADDRESS"),
        (("quay", "change-keeper", "nowhere"), "no kind of keeper"),
        (("quay", "rotate", "1"), "nothing more"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_sentence(
    troth: Any, words: tuple[str, ...], says: str
) -> None:
    before = troth("quay")[1]
    code, found = troth(*words)
    assert code == 2
    assert says in found["message"]
    assert troth("quay")[1] == before


def test_people_read_it_too(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["keys", "quay", "close-epoch", "--home", str(home.folder)]) == 0
    said = capsys.readouterr().out
    assert "epoch 1  closed" in said
    assert "epoch 2  open" in said
    assert "0 on the register" in said


def test_where_nothing_is_nothing_is_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["keys", "quay", "--home", str(tmp_path / "none")]) == 2
    assert "no installation" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []
