"""In which ways a page is looked at: three languages, light and dark, wide and at 320 CSS pixels (WCAG 2.2, 1.4.10).

`make axe` takes every way there is; a usual run takes three ways of twelve, such that each language, each scheme and each width
is among them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product

import pytest
from playwright.sync_api import Browser, Page

from tests.support.chromium import MOST_WAITED

LANGUAGES = ("en", "zh", "ms")
WIDE, NARROW = 1280, 320
Way = tuple[str, str, int]
USUAL: list[Way] = [("en", "light", NARROW), ("zh", "dark", NARROW), ("ms", "dark", WIDE)]
WAYS: list[Way] = (
    [*product(LANGUAGES, ("light", "dark"), (WIDE, NARROW))]
    if os.environ.get("TROTH_AXE") == "every"
    else USUAL
)
each_way = pytest.mark.parametrize(
    ("language", "scheme", "width"), WAYS, ids=["-".join(map(str, w)) for w in WAYS]
)


def turn_of(pages: list[str], way: Way) -> list[str]:
    """The pages that are looked at in this way: every one where all ways are gone, in a usual run each in one of them."""
    return pages[USUAL.index(way) :: len(USUAL)] if WAYS is USUAL else pages


@contextmanager
def looking(browser: Browser, language: str, scheme: str, width: int) -> Iterator[Page]:
    """A page of a new profile in a language, light or dark, so many CSS pixels wide."""
    context = browser.new_context(
        locale=language, color_scheme="dark" if scheme == "dark" else "light", viewport={"width": width, "height": 800}
    )  # fmt: skip
    context.set_default_timeout(MOST_WAITED)
    try:
        yield context.new_page()
    finally:
        context.close()


def sideways(page: Page) -> bool:
    """Whether some of the page lies beyond the right edge."""
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))
