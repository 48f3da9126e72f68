"""The banner in a real browser: nothing before a choice, no as prominent as yes, a way back that stays, the signal honoured."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import pytest
from playwright.sync_api import Browser, Page

from tests.cookies.prominence import measured, unequal
from tests.cookies.shop import Shop, shop, visitor
from tests.support.axe import violations
from troth.cookies import script
from troth.cookies.script import program, style

LIMIT = 10 * 1024
STORED = """() => [document.cookie.split('; ').filter(Boolean), Object.keys(localStorage), Object.keys(sessionStorage)]"""
PANEL = "#troth section"


@pytest.fixture(scope="module")
def axle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A site whose items wait for a yes."""
    with shop(tmp_path_factory.mktemp("axle") / "home", "axle") as found:
        yield found


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A site whose items run until somebody rejects them."""
    with shop(tmp_path_factory.mktemp("gateway") / "home", "gateway") as found:
        yield found


def names(page: Page) -> set[str]:
    cookies, local, session = page.evaluate(STORED)
    return {one.partition("=")[0] for one in cookies} | set(local) | set(session)


def kept(page: Page) -> dict[str, Any]:
    (found,) = (one for one in page.context.cookies() if one["name"] == "troth_choice")
    return dict(json.loads(unquote(found["value"])))


def answered(page: Page) -> Any:
    """What the server says to the next choice."""
    return page.expect_response(
        lambda answer: answer.url.endswith("/choice") and answer.request.method == "POST"
    )


def press(page: Page, id: str) -> None:
    with answered(page):
        page.locator(f"#troth #{id}").click()


def test_program_and_style_together_are_at_most_ten_kilobytes(axle: Shop) -> None:
    assert len(gzip.compress((program() + style()).encode(), 9)) <= LIMIT
    organisation = axle.at.hosting.organisations["axle"].organisation
    for language in ("en", "zh", "ms"):
        shown = organisation.cookies.interface(organisation.policy(), axle_site(), language)
        whole = script(shown, signal=False, base="http://127.0.0.1/site/axle/")
        assert len(gzip.compress(whole.encode(), 9)) <= LIMIT, "words and declared items included"


def axle_site() -> Any:
    from troth.cookies import Site

    return Site(names={"s": "session_cookie", "prefs": "preference_cookie"})


def test_nothing_is_stored_or_loaded_before_a_choice(axle: Shop, browser: Browser) -> None:
    axle.asked.clear()
    with visitor(browser) as page:
        page.goto(axle.address())
        page.wait_for_selector(PANEL)
        assert names(page) == set()
        assert page.context.cookies() == []
        assert page.evaluate("window.ran") is None
        assert "/beacon.gif" not in axle.asked
    assert axle.kinds("cookies:choice") == []


def test_no_is_as_prominent_as_yes(axle: Shop, browser: Browser) -> None:
    for scheme in ("light", "dark"):
        for width in (1280, 320):
            with visitor(browser, color_scheme=scheme, viewport={"width": width, "height": 700}) as page:
                page.goto(axle.address())
                page.wait_for_selector(PANEL)
                yes, no = (measured(page, page.locator(f"#troth #{id}")) for id in ("accept", "reject"))
                assert unequal(yes, no) == [], (scheme, width)


def test_yes_loads_and_no_takes_back_in_as_many_steps(axle: Shop, browser: Browser) -> None:
    with visitor(browser) as page:
        page.goto(axle.address())
        press(page, "accept")
        page.wait_for_function("window.ran === 1")
        assert names(page) == {"prefs", "troth_choice"}
        one = kept(page)
        page.goto(axle.address())
        assert page.locator(PANEL).is_hidden()
        page.get_by_role("button", name="Privacy choices").click()
        with page.expect_navigation():
            page.locator("#troth #reject").click()
        page.wait_for_selector("#troth .c")
        assert names(page) == {"troth_choice"}
        assert page.evaluate("window.ran") is None
        assert kept(page)["i"] == one["i"]
        assert kept(page)["y"] == []
        page.wait_for_function("decodeURIComponent(document.cookie).includes('\"r\":1')")
    assert "consent:item:withdrawn" in axle.kinds("consent:")


def test_a_choice_holds_on_every_sub_domain(axle: Shop, browser: Browser) -> None:
    with visitor(browser) as page:
        page.goto(axle.address("www"))
        press(page, "reject")
        page.goto(axle.address("help"))
        page.wait_for_selector("#troth .c")
        assert page.locator(PANEL).is_hidden()
        assert kept(page)["y"] == []


def test_what_nobody_declared_is_kept_out_and_told_of(axle: Shop, browser: Browser) -> None:
    with visitor(browser) as page:
        told: list[str] = []
        page.on(
            "request",
            lambda request: told.append(request.post_data or "") if request.url.endswith("/seen") else None,
        )
        page.goto(axle.address())
        press(page, "accept")
        page.evaluate("localStorage.late = '1'; document.cookie = 'prefs=2;path=/'")
        page.wait_for_function("!('late' in localStorage)")
        assert names(page) == {"prefs", "troth_choice"}
    said = {(one["what"], one["name"], one["refused"]) for one in map(json.loads, filter(None, told))}
    assert {
        ("cookie", "_spy", True),
        ("local_storage", "spy", True),
        ("local_storage", "late", False),
    } <= said
    assert "cookies:item:refused" in axle.kinds("cookies:item")


def test_the_signal_turns_off_what_runs_by_itself_and_a_later_choice_outweighs_it(
    gateway: Shop, browser: Browser
) -> None:
    with visitor(browser) as page:
        page.goto(gateway.address())
        page.wait_for_function("window.ran === 1")
    with visitor(browser, gpc=True) as page:
        page.goto(gateway.address())
        page.wait_for_selector("#troth .c")
        assert page.evaluate("window.ran") is None
        assert names(page) == set()
        page.get_by_role("button", name="Privacy choices").click()
        assert "asks not to be tracked" in page.locator(PANEL).inner_text()
        press(page, "accept")
        page.wait_for_function("window.ran === 1")
        page.goto(gateway.address())
        page.wait_for_function("window.ran === 1")
    assert gateway.kinds("cookies:signal") == ["cookies:signal:honoured"]


def test_the_signal_outweighs_an_earlier_choice(gateway: Shop, browser: Browser) -> None:
    with visitor(browser) as page:
        page.goto(gateway.address())
        press(page, "accept")
        before = page.context.cookies()
    with visitor(browser, gpc=True) as page:
        page.context.add_cookies(before)  # type: ignore[arg-type]
        page.goto(gateway.address())
        page.wait_for_selector("#troth .c")
        assert page.evaluate("window.troth.allows('audience_counting')") is False
        assert page.evaluate("window.ran") is None


def test_another_tab_follows_at_once(axle: Shop, browser: Browser) -> None:
    with visitor(browser) as page:
        page.goto(axle.address())
        other = page.context.new_page()
        other.goto(axle.address())
        press(page, "accept")
        other.wait_for_function("window.ran === 1")


def test_a_choice_that_the_server_missed_is_sent_again(axle: Shop, browser: Browser) -> None:
    with visitor(browser) as page:
        page.goto(axle.address())
        page.route("**/choice", lambda route: route.abort())
        with page.expect_event("requestfailed"):
            page.locator("#troth #reject").click()
        assert kept(page)["r"] == 0
        page.unroute("**/choice")
        with answered(page) as sent:
            page.goto(axle.address())
        assert sent.value.status == 200
        page.wait_for_function("decodeURIComponent(document.cookie).includes('\"r\":1')")


def test_one_item_can_be_chosen_and_the_boxes_start_empty(gateway: Shop, browser: Browser) -> None:
    with visitor(browser) as page:
        page.goto(gateway.address())
        page.get_by_role("button", name="Details").click()
        box = page.locator("#troth input[value='point:page_beacon']")
        assert box.is_checked()
        box.uncheck()
        with page.expect_navigation():
            page.get_by_role("button", name="Save these").click()
        page.wait_for_selector("#troth .c")
        assert page.evaluate("window.troth.allows('audience_counting')") is False
        assert page.evaluate("window.troth.allowsItem('login_cookie')") is True


def test_by_keyboard_alone(axle: Shop, browser: Browser) -> None:
    """The banner is the first thing on the page, takes no focus by itself, and gives it back to the control."""
    with visitor(browser) as page:
        page.goto(axle.address())
        page.wait_for_selector(PANEL)
        assert page.evaluate("document.activeElement.tagName") == "BODY"
        seen = []
        for _ in range(5):
            page.keyboard.press("Tab")
            seen.append(
                page.evaluate("document.getElementById('troth').shadowRoot.activeElement?.textContent")
            )
        assert seen == ["Privacy policy", "Reject all", "Accept all", "Details", "Privacy choices"]
        page.keyboard.press("Enter")
        assert page.locator(PANEL).is_hidden()
        page.keyboard.press("Enter")
        assert page.evaluate("document.getElementById('troth').shadowRoot.activeElement.id") == "t"
        for _ in range(2):
            page.keyboard.press("Tab")
        with answered(page):
            page.keyboard.press("Enter")
        assert page.locator(PANEL).is_hidden()
        assert page.evaluate("document.getElementById('troth').shadowRoot.activeElement.className") == "c"
        assert kept(page)["y"] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "zh", "ms"])
def test_accessibility_of_the_banner(axle: Shop, browser: Browser, scheme: str, language: str) -> None:
    axle.lang = language
    try:
        for width in (1280, 320):
            with visitor(browser, color_scheme=scheme, viewport={"width": width, "height": 800}) as page:
                page.goto(axle.address())
                page.wait_for_selector(PANEL)
                assert violations(page) == [], (width, "first")
                page.locator("#troth [aria-controls=more]").click()
                assert violations(page) == [], (width, "details")
                assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
                page.locator("#troth #reject").click()
                assert violations(page) == [], (width, "control")
    finally:
        axle.lang = "en"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_form_without_javascript(axle: Shop, browser: Browser, scheme: str) -> None:
    with visitor(browser, color_scheme=scheme, viewport={"width": 320, "height": 800}) as page:
        page.goto(f"{axle.at.base}/site/axle/choices?back={axle.address()}")
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        yes, no = (measured(page, page.locator(f"button[value={id}]")) for id in ("accept", "reject"))
        assert unequal(yes, no) == []
    with visitor(browser, scripts=False) as page:
        page.goto(axle.address())
        page.get_by_role("link", name="Privacy choices").click()
        assert not page.locator("input:checked").count()
        page.get_by_role("button", name="Accept all").click()
        assert page.locator("input:checked").count() == 1
        page.get_by_role("button", name="Reject all").click()
        assert page.get_by_role("status").inner_text() == "Your choice was saved."
        assert not page.locator("input:checked").count()


def test_a_strict_policy_of_the_page_does_not_stop_the_banner(axle: Shop, browser: Browser) -> None:
    axle.more = f'<meta http-equiv="content-security-policy" content="style-src \'none\'; connect-src {axle.at.base}">'
    try:
        with visitor(browser) as page:
            page.goto(axle.address())
            page.wait_for_selector(PANEL)
            assert page.evaluate("getComputedStyle(document.getElementById('troth')).position") == "fixed"
            press(page, "reject")
    finally:
        axle.more = ""
