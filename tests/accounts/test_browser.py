"""The pages of an account in a real browser: accessible in every language, and all of it without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.accounts.kit import OTHER, QUICK, STRONG
from tests.accounts.test_api import person
from tests.support.axe import violations
from tests.support.ways import each_way, sideways
from tests.web.kit import Place, place
from troth.app.config import Home
from troth.app.couriers import Bag

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    home = tmp_path_factory.mktemp("town")
    (home / "accounts.yaml").write_text(QUICK)
    with place(Home.at(home), "harbour") as found:
        found.hosting.visitors.courier = Bag()
        person(found, "browser")
        person(found, "scriptless")
        yield found


def enter(town: Place, page: Page, name: str) -> None:
    page.goto(f"{town.base}/my/harbour/sign-in")
    page.fill("#name", name)
    page.fill("#password", STRONG)
    page.locator("form[action*='/sign-in/password'] button").click()
    page.wait_for_url(f"{town.base}/my/harbour")


@each_way
def test_every_page_of_an_account_is_accessible(
    town: Place, page: Page, language: str, scheme: str, width: int
) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{town.base}/my/harbour/sign-in?lang={language}")
    assert violations(page) == []
    enter(town, page, "browser")
    for path in ("account", "account/close"):
        page.goto(f"{town.base}/my/harbour/{path}?lang={language}")
        assert violations(page) == [], path
        assert not sideways(page), path


def test_a_journey_by_keyboard_and_without_scripts(town: Place, page_without_scripts: Page) -> None:
    page = page_without_scripts
    enter(town, page, "scriptless")
    page.goto(f"{town.base}/my/harbour/account")
    page.get_by_label("Your password now").focus()
    page.keyboard.type(STRONG)
    page.keyboard.press("Tab")
    page.keyboard.type(OTHER)
    page.keyboard.press("Tab")
    page.keyboard.type(OTHER)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{town.base}/my/harbour/account")
    page.get_by_role("link", name="See what closing would do").click()
    page.get_by_label("Your password now").fill(OTHER)
    page.get_by_label("I have read this and want my account closed").check()
    page.get_by_role("button", name="Close my account").click()
    assert "Your account is closed" in page.content()
