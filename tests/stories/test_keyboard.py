"""Every page by keyboard alone and without JavaScript: whatever can be used is come by with Tab, in the order in which it is read, and
shows that it has the focus; every form is sent by a button, so that Enter sends it; and no page holds a script at all.
"""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.stories.parish import Parish
from tests.support.ways import looking
from tests.web.walk import Found

MOST = 120
"""Presses of Tab on one page: long lists go on in the way they began."""
USABLE = """() => {
  const shut = e => { const d = e.closest('details:not([open])'); return d && !(e.tagName === 'SUMMARY' && e.parentNode === d); };
  const group = e => [...document.getElementsByName(e.name)];
  const alone = e => e.type !== 'radio' || e.checked || !group(e).some(o => o.checked) && group(e)[0] === e;
  return [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')]
    .filter(e => e.type !== 'hidden' && !e.disabled && e.tabIndex >= 0 && e.checkVisibility() && !shut(e) && alone(e))
    .map((e, turn) => { e.dataset.turn = turn; return (e.innerText || e.name || e.id || e.tagName).slice(0, 40); }); }"""
"""Names of what can be used, in the order in which it stands; of radio buttons the one at which Tab stops."""
FOCUSED = """() => { const e = document.activeElement, s = getComputedStyle(e);
  const seen = (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0) || s.boxShadow !== 'none';
  return {turn: e.dataset.turn === undefined ? -1 : +e.dataset.turn, seen}; }"""
PARTS_OF_A_DATE = 3
"""Steps that a browser makes within such a field, after the first: its parts, and the calendar."""
UNSENT = """() => [...document.forms].filter(f => f.method !== 'dialog'
  && ![...f.elements].some(e => (e.tagName === 'BUTTON' || e.tagName === 'INPUT') && ['submit', 'image'].includes(e.type)))
  .map(f => f.action)"""


@pytest.mark.parametrize("who", ["staff", "person"])
def test_accessibility_of_every_page_by_keyboard(village: Parish, browser: Browser, who: str) -> None:
    with looking(browser, "en", "light", 1280) as page:
        if who == "staff":
            village.staff_in(page)
        else:
            village.person_in(page, "en", "keyboard@people.example")
        found: Found = village.console if who == "staff" else village.centre
        wrong = [
            f"{address}: {said}"
            for address in found.addresses
            for said in out_of_reach(village, page, address)
        ]
    assert wrong == []


def out_of_reach(village: Parish, page: Page, address: str) -> list[str]:
    """What of a page cannot be used by keyboard, or only in another order than the one in which it stands."""
    page.goto(village.at.base + address)
    usable: list[str] = page.evaluate(USABLE)[:MOST]
    wrong = [f"the form to {form} has no button that sends it" for form in page.evaluate(UNSENT)]
    for turn, name in enumerate(usable):
        page.keyboard.press("Tab")
        at: dict[str, Any] = page.evaluate(FOCUSED)
        for _ in range(PARTS_OF_A_DATE):
            if at["turn"] != turn - 1 or not turn:
                break
            page.keyboard.press("Tab")  # a field for a day is walked part by part
            at = page.evaluate(FOCUSED)
        if at["turn"] != turn:
            return [*wrong, f"after {turn} steps Tab is at {at['turn']} instead of '{name}'"]
        if not at["seen"]:
            wrong.append(f"nothing shows the focus on '{name}'")
    return wrong


def test_no_page_holds_a_script(village: Parish) -> None:
    """What works here works without JavaScript: there is none."""
    addresses = [*village.console.addresses, *village.centre.addresses, *village.outside.addresses]
    texts = {address: village.at.see(address).text.lower() for address in addresses}
    assert [address for address, text in texts.items() if "<script" in text or " onclick=" in text] == []
