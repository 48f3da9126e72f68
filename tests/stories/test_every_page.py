"""Every page of console, centre, sites and letters: as axe-core sees it, none to be scrolled sideways, in three languages, light and
dark, wide and at 320 CSS pixels (WCAG 2.2, 1.4.10), and the browser has nothing to report.

The pages are found by following links from the routes, so that a page which comes along is looked at without anybody listing it, and
one that no link leads to is a failure.
"""

from __future__ import annotations

from collections.abc import Iterable

from playwright.sync_api import Browser, Page

from tests.stories.parish import OUTSIDE, Parish
from tests.support.axe import violations
from tests.support.ways import each_way, looking, sideways, turn_of


def test_accessibility_leaves_no_page_out(village: Parish) -> None:
    assert village.missed() == [], "no link leads there; a room's life.py may name an address"
    walks = (village.console, village.centre, village.outside)
    assert [failed for one in walks for failed in one.failed] == []
    assert len(village.console.addresses) > 20, "the walk has found its way"
    assert len(village.centre.addresses) > 10


@each_way
def test_accessibility_of_the_console(
    village: Parish, browser: Browser, language: str, scheme: str, width: int
) -> None:
    with looking(browser, language, scheme, width) as page:
        village.staff_in(page)
        assert (
            wrong(
                village, page, turn_of(list(village.console.addresses), (language, scheme, width)), language
            )
            == []
        )


@each_way
def test_accessibility_of_the_privacy_centre(
    village: Parish, browser: Browser, language: str, scheme: str, width: int
) -> None:
    with looking(browser, language, scheme, width) as page:
        village.person_in(page, language, f"{language}-{scheme}-{width}@people.example")
        assert (
            wrong(village, page, turn_of(list(village.centre.addresses), (language, scheme, width)), language)
            == []
        )


@each_way
def test_accessibility_for_those_outside(
    village: Parish, browser: Browser, language: str, scheme: str, width: int
) -> None:
    with looking(browser, language, scheme, width) as page:
        addresses = dict.fromkeys([*OUTSIDE, *village.outside.addresses])
        assert wrong(village, page, turn_of(list(addresses), (language, scheme, width)), language) == []


def wrong(village: Parish, page: Page, addresses: Iterable[str], language: str) -> list[str]:
    """What is wrong with these pages, one line each; the language is the page's own unless its address asks for another."""
    said: list[str] = []
    found: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    for address in addresses:
        said.clear()
        page.goto(village.at.base + address)
        found += [f"{address}: {one}" for one in violations(page)]
        if sideways(page):
            found.append(f"{address}: has to be scrolled sideways")
        spoken = page.locator("html").get_attribute("lang")
        if spoken != language and "lang=" not in address:
            found.append(f"{address}: speaks {spoken}")
        found += [f"{address}: the browser says {one}" for one in said if "status of 40" not in one]
    return found
