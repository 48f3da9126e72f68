"""Accessibility of what no link leads to, and by keyboard; pages that links lead to are looked at in `tests/stories/test_every_page.py`.

A page that needs to be scrolled sideways at 320 CSS pixels fails too (WCAG 2.2, 1.4.10), and so does one that no keyboard can use.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Page

from tests.support.axe import violations
from tests.support.ways import sideways
from tests.web.kit import Place
from troth.app.unknown import Unknown, What

WIDE, NARROW = 1280, 320


@pytest.fixture
def signed_in(town: Place, page: Page) -> Page:
    page.goto(f"{town.base}/sign-in/{town.hosting.signin.link()}")
    page.wait_for_url(f"{town.base}/")
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_accessibility_of_what_a_look_found(town: Place, signed_in: Page, scheme: str) -> None:
    signed_in.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    events = town.call("GET", "harbour/evidence?kind=promises:probe:failed").json()["events"]
    for width in (WIDE, NARROW):
        signed_in.set_viewport_size({"width": width, "height": 800})
        for path in (f"ledger/{events[0]['sequence']}", f"ledger/{events[0]['sequence']}/seen/1"):
            signed_in.goto(f"{town.base}/harbour/{path}")
            assert violations(signed_in) == [], (path, scheme, width)
            assert not sideways(signed_in), (path, width)


def test_accessibility_of_what_is_not_known(
    town: Place, signed_in: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = town.hosting.clock.now() - timedelta(hours=3)
    missing = (
        Unknown(What.PROCESS, "postgres"),
        Unknown(What.PROBE, "filing_fields", seen, "There is no store."),
    )
    monkeypatch.setattr(town.hosting, "unknown", lambda _: missing)
    for path in ("harbour", "harbour/life"):
        signed_in.goto(f"{town.base}/{path}")
        for width, scheme in ((WIDE, "dark"), (NARROW, "light")):
            signed_in.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            signed_in.set_viewport_size({"width": width, "height": 800})
            assert violations(signed_in) == [], (path, scheme, width)
            assert not sideways(signed_in), (path, width)


def test_accessibility_of_the_door(town: Place, page: Page) -> None:
    for path in ("/", "/sign-in/used-up"):
        page.goto(town.base + path)
        assert violations(page) == []
        assert page.title().startswith("Please sign in")


def test_accessibility_by_keyboard(town: Place, signed_in: Page) -> None:
    signed_in.goto(f"{town.base}/harbour")
    signed_in.keyboard.press("Tab")
    assert signed_in.evaluate("document.activeElement.textContent") == "Skip to the text"
    signed_in.keyboard.press("Enter")
    assert signed_in.evaluate("document.activeElement.id") == "main"
    seen = list(tabbed(signed_in, 14))
    assert any("state=broken" in place for place in seen), "the filter is within a few steps"
    assert any("/harbour/clauses/" in place for place in seen), "and so is the first passage"


def tabbed(page: Page, times: int) -> Iterator[str]:
    for _ in range(times):
        page.keyboard.press("Tab")
        focused = page.evaluate(
            "() => { const e = document.activeElement, s = getComputedStyle(e);"
            " return {place: e.getAttribute('href') || e.tagName, line: s.outlineStyle}; }"
        )
        assert focused["line"] != "none", f"the focus cannot be seen at {focused['place']}"
        yield str(focused["place"])
