"""The way off a list as its reader sees it: without JavaScript, by keyboard, in three languages, dark and narrow."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.support.axe import violations
from tests.web.kit import Place, place
from tests.web.test_api import accepted
from tests.web.test_messages import link_in, mailed, news, post
from troth.app.config import Home


def letter(at: Place) -> str:
    """The address in a fresh mail."""
    post(at, "messages", news(accepted(at)), 202)
    return at.base + link_in(at, mailed(at)[0])


def test_a_reader_leaves_by_keyboard_without_javascript(tmp_path: Path, page_without_scripts: Page) -> None:
    page = page_without_scripts
    with place(Home.at(tmp_path), "harbour") as at:
        page.goto(letter(at))
        assert "Business news" in page.inner_text("main")
        page.keyboard.press("Tab")
        button = page.get_by_role("button", name="Yes, stop them")
        while not button.evaluate("one => one === document.activeElement"):
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="These messages are stopped").wait_for()
        assert page.context.cookies() == []
        page.reload()
        assert "These messages are stopped" in page.inner_text("main")
        assert post(at, "messages", news(accepted(at)))["reason"] == "suppressed"


@pytest.mark.parametrize("language", ["en", "zh", "ms"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_read_it(tmp_path: Path, browser: Browser, language: str, scheme: str) -> None:
    with place(Home.at(tmp_path), "harbour") as at:
        address = letter(at)
        context = browser.new_context(
            locale=language, color_scheme=scheme, viewport={"width": 320, "height": 640}  # type: ignore[arg-type]
        )  # fmt: skip
        page = context.new_page()
        try:
            for _ in ("asked", "done"):
                page.goto(address)
                assert violations(page) == []
                assert page.evaluate("document.documentElement.scrollWidth") <= 320
                if page.query_selector("main form"):
                    page.click("main button")
            page.goto(f"{at.base}/u/none")
            assert violations(page) == []
        finally:
            context.close()
