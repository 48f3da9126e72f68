"""The page about the language is what the types say; write it anew with `python -m tests.policy.test_document`."""

from __future__ import annotations

from pathlib import Path

import pytest

from troth.policy.document import language_markdown

PAGE = Path(__file__).parent.parent.parent / "docs" / "language.md"


@pytest.mark.docs
def test_the_page_about_the_language_says_what_the_types_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == language_markdown()


if __name__ == "__main__":
    PAGE.write_text(language_markdown(), encoding="utf-8")
