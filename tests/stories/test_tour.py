"""The tour as a newcomer takes it: into a company that stands, a switch turned, the passages seen, the row opened, all of it mended.
No script is needed for any of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Page, expect

from examples.harbour.people import Around, Story
from examples.kit.people import person
from tests.examples.standing import SEED, Stood, standing
from tests.support.axe import violations
from troth.app.serve import sign_in_link

pytestmark = pytest.mark.story
LAPSE = "affiliate_new_aim"
TURNED = {"3.1(c)/3", "3.1(c)/4"}
FIRST = {
    "en": "A tour: break a promise, and mend it",
    "zh": "导览：打破一个承诺，再修复它",
    "ms": "Lawatan: mungkiri satu janji, kemudian baiki",
}


@pytest.fixture(scope="module")
def stood(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stood]:
    """harbour, at which somebody ordered something."""
    with standing("harbour", tmp_path_factory.mktemp("tour")) as found:
        story = Story(person(1, SEED), Around(found.site, found.mail, found.post, found.data))
        assert story.join()
        story.order()
        story.close()
        found.look()
        yield found


@dataclass
class Newcomer:
    """Somebody on the tour: the company, their browser, and where their tour stands."""

    stood: Stood
    page: Page
    at: str = field(default="")

    def come(self) -> None:
        """By the link that a run prints, to the first page, and on by its link to the tour."""
        town = self.stood.town
        self.page.goto(sign_in_link(town.hosting, town.base))
        self.page.goto(f"{town.base}/")
        self.page.get_by_role("link", name=re.compile("Take the tour")).click()
        self.at = self.page.url

    def turn(self, press: str) -> None:
        """On the company's own page, where the tour leads."""
        self.page.get_by_role("link", name="What could go wrong here").first.click()
        assert self.page.url == f"{self.stood.site}/what-could-go-wrong"
        button = self.page.locator(f'form[action$="/{LAPSE}"] button')
        expect(button).to_have_text(press)
        button.click()
        self.stood.look()
        self.page.goto(self.at)

    def done(self) -> list[str]:
        """The steps that say they are done."""
        return [one.split("\n")[0] for one in self.page.locator("li.done h2").all_inner_texts()]


def test_a_newcomer_breaks_a_promise_follows_it_to_its_row_and_mends_it(
    stood: Stood, page_without_scripts: Page
) -> None:
    tour = Newcomer(stood, page_without_scripts)
    page = tour.page
    tour.come()
    expect(page.get_by_role("heading", level=1)).to_have_text(FIRST["en"])
    assert tour.done() == []
    expect(page.locator("[aria-current=step] h2")).to_contain_text("Break a promise")

    tour.turn("Let it go wrong")
    assert page.locator("li.done").count() == 2
    expect(page.locator("li.done").first).to_contain_text("affiliate_aims")
    shown = page.locator("li.done").nth(1).locator("a.id")
    assert set(shown.all_inner_texts()) == stood.clauses("broken") == TURNED

    shown.first.click()
    expect(page.locator("p.verdict")).to_contain_text("broken")
    page.get_by_role("link", name=re.compile("look at it 1")).first.click()
    expect(page.locator("main")).to_contain_text("table uses: the row whose id is")
    expect(page.locator("main")).to_contain_text("credit_scoring")
    page.goto(tour.at)
    assert page.locator("li.done").count() == 3
    expect(page.locator("[aria-current=step] h2")).to_contain_text("Mend it")

    tour.turn("Stop it and clean up")
    assert page.locator("li.done").count() == 4
    expect(page.get_by_role("status")).to_contain_text("That was all of it.")
    assert stood.clauses("broken") == set()

    page.locator("main").get_by_role("link", name="What lives").click()
    for clause in TURNED:
        expect(page.locator("ol.turns li.broken", has_text=clause).first).to_be_visible()
    page.goto(tour.at)
    page.get_by_role("link", name="Begin anew").click()
    assert page.locator("li.done").count() == 0, "who goes twice begins anew"


def test_the_tour_is_printed_where_the_run_says_where_to_look(stood: Stood) -> None:
    from troth.app.running import what_lives

    assert f"Tour:    {stood.town.base}/harbour/tour" in what_lives(stood.town)


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("zh", "dark"), ("ms", "light")])
def test_every_step_can_be_read_in_each_language_on_a_telephone(
    stood: Stood, page: Page, language: str, scheme: str
) -> None:
    tour = Newcomer(stood, page)
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": 320, "height": 700})
    tour.come()
    page.locator(f'button[name=language][value="{language}"]').click()
    stood.turn(LAPSE, on=True)
    stood.look()
    page.goto(tour.at)
    expect(page.get_by_role("heading", level=1)).to_have_text(FIRST[language])
    assert page.locator("li.done").count() == 2
    for path in (tour.at, f"{stood.town.base}/", f"{stood.town.base}/harbour/life"):
        page.goto(path)
        assert violations(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
    stood.turn(LAPSE, on=False)
    stood.look()
