"""A partner that said yes and kept it is caught in its own sink, by its answer and by the markers of whom it concerned."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from examples.kit.partners import Store
from examples.kit.sinks import Unusable, look
from tests.tidy.source import ROOT


@pytest.fixture
def file(tmp_path: Path) -> Path:
    store = Store(tmp_path / "partners.db")
    for partner in ("honest", "liar", "late", "lawyer"):
        store.receive(partner, {"reference": "r1", "purpose": "p", "data": {"name": "Björn-markedone"}})
    for partner, erasure in (
        ("honest", "at_once"),
        ("liar", "lies"),
        ("late", "late"),
        ("lawyer", "refuses"),
    ):
        store.told(partner, "", erasure)
    return tmp_path / "partners.db"


def test_nothing_is_found_where_nobody_said_anything(file: Path) -> None:
    assert look(file) == []


def test_only_whoever_said_yes_and_kept_it_is_a_liar(file: Path) -> None:
    store = Store(file)
    answers = {partner: store.erase(partner, "r1") for partner in ("honest", "liar", "late", "lawyer")}
    assert answers["liar"] == answers["honest"]
    assert [(one.partner, one.reference) for one in look(file)] == [("liar", "r1")]
    store.told("liar", "", "at_once")
    store.erase("liar", "r1")
    assert look(file) == []
    store.receive("liar", {"reference": "r1", "purpose": "p", "data": {}})
    assert look(file) == [], "what comes again after it is another matter"


def test_a_marker_is_found_by_its_line_wherever_it_is_held(file: Path) -> None:
    Store(file).erase("honest", "r1")
    found = look(file, ["nowhere", "", "BJÖRN-MARKEDONE"])
    assert {(one.partner, one.line) for one in found} == {("liar", 3), ("late", 3), ("lawyer", 3)}
    assert "marked" not in str(found)


def test_what_cannot_be_used_is_said(file: Path, tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="line 1"):
        look(file, ["abc"])
    with pytest.raises(Unusable, match="no database"):
        look(tmp_path / "nothing.db")
    assert not (tmp_path / "nothing.db").exists()


def test_the_command_tells_it_by_its_exit_code(file: Path, tmp_path: Path) -> None:
    def run(*args: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "examples.kit.sinks", "--database", str(file), *args]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert (run().returncode, run().stdout) == (0, "Nothing was found.\n")
    (tmp_path / "list").write_text("markedone\n")
    found = run("--markers", str(tmp_path / "list"), "--json")
    assert (found.returncode, len(json.loads(found.stdout)["found"])) == (1, 4)
    assert run("--markers", str(tmp_path / "no list")).returncode == 2
