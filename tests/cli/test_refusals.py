"""What a command cannot use it refuses in one sentence that says what to do, and leaves nothing behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tidy.source import ROOT
from troth.cli.main import main

ASK = (
    "ask",
    str(ROOT / "examples" / "harbour"),
    "--action",
    "use",
    "--data",
    "email",
    "--purpose",
    "promotion",
)
ABOUT_SOMEBODY = (*ASK, "--subject", "sub_0")


def said_in_one_sentence(capsys: pytest.CaptureFixture[str]) -> str:
    said = capsys.readouterr()
    assert said.err == ""
    assert len(said.out.strip().splitlines()) == 1
    return said.out


@pytest.mark.parametrize("speed", ["-3", "0", "nan", "inf"])
def test_nobody_lives_backwards(tmp_path: Path, capsys: pytest.CaptureFixture[str], speed: str) -> None:
    args = ("run", "--examples", str(ROOT / "examples"), "--data", str(tmp_path / "data"), "--speed", speed)
    assert main(args) == 2
    said = said_in_one_sentence(capsys)
    assert "speed" in said
    assert "above 0" in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "wrong", [("--only", "nosuch"), ("--examples", "nowhere"), ("--originals", "nowhere")]
)
def test_a_run_that_cannot_open_leaves_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], wrong: tuple[str, str]
) -> None:
    args = ("run", "--examples", str(ROOT / "examples"), "--data", str(tmp_path / "data"), *wrong)
    assert main(args) == 2
    assert wrong[1] in said_in_one_sentence(capsys)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "command",
    [ABOUT_SOMEBODY, ("replay", "harbour"), ("verify",), ("verify", "harbour"), ("checkpoint", "harbour")],
    ids=lambda command: " ".join(command[:1]),
)
def test_where_nothing_was_ever_opened_nothing_is_made(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: tuple[str, ...],
) -> None:
    for name in ("TROTH_HOME", "TROTH_DATABASE", "TROTH_WORDS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    assert main(command) == 2
    said = said_in_one_sentence(capsys)
    assert "--home" in said
    assert "troth run" in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["ask", "coverage"])
def test_what_refuses_a_policy_is_counted_without_warnings(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    (tmp_path / "text.md").write_text("1. One.\n\n2. Two.\n")
    (tmp_path / "policy.yaml").write_text(
        "policy: quay\norganisation: Quay\nversion: '1'\ntexts: [text.md]\n"
        "entities:\n  quay: {role: controller, name: Quay, clauses: ['7']}\n"
    )
    rest = ("--action", "use", "--data", "email", "--purpose", "x") if command == "ask" else ()
    assert main((command, str(tmp_path), *rest)) == 2
    said = capsys.readouterr()
    assert "refused by 1 error;" in said.out + said.err
