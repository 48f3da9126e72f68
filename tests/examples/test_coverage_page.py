"""docs/coverage.md is what the program says of the five examples; write it anew with the command it names."""

from __future__ import annotations

from pathlib import Path

import pytest

from troth.cli.main import main

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.docs
def test_the_page_about_coverage_is_what_the_program_says(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    folders = sorted(
        str(p.relative_to(ROOT)) for p in (ROOT / "examples").iterdir() if (p / "policy.yaml").is_file()
    )
    assert main(["coverage", *folders, "--markdown"]) == 0
    assert (ROOT / "docs" / "coverage.md").read_text(encoding="utf-8") == capsys.readouterr().out
