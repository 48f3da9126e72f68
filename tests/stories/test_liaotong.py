"""A member of the marketplace opens an account, links the messenger to it, and comes in by it: a real browser without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.accounts.kit import QUICK, STRONG
from tests.examples.test_provider import liaotong
from tests.web.kit import Place, place
from troth.app.config import Home
from troth.app.couriers import Bag

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.story


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Place]:
    with liaotong(tmp_path / "liaotong") as base:
        one = {"label": "Liaotong", "issuer": base, "client": "troth-gateway"}
        said = ", ".join(f"{name}: '{value}'" for name, value in one.items())
        choices = (
            f"providers:\n  gateway:\n    liaotong: {{{said}, secret: {tmp_path / 'liaotong' / 'secret'}}}\n"
        )
        (tmp_path / "accounts.yaml").write_text(f"{QUICK}{choices}centre: {{gateway: {{register: true}}}}\n")
        with place(Home.at(tmp_path), "gateway") as found:
            found.hosting.visitors.courier = Bag()
            yield found


def test_who_linked_the_messenger_comes_in_by_it_and_nobody_else(
    town: Place, page_without_scripts: Page
) -> None:
    page, centre = page_without_scripts, f"{town.base}/my/gateway"

    def by_liaotong(name: str) -> None:
        page.locator("main a").last.click()
        page.get_by_label("Your name here").fill(name)
        page.get_by_role("button", name="Sign in").click()

    page.goto(f"{centre}/register")
    page.fill("input[name=name]", "mei.ling")
    page.fill("input[name=address]", "mei.ling@people.example")
    for field in page.locator("main input[type=password]").all():
        field.fill(STRONG)
    for box in page.locator("main input[type=checkbox]").all():
        box.check()
    page.locator("main form button").first.click()
    town.hosting.organisations["gateway"].organisation.accounts.errands.settle()
    bag = town.hosting.visitors.courier
    assert isinstance(bag, Bag)
    page.fill("main input[name=code]", bag.letters[-1].code)
    page.locator("main form button").first.click()

    page.goto(f"{centre}/account")
    page.get_by_role("button", name="Link Liaotong").click()
    by_liaotong("Mei Ling")
    assert "Linked" in page.inner_text("main")

    page.context.clear_cookies()
    page.goto(f"{centre}/sign-in")
    page.get_by_role("button", name="Sign in with Liaotong").click()
    by_liaotong("Somebody else")
    assert "leads to no account here" in page.inner_text("main")

    page.goto(f"{centre}/sign-in")
    page.get_by_role("button", name="Sign in with Liaotong").click()
    by_liaotong("mei ling")
    assert "You are in" in page.inner_text("main")
    page.locator("main").get_by_role("link", name="Go on").click()
    page.wait_for_url(centre)
