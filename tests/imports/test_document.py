"""What docs/no-code.md shows is carried out: its draft, its imports, its commands."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.tidy.source import ROOT
from troth.app.config import Home
from troth.app.opening import open_organisation
from troth.cli.main import main

TEXT = (ROOT / "docs" / "no-code.md").read_text(encoding="utf-8")
LIST = (
    "No;E-mail;Applied on;Newsletter;No more since\n"
    "1;ann@people.example;2026-01-01;yes;\n"
    "2;bob@people.example;2026-01-02;yes;2026-01-03\n"
)


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A policy of one's own, a list, and the imports of the document."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "files" / "lists").mkdir(parents=True)
    (tmp_path / "files" / "lists" / "customers.csv").write_text(LIST, encoding="utf-8")
    assert main(["new", "policies/shop"]) == 0
    shown = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
    (tmp_path / "policies/shop/imports.yaml").write_text(shown[0], encoding="utf-8")
    with open_organisation(Home.at(tmp_path / "var/office"), "shop", tmp_path / "policies/shop"):
        pass
    return tmp_path


def commands() -> list[str]:
    """Every `troth imports` that the document writes, as it stands there."""
    written = re.findall(
        r"^(troth imports [^#\n]*?) *(?:#.*)?$|`(troth imports run [^`]+)`", TEXT, re.MULTILINE
    )
    return [line or inline for line, inline in written]


def test_every_command_of_the_document_works(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert len(commands()) == 3
    for command in commands():
        assert main(command.split()[1:]) == 0, command
    said = capsys.readouterr().out
    assert "# columns: No, E-mail, Applied on, Newsletter, No more since" in said
    assert "customers: 2 rows, 2 act, 2 consent" in said
    assert "left: 1 rows, 1 objection" in said


def test_a_dry_run_and_json(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = [
        "imports",
        "run",
        "shop",
        "--home",
        "var/office",
        "--from",
        "policies/shop",
        "--data",
        "files",
        "--json",
    ]
    found = []
    for more in (["--dry-run"], [], []):
        capsys.readouterr()
        assert main([*run, *more]) == 0
        found.append([one["brought"] for one in json.loads(capsys.readouterr().out)["imports"]])
    assert found == [[{"act": 2, "consent": 2}, {"objection": 1}]] * 2 + [[{}, {}]]


def test_what_cannot_be_tried_is_one_sentence(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["imports", "check", "policies/shop", "--data", "elsewhere"]) == 1
    assert "customers.csv cannot be read" in capsys.readouterr().out
    assert main(["imports", "draft", "crm.db"]) == 2
    (office / "policies/shop/imports.yaml").write_text(
        "a: {from: x.csv, key: [n], brings: [{act: use, purpose: deliever}]}"
    )
    assert main(["imports", "check", "policies/shop"]) == 2
    assert "deliver" in capsys.readouterr().out
