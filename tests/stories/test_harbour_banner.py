"""harbour's site in a browser, with JavaScript and without: nothing before a choice, a no as easy as a yes, and taken back as easily."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
from playwright.sync_api import Browser, Page

from examples.kit.waiting import until
from tests.cookies.prominence import measured, unequal
from tests.support.axe import violations
from tests.support.chromium import fresh_page
from tests.tidy.source import ROOT
from troth.app.running import enliven, flush, running
from troth.app.town import Settings, Town
from troth.client import Client, KeyFile

pytestmark = pytest.mark.story
PANEL = "#troth section"
STORED = (
    "() => [document.cookie, ...Object.keys(localStorage), ...Object.keys(sessionStorage)].filter(Boolean)"
)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """harbour on a server, and one person who has been there."""
    settings = Settings(
        ROOT / "examples", tmp_path_factory.mktemp("run"), seed=5, people=1, only=("harbour",)
    )
    with running(settings, lambda _: None) as town:
        enliven(town, once=True)
        town.nursery.children["harbour people"].wait(300)
        yield town


@pytest.fixture
def board(town: Town) -> Iterator[Client]:
    """harbour's own key."""
    client = Client(KeyFile.read(town.keys_of("harbour")))
    yield client
    client.close()


def kept(page: Page) -> dict[str, Any]:
    """The choice that the browser keeps."""
    (found,) = (one for one in page.context.cookies() if one["name"] == "troth_choice")
    return dict(json.loads(unquote(found["value"])))


def names(page: Page) -> set[str]:
    return {one["name"] for one in page.context.cookies()}


def press(page: Page, button: str) -> None:
    """Press a button of the banner, and wait until the server has heard of it, which the browser notes beside the choice.

    A page in which something is turned off begins anew at once: the answer may come to the old page, whom nobody asks any more, or
    the new page tells of the choice again. So the answer itself is nothing to wait for.
    """
    page.locator(f"#troth #{button}").click()
    until(lambda: "troth_choice" in names(page) and kept(page)["r"] == 1, 60, 0.1)


def seen(town: Town, table: str) -> int:
    """Rows of a table of harbour."""
    held = sqlite3.connect(f"file:{town.data_of('harbour') / 'harbour.db'}?mode=ro", uri=True)
    (count,) = held.execute(f"SELECT count(*) FROM {table}").fetchone()
    held.close()
    return int(count)


def test_nothing_is_stored_before_a_choice_and_no_is_as_easy_as_yes(town: Town, browser: Browser) -> None:
    before = seen(town, "page_views"), seen(town, "page_log"), seen(town, "visits")
    with fresh_page(browser) as (page, strangers):
        page.goto(town.site)
        page.wait_for_selector(PANEL)
        assert page.evaluate(STORED) == []
        assert names(page) == set()
        yes, no = page.locator("#troth #accept"), page.locator("#troth #reject")
        assert unequal(measured(page, yes), measured(page, no)) == []
        assert violations(page) == []
        page.get_by_role("button", name="Into the basket").first.click()
        assert "not let us remember a basket" in page.inner_text("main")
        assert names(page) == set()
        press(page, "reject")
        assert kept(page)["y"] == ["unless:cookies_off"]
        page.goto(town.site)
        page.get_by_role("button", name="Into the basket").first.click()
        assert names(page) == {"troth_choice"}
        assert strangers == set()
    assert (seen(town, "page_views"), seen(town, "page_log"), seen(town, "visits")) == (
        *before[:2],
        before[2] + 1,
    )


def test_after_a_yes_it_is_remembered_and_after_a_no_it_is_gone(
    town: Town, browser: Browser, board: Client
) -> None:
    with fresh_page(browser) as (page, _):
        page.goto(town.site)
        press(page, "accept")
        with page.expect_response(lambda answer: "/beacon.gif" in answer.url):
            page.goto(town.site)
        page.select_option("#language", "ms")
        page.get_by_role("button", name="Choose").click()
        assert "Selamat datang" in page.inner_text("h1")
        page.get_by_role("button", name="Into the basket").last.click()
        assert "Your basket" in page.inner_text("main")
        assert names(page) == {"troth_choice", "harbour_language", "harbour_basket"}
        baskets = seen(town, "baskets")
        assert baskets > 0
        assert seen(town, "page_views") > 0
        page.locator("#troth button.c").click()
        with page.expect_navigation():
            press(page, "reject")
        assert "Welcome aboard" in page.goto(town.site).text()
        assert names(page) == {"troth_choice"}
        assert seen(town, "baskets") == baskets - 1
        views = seen(town, "page_views")
        assert page.request.get(f"{town.site}/beacon.gif").ok
        assert seen(town, "page_views") == views, "not even when the image is asked for by hand"
    flush(town)
    said = board.evidence(kind="cookies:choice:made")["events"]
    assert len(said) >= 2


def test_a_browser_that_asks_not_to_be_tracked_is_heard(town: Town, browser: Browser, board: Client) -> None:
    views = seen(town, "page_views")
    with fresh_page(browser) as (page, _):
        page.context.set_extra_http_headers({"Sec-GPC": "1"})
        page.goto(town.site)
        page.wait_for_selector("#troth", state="attached")
        assert page.locator(PANEL).is_hidden()
        assert page.evaluate("troth.allowsItem('site_beacon')") is False
        assert names(page) == set()
    assert seen(town, "page_views") == views
    assert board.evidence(kind="cookies:signal:honoured")["events"]


def test_without_javascript_a_form_does_the_same(town: Town, browser: Browser) -> None:
    with fresh_page(browser, scripts=False) as (page, strangers):
        page.goto(town.site)
        assert names(page) == set()
        page.get_by_role("link", name="Privacy choices").click()
        assert violations_without_scripts(page)
        page.get_by_label("Remembering the basket").check()
        page.get_by_role("button", name="Save").click()
        assert kept(page)["y"] == ["allowed:basket_cookie", "point:site_beacon", "unless:cookies_off"]
        page.get_by_role("link", name="Back to the site").click()
        page.wait_for_url(f"{town.site}/")
        page.get_by_role("button", name="Into the basket").first.click()
        assert names(page) == {"troth_choice", "harbour_basket"}
        page.get_by_role("link", name="Privacy choices").click()
        page.get_by_role("button", name="Reject all").click()
        page.goto(town.site)
        assert names(page) == {"troth_choice"}
        assert strangers == set()


def violations_without_scripts(page: Page) -> bool:
    """What can be said without a script of the page: each box has its label, and both answers are buttons of one form."""
    form = page.locator("form.site")
    return (
        form.get_by_role("button", name="Reject all").count()
        == form.get_by_role("button", name="Accept all").count()
        == 1
    )


def test_a_page_loads_the_banner_and_its_own_things_and_nothing_else(town: Town) -> None:
    policy = httpx.get(town.site).headers["Content-Security-Policy"]
    assert f"script-src {town.base};" in policy
    assert "unsafe" not in policy
    assert "*" not in policy
