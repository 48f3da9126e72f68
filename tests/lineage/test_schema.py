"""`troth schema`: a file held against the items of a point, its column and line named; nothing recorded unless asked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.web.kit import EXAMPLES
from troth.app.config import Home
from troth.app.hosting import open_hosting
from troth.cli.main import main


@pytest.fixture
def home(tmp_path: Path) -> Path:
    with open_hosting(Home.at(tmp_path / "home"), {"desk": EXAMPLES / "desk"}):
        return tmp_path / "home"


def test_a_log_is_held_against_its_point(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "access.log"
    log.write_text(
        '{"ip": "192.0.2.7", "pages": 3}\n{"ip": "192.0.2.7", "mobile": "+60 12"}\n', encoding="utf-8"
    )
    asked = ["schema", "check", "desk", str(log), "--point", "service_log", "--home", str(home)]
    assert main(asked) == 1
    said = capsys.readouterr().out
    assert f"{log}:2: 'mobile' is not listed in point:service_log" in said
    assert "192.0.2.7" not in said
    assert main([*asked, "--json", "--record"]) == 1
    assert json.loads(capsys.readouterr().out)["misfits"][0]["line"] == 2
    log.write_text('{"ip": "192.0.2.7", "pages": 3}\n', encoding="utf-8")
    assert main(asked) == 0
    assert "every item is listed" in capsys.readouterr().out
    assert main(["schema", "sets", "desk", "--home", str(home)]) == 0
    assert "No data sets" in capsys.readouterr().out


@pytest.mark.parametrize(("name", "more"), [("gone.csv", ["--point", "service_log"]), ("a.docx", ["--point", "service_log"]),
                                            ("a.csv", ["--point", "nowhere"]), ("a.csv", ["--dataset", "none"])])  # fmt: skip
def test_what_cannot_be_checked_is_said_in_a_sentence(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, more: list[str]
) -> None:
    for file in ("a.csv", "a.docx"):
        (tmp_path / file).write_text("a,b\n", encoding="utf-8")
    assert main(["schema", "check", "desk", str(tmp_path / name), *more, "--home", str(home)]) == 2
    assert "Traceback" not in "".join(capsys.readouterr())
