"""The commands as their users meet them: what they print, and the exit code they end with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from troth.cli.main import main

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
HARBOUR = str(EXAMPLES / "harbour")


def ran(capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, str]:
    code = main(argv)
    out = capsys.readouterr()
    assert "Traceback" not in out.out + out.err
    return code, out.out


def ran_json(capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, Any]:
    code, out = ran(capsys, *argv, "--json")
    return code, json.loads(out)


# --- new, check, bind ----------------------------------------------------------------------------------------------------


def test_a_new_policy_compiles_and_decides(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(tmp_path / "acme")
    assert ran(capsys, "new", folder)[0] == 0
    code, report = ran_json(capsys, "check", folder)
    assert (code, report["compiles"], report["counts"]["error"]) == (0, True, 0)
    newsletter = ("ask", folder, "--action", "use", "--data", "email", "--purpose", "newsletter")
    code, answer = ran_json(capsys, *newsletter)
    assert (code, answer["outcome"], answer["missing"]) == (1, "deny", [["consent:newsletter"]])
    code, answer = ran_json(capsys, *newsletter, "--fact", "consent:newsletter")
    assert (code, answer["outcome"], answer["ground"]) == (0, "permit", "ground:agreed")
    code, answer = ran_json(
        capsys, *newsletter, "--fact", "consent:newsletter", "--fact", "objects:newsletter"
    )
    assert (code, answer["clauses"]) == (1, ["2.3"])


def test_new_overwrites_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "acme").mkdir()
    (tmp_path / "acme" / "mine.txt").write_text("mine")
    code, out = ran(capsys, "new", str(tmp_path / "acme"))
    assert (code, "not empty" in out) == (2, True)
    assert [p.name for p in (tmp_path / "acme").iterdir()] == ["mine.txt"]


def test_a_name_that_cannot_be_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ran(capsys, "new", str(tmp_path / "Acme & Co"))[0] == 2


def test_check_tells_every_finding_and_refuses(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "policy.yaml").write_text("policy: demo\npurposes:\n  a: {dta: [x]}\n")
    code, out = ran(capsys, "check", str(tmp_path))
    assert code == 1
    assert "policy.yaml:3: error: 'dta' is not a term of a purpose. [unknown-key]" in out
    assert "Did you mean 'data'?" in out


def test_a_reworded_clause_is_flagged_until_it_is_bound_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "acme"
    ran(capsys, "new", str(folder))
    text = folder / "text" / "en.md"
    text.write_text(text.read_text().replace("our newsletter", "our weekly newsletter"))
    code, report = ran_json(capsys, "check", str(folder))
    assert code == 0
    assert ("reworded", True) in [(f["code"], "2.2" in f["message"]) for f in report["findings"]]
    (folder / "text" / "en.marks.md").unlink()
    assert ran(capsys, "bind", str(folder))[0] == 0
    assert ran_json(capsys, "check", str(folder))[1]["findings"] == []


# --- read ----------------------------------------------------------------------------------------------------------------


def test_read_prints_every_clause(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "text.md"
    file.write_text("# Policy\n\n1.1 One.\n\n1.2 Two:\n\n- a\n- b\n")
    code, out = ran(capsys, "read", str(file))
    assert code == 0
    assert [word for word in ("1.1", "1.2", "1.2•1", "1.2•2") if word not in out] == []
    code, plain = ran_json(capsys, "read", str(file))
    assert code == 0
    assert "1.2•2" in json.dumps(plain, ensure_ascii=False)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b" \n\n", "empty"),
        (b"caf\xe9\n", "UTF-8"),
        (b"x" * 50_000_000, "larger"),
        (b"x" * 5_000_000, "long"),
    ],
    ids=["empty", "blank", "latin-1", "fifty megabytes", "five megabytes"],
)
def test_a_text_that_cannot_be_read_gets_one_sentence(
    content: bytes, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "text.txt"
    file.write_bytes(content)
    code, out = ran(capsys, "read", str(file))
    assert code == 2
    assert said in out


def test_a_text_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out = ran(capsys, "read", str(tmp_path / "nowhere.txt"))
    assert (code, "No such file" in out) == (2, True)


# --- ask -----------------------------------------------------------------------------------------------------------------

BAD_QUESTIONS: list[tuple[tuple[str, ...], str]] = [
    ((), "Say what is asked"),
    (("--action", "use", "--right", "access"), "not both"),
    (
        ("--action", "use", "--data", "email", "--purpose", "x", "--fact", "consnt:x"),
        "Did you mean 'consent'?",
    ),
    (
        ("--action", "use", "--data", "email", "--purpose", "x", "--fact", "consent:nothing_such"),
        "no consent",
    ),
    (
        ("--action", "use", "--data", "email", "--purpose", "x", "--paper", "citaton"),
        "Did you mean 'citation'?",
    ),
]


@pytest.mark.parametrize(("argv", "said"), BAD_QUESTIONS, ids=[said for _, said in BAD_QUESTIONS])
def test_a_question_that_cannot_be_put(
    argv: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out = ran(capsys, "ask", HARBOUR, *argv)
    assert code == 2
    assert said in out


def test_an_answer_says_that_it_is_hypothetical(capsys: pytest.CaptureFixture[str]) -> None:
    code, answer = ran_json(
        capsys, "ask", HARBOUR, "--action", "use", "--data", "email", "--purpose", "nothing_such"
    )
    assert (code, answer["outcome"], answer["hypothetical"]) == (1, "deny", True)
    assert {"outcome", "ground", "clauses", "duties", "missing", "policy"} <= set(answer)


def test_a_request_is_answered_with_what_it_lacks(capsys: pytest.CaptureFixture[str]) -> None:
    code, answer = ran_json(capsys, "ask", HARBOUR, "--right", "delete", "--ground", "NOTHING_SUCH")
    assert (code, answer["outcome"]) == (1, "refer")


# --- coverage ------------------------------------------------------------------------------------------------------------


def test_coverage_counts_every_clause_once(capsys: pytest.CaptureFixture[str]) -> None:
    code, report = ran_json(capsys, "coverage", HARBOUR)
    total = report["all"]
    assert code == 0
    assert total["clauses"] == total["bound"] + total["reasoned"] + total["unbound"] == 133
    assert total["bound"] == total["controls_built"] + total["controls_not_built"]


def test_a_folder_without_a_policy_is_passed_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["coverage", HARBOUR, str(tmp_path)])
    assert code == 0
    assert "passed over" in capsys.readouterr().err


# --- binding loses nothing -----------------------------------------------------------------------------------------------


def test_bind_refuses_to_overwrite_an_edit_of_the_published_text(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "acme"
    ran(capsys, "new", str(folder))
    text = folder / "text" / "en.md"
    text.write_text(text.read_text().replace("thirty", "sixty"))
    code, out = ran(capsys, "bind", str(folder))
    assert (code, "edited-text" in out) == (1, True)
    assert "sixty" in text.read_text()


def test_bind_follows_an_edit_of_the_marked_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "acme"
    ran(capsys, "new", str(folder))
    marked = folder / "text" / "en.marks.md"
    marked.write_text(marked.read_text().replace("thirty", "sixty"))
    assert [f["code"] for f in ran_json(capsys, "check", str(folder))[1]["findings"]] == ["marks-differ"]
    assert ran(capsys, "bind", str(folder))[0] == 0
    assert "sixty" in (folder / "text" / "en.md").read_text()
    assert ran_json(capsys, "check", str(folder))[1]["findings"] == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda folder: (folder / "text" / "en.md").write_bytes(b"caf\xe9"), "not-utf8"),
        (
            lambda folder: (folder / "text" / "en.marks.md").write_text("<!-- 1 -->a <!-- 1 -->b\n"),
            "doubled-mark",
        ),
    ],
    ids=["not UTF-8", "a mark twice"],
)
def test_a_bind_that_is_refused_writes_nothing(
    change: Any, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "acme"
    ran(capsys, "new", str(folder))
    change(folder)
    before = {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    code, out = ran(capsys, "bind", str(folder))
    assert (code, said in out) == (1, True)
    assert {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()} == before


def test_a_text_that_lost_its_addresses_is_not_bound(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "acme"
    ran(capsys, "new", str(folder))
    (folder / "text" / "en.marks.md").unlink()
    (folder / "text" / "en.md").write_text("# Mine\n\n7. Something else.\n")
    code, out = ran(capsys, "bind", str(folder))
    assert (code, "delete clauses.yaml" in out) == (1, True)


def test_a_misspelt_category_is_a_question_that_cannot_be_put(capsys: pytest.CaptureFixture[str]) -> None:
    code, out = ran(capsys, "ask", HARBOUR, "--action", "use", "--data", "emial", "--purpose", "promotion")
    assert (code, "Did you mean 'email'?" in out) == (2, True)
