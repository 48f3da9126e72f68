"""Whole journeys through the console, in a browser: in by the link, from the board to the row that broke a promise, asking, out."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.web.kit import Place, live, look, place
from troth.app.config import Home

pytestmark = pytest.mark.story


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Harbour, which has lived a little."""
    with place(Home.at(tmp_path_factory.mktemp("story")), "harbour") as found:
        live(found)
        yield found


def sign_in(at: Place, page: Page) -> None:
    page.goto(f"{at.base}/sign-in/{at.hosting.signin.link()}")
    page.get_by_role("link", name="Continue").or_(page.get_by_role("heading", level=1)).first.wait_for()
    page.goto(f"{at.base}/")


def test_from_the_first_page_to_the_row_that_broke_a_promise(at: Place, page_without_scripts: Page) -> None:
    page = page_without_scripts
    sign_in(at, page)
    expect(page.get_by_text("Simulation").first).to_be_visible()
    page.get_by_role("link", name="Harbour Hosting Sdn. Bhd.").click()
    page.get_by_role("link", name=re.compile(r"\d+ broken")).click()
    passage = page.get_by_role("link", name=re.compile("a web page shows you what has to be handed in"))
    expect(passage).to_contain_text("broken")
    passage.click()
    expect(page.get_by_text("field: id_number, row: 17, table: filings").first).to_be_visible()
    page.get_by_text(re.compile("Where it is written")).first.click()
    expect(page.get_by_text("filing_form:").first).to_be_visible()
    page.get_by_role("link", name="look at it 1").first.click()
    expect(page.get_by_role("heading", name="Where to look")).to_be_visible()
    page.get_by_role("link", name=re.compile("Back to the entry")).click()
    expect(page.get_by_text("yes, unaltered")).to_be_visible()
    page.get_by_text("Technical details").click()
    expect(page.get_by_text("promises:probe:failed", exact=True)).to_be_visible()


def test_a_lapse_turns_red_and_mended_again(at: Place, page: Page) -> None:
    sign_in(at, page)
    look(at, "second_look", "point:mail_link", [{"mail": "inbox/7"}])
    page.goto(f"{at.base}/harbour")
    link = page.get_by_role("link", name=re.compile("may, for instance, hold a link to our pages"))
    expect(link).to_contain_text("broken")
    look(at, "second_look", "point:mail_link", [])
    page.reload()
    expect(link).not_to_contain_text("broken")
    link.click()
    expect(page.get_by_role("heading", name="Tracked link")).to_be_visible()
    expect(page.get_by_text("mended", exact=True)).to_be_visible()


def test_asking_and_changing_the_answer(at: Place, page_without_scripts: Page) -> None:
    page = page_without_scripts
    sign_in(at, page)
    page.goto(f"{at.base}/harbour/ask")
    page.get_by_label("What is to be done").select_option("use")
    page.get_by_role("checkbox", name="Email account", exact=True).check()
    page.get_by_label("What for").select_option("permitted_other")
    page.get_by_role("button", name="Ask").click()
    expect(page.get_by_role("heading", name=re.compile("No, the policy does not permit"))).to_be_visible()
    page.get_by_role("link", name=re.compile("ask that")).first.click()
    expect(page.get_by_role("heading", name=re.compile("Yes, the policy permits"))).to_be_visible()
    expect(page.get_by_text("recorded nowhere")).to_be_visible()


def test_out_again(at: Place, page: Page) -> None:
    sign_in(at, page)
    cookies = page.context.cookies()
    assert [(c["name"], c["httpOnly"], c["sameSite"]) for c in cookies] == [("troth_session", True, "Strict")]
    page.get_by_role("button", name="Bahasa Melayu").click()
    expect(page.get_by_role("button", name="Log keluar")).to_be_visible()
    page.get_by_role("button", name="Log keluar").click()
    page.goto(f"{at.base}/harbour")
    expect(page.get_by_role("heading", name="Please sign in")).to_be_visible()
    assert page.context.cookies() == []


def test_a_page_breaks_no_rule_of_its_own_policy(at: Place, page: Page) -> None:
    """No script, no style in place, nothing refused: the browser reports nothing to its console on any page."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    sign_in(at, page)
    for path in (
        "/",
        "/harbour",
        "/harbour/clauses/1.1",
        "/harbour/ask",
        "/harbour/ledger",
        "/harbour/policy",
        "/harbour/coverage",
    ):
        page.goto(at.base + path)
    assert said == []
