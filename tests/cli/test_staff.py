"""`troth staff`: by the command alone somebody is hired, taught, given a role and a token; refusals are on record."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.access.kit import WITH_STAFF
from tests.gate.kit import folder
from tests.safeguards.kit import GUARDED
from troth.app.config import Home
from troth.app.opening import open_organisation
from troth.cli.main import main


@pytest.fixture
def home(tmp_path: Path, database_url: str) -> Home:
    found = Home.at(tmp_path / "home", database_url)
    with open_organisation(found, "quay", folder(tmp_path / "policy", WITH_STAFF)):
        return found


def said(capsys: pytest.CaptureFixture[str], home: Home, *argv: str, code: int = 0) -> Any:
    verb, *rest = argv
    given = ["staff", verb, "quay", *rest, "--home", str(home.folder), "--database", home.database, "--json"]
    found = main(given)
    out = capsys.readouterr().out
    assert found == code, out
    return json.loads(out)


def test_a_working_life(capsys: pytest.CaptureFixture[str], home: Home) -> None:
    member = said(capsys, home, "add", "--name", "Ada")["member"]
    refused = said(capsys, home, "role", member, "post", code=1)
    assert (refused["granted"], refused["missing"]) == (False, ["data_protection"])
    days = ("--taken", "2020-01-01", "--expires", "2999-01-01")
    said(capsys, home, "training", member, "Data protection", *days)
    assert said(capsys, home, "role", member, "post")["granted"]
    assert said(capsys, home, "role", member, "few")["granted"]
    secret = said(capsys, home, "token", member, "post", "newsletter", "--minutes", "5")
    assert secret["token"].startswith("trothread_")
    listed = said(capsys, home, "list")
    assert listed["staff"][0]["roles"] == ["few", "post"]
    assert listed["staff"][0]["trainings"][0]["current"] is True
    assert {"role": "few", "holders": 1, "at_most": 1} in listed["roles"]
    assert "Ada" not in json.dumps(listed)
    other = said(capsys, home, "add")["member"]
    assert said(capsys, home, "role", other, "few", code=1)["reason"] == "full"
    said(capsys, home, "role", member, "few", "--end")
    assert said(capsys, home, "role", other, "few", "--until", "2999-01-01T00:00:00+08:00")["granted"]
    said(capsys, home, "leave", member)
    assert said(capsys, home, "list")["staff"][0]["roles"] == []
    assert said(capsys, home, "token", member, "post", "newsletter", code=2)["error"] == "TokenRefused"


def test_what_it_says_to_people(capsys: pytest.CaptureFixture[str], home: Home) -> None:
    where = ("--home", str(home.folder), "--database", home.database)
    assert main(["staff", "list", "quay", *where]) == 0
    assert "Nobody works here yet." in capsys.readouterr().out
    member = said(capsys, home, "add")["member"]
    assert main(["staff", "role", "quay", member, "post", *where]) == 1
    assert capsys.readouterr().out == "Refused: post asks for data_protection, which is not current.\n"
    assert main(["staff", "list", "quay", *where]) == 0
    assert f"{member}  no role" in capsys.readouterr().out


@pytest.mark.parametrize(
    "argv", [("role", "stf_0", "post"), ("role", "stf_00000000000000000000000000", "post")]
)
def test_nobody_is_guessed(capsys: pytest.CaptureFixture[str], home: Home, argv: tuple[str, ...]) -> None:
    assert said(capsys, home, *argv, code=2)["actor"] == "caller"


def test_an_instant_names_its_zone(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["staff", "role", "quay", "stf_0", "post", "--until", "2026-01-01T00:00:00"])
    assert "name the zone" in capsys.readouterr().err


def test_safeguards_by_the_command(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, database_url: str
) -> None:
    home = Home.at(tmp_path / "home", database_url)
    with open_organisation(home, "quay", folder(tmp_path / "policy", GUARDED)):
        pass

    def guards(*argv: str, code: int = 0) -> Any:
        verb, *rest = argv
        where = ("--home", str(home.folder), "--database", home.database, "--json")
        found = main(["safeguards", verb, "quay", *rest, *where])
        out = capsys.readouterr().out
        assert found == code, out
        return json.loads(out)

    assert {one["state"] for one in guards("list", code=1)["safeguards"]} == {"unproven"}
    assert guards("map", code=1)["gaps"] == ["copy", "leak", "theft"]
    for item in ("1", "2"):
        assert guards("show", "locks", item, "--by", "probe:doors", "--grade", "probe")["passed"]
    assert guards("count")["counted"] == [{"safeguard": "few_people", "heads": 0, "passed": True}]
    assert guards("map", "--show", "all_threats", "1")["passed"]
    assert {one["state"] for one in guards("list")["safeguards"]} == {"kept"}
    assert guards("show", "locks", "2", "--by", "probe:doors", "--failed", code=1)["passed"] is False
    assert guards("show", "locks", "7", "--by", "probe:doors", code=2)["error"] == "ItemUnknown"
