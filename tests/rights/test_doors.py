"""By the command line: the queue, a request with its stages, its plan, work, and what others said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.rights.kit import POLICY, WHO, counter
from troth.cli.main import main


def said(capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, dict[str, object]]:
    code = main([*argv, "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_a_request_is_carried_out_from_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "home"
    with counter(home) as desk:
        number, folder = desk.asked("delete", ground="UNLAWFUL"), desk.folder
    where = ["quay", "--home", str(home)]
    beside = ["--map", str(folder)]
    assert said(capsys, "worker", *where, *beside, "--once")[1] == {"steps": 2}
    code, listed = said(capsys, "rights", "list", *where)
    assert (code, [one["number"] for one in listed["requests"]]) == (1, [number]), (
        "by the clock on the wall it is overdue"
    )  # type: ignore[index, attr-defined]
    assert listed["requests"][0]["waits"] == "grounds"  # type: ignore[index]
    code, plan = said(capsys, "rights", "plan", *where, number, *beside)
    assert code == 0
    assert plan["obstacles"] == []
    code, shown = said(
        capsys, "rights", "run", *where, number, *beside, "--paper", "violation", "--paper", "identity"
    )
    assert code == 1, "whoever runs the store has not answered"
    assert shown["waits"] == "tell house"
    assert (
        said(capsys, "rights", "told", *where, number, "house", "done", "--grade", "signed", *beside)[0] == 0
    )
    assert said(capsys, "worker", *where, *beside, "--once")[1] == {"steps": 1}
    code, shown = said(capsys, "rights", "show", *where, number)
    assert code == 0
    assert shown["ended_at"]
    assert main(["rights", "show", *where, number]) == 0
    assert "done" in capsys.readouterr().out
    left = (folder / "shop.db").read_bytes()
    assert [name for name in ("name", "phone", "street0") if f"-{name}-{WHO}-".encode() in left] == []


@pytest.mark.parametrize(
    ("argv", "sentence"),
    [
        (("rights", "show", "T-NOBODY"), "There is no such run"),
        (("rights", "plan", "T-NOBODY"), "There is no map.yaml"),
        (("worker", "--once"), "There is no map.yaml"),
    ],
)
def test_what_is_not_there_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], argv: tuple[str, ...], sentence: str
) -> None:
    with counter(tmp_path / "home"):
        pass
    verb = [*argv[:2], "quay", *argv[2:]] if argv[0] == "rights" else [argv[0], "quay", *argv[1:]]
    beside = ["--map", str(tmp_path)] if "show" not in argv else []
    code = main([*verb, "--home", str(tmp_path / "home"), *beside])
    told = capsys.readouterr()
    assert code == 2
    assert sentence in told.out + told.err


def test_a_file_of_approvals_that_says_something_else_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "home"
    with counter(home) as desk:
        folder = desk.folder
    (home / "rights.yaml").write_text("approve: [everything]\n")
    assert main(["worker", "quay", "--home", str(home), "--map", str(folder), "--once"]) == 2
    told = capsys.readouterr()
    assert "rights.yaml says something else" in told.out + told.err


def test_what_is_to_be_set_right_comes_in_a_file_and_never_on_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home, file = tmp_path / "home", tmp_path / "right.json"
    with counter(home, policy=POLICY) as desk:
        number, folder = desk.asked("correct"), desk.folder
    where = ("quay", "--home", str(home))
    beside = ("--map", str(folder))
    file.write_text("{}")
    assert main(["rights", "run", *where, number, *beside, "--correct", str(file)]) == 2
    assert "names what is wrong" in capsys.readouterr().out
    file.write_text("[{}]")
    assert main(["rights", "run", *where, number, *beside, "--correct", str(file)]) == 2
    assert "lists no corrections" in capsys.readouterr().out
    file.write_text('[{"what": "phone", "becomes": "+60 12 345"}]')
    code, shown = said(capsys, "rights", "run", *where, number, *beside, "--correct", str(file))
    assert (code, shown["waits"]) == (1, "tell house")
    assert b"+60 12 345" in (folder / "shop.db").read_bytes()
    assert "+60 12 345" not in json.dumps(shown)
