"""The notice as one file: whole in itself, in each language in which there is a text."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.notices.kit import FORMS
from tests.web.kit import EXAMPLES
from troth.cli.main import main


@pytest.mark.parametrize("company", ["harbour", "counter"])
def test_a_notice_is_a_file_that_needs_no_other(company: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", str(EXAMPLES / company), "--notice"]) == 0
    page = capsys.readouterr().out
    assert page.startswith("<!doctype html>")
    assert not re.search(r"<(script|link|img|iframe)|url\(|@import|\ssrc=", page)
    assert "sha256:" in page
    assert "imulation" in page
    assert page.count("<h3>") > 3


def test_there_is_one_for_each_language_of_the_texts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "policy"
    folder.mkdir()
    two = FORMS.replace("texts: [text.md]", "texts: [text.md, text.zh.md]\nlanguages: [en, zh]")
    (folder / "policy.yaml").write_text(two)
    (folder / "text.md").write_text(
        "# Privacy\n\n1. We are Quay & Co.\n\n2. We write to you.\n\n3. Affiliates.\n"
    )
    (folder / "text.zh.md").write_text("# 隐私\n\n1. 我们是码头。\n\n2. 我们写信给您。\n\n3. 关联方。\n")
    assert main(["export", str(folder), "--notice", "--out", str(tmp_path / "out")]) == 0
    english, chinese = (tmp_path / "out" / f"notice.{one}.html" for one in ("en", "zh"))
    assert capsys.readouterr().out.split() == [str(english), str(chinese)]
    assert "Quay &amp; Co" in english.read_text()
    assert "我们写信给您" in chinese.read_text()
    assert '<html lang="zh">' in chinese.read_text()
    assert main(["export", str(folder), "--language", "ms"]) == 2
    assert main(["export", str(tmp_path), "--notice"]) == 2
