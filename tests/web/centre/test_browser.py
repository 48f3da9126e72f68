"""The journeys of a person in a real browser, without scripts and by keyboard alone; and every page as axe-core sees it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page

from tests.support.axe import violations
from tests.support.chromium import fresh_page
from tests.support.ways import sideways
from tests.web.centre.kit import ADDRESS, code_for, lived
from tests.web.kit import Place
from tests.web.test_accessibility import tabbed

PATHS = (
    "", "/consents", "/consents/other_purpose", "/consents/export", "/objections/mailing_list", "/receipts", "/rights", "/policy",
    "/notice",
)  # fmt: skip


def come_in(town: Place, page: Page, address: str) -> None:
    page.goto(f"{town.base}/my/harbour")
    page.fill("#address", address)
    page.click("main button")
    page.fill("#code", code_for(town, address))
    page.click("main button")
    page.wait_for_url(f"{town.base}/my/harbour")


def test_a_journey_without_scripts(quay: Place, browser: Browser) -> None:
    lived(quay)
    with fresh_page(browser, scripts=False) as (page, strangers):
        come_in(quay, page, ADDRESS)
        page.get_by_role("link", name="Consents", exact=True).click()
        page.get_by_role("link", name="Another aim", exact=True).click()
        assert page.get_by_role("heading", name="This would stop").is_visible()
        page.get_by_role("button", name="Withdraw").click()
        assert page.get_by_role("status").inner_text().startswith("Withdrawn, and in force.")
        with page.expect_download() as found:
            page.get_by_role("link", name="Download the receipt").click()
        assert found.value.suggested_filename.startswith("receipt-harbour-")
        page.get_by_role("button", name="I agree").click()
        assert page.get_by_role("status").inner_text().startswith("Given, and in force.")
        page.get_by_role("button", name="Bahasa Melayu").click()
        assert page.get_by_role("button", name="Tarik balik").is_visible()
        page.get_by_role("button", name="Keluar").click()
        page.goto(f"{quay.base}/my/harbour")
        assert page.locator("#address").is_visible()
        assert page.context.cookies() == []
        assert strangers == set()


def test_a_journey_by_keyboard(quarter: Place, page: Page) -> None:
    lived(quarter, "keys@people.example")
    come_in(quarter, page, "keys@people.example")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.goto(f"{quarter.base}/my/harbour/consents/other_purpose")
    seen = list(tabbed(page, 14))
    assert seen.count("BUTTON") >= 1, "the button is within a few steps"
    page.locator("main .press button").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/consents/other_purpose?done=*")
    assert page.get_by_role("status").inner_text().startswith("Withdrawn")


@pytest.mark.parametrize("language", ["en", "zh", "ms"])
def test_accessibility_of_the_centre(quarter: Place, page: Page, language: str) -> None:
    """Each page in light and dark, wide and at 320 CSS pixels, none to be scrolled sideways."""
    address = f"axe-{language}@people.example"
    lived(quarter, address)
    page.goto(f"{quarter.base}/my/harbour?lang={language}")
    assert violations(page) == []
    page.fill("#address", address)
    page.click("main button")
    assert violations(page) == []
    page.fill("#code", code_for(quarter, address))
    page.click("main button")
    page.wait_for_url(f"{quarter.base}/my/harbour")
    for path in PATHS:
        page.goto(f"{quarter.base}/my/harbour{path}")
        assert page.locator("html").get_attribute("lang") == language
        for scheme, width in (("light", 1280), ("dark", 320)):
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            page.set_viewport_size({"width": width, "height": 800})
            assert violations(page) == [], (path, scheme, width)
            assert not sideways(page), (path, width)


def test_what_a_page_asks_for(quarter: Place, page: Page) -> None:
    lived(quarter, "counted@people.example")
    come_in(quarter, page, "counted@people.example")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for path in PATHS:
        asked.clear()
        page.goto(f"{quarter.base}/my/harbour{path}")
        assert len(asked) <= 3, (path, asked)
