"""Inside the centre it is said that another version comes, and asked for a yes where the rule of the change wants an express one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.axe import violations
from tests.web.centre.kit import ADDRESS, Visitor, code_for, known, organisation, with_bag
from tests.web.kit import Place, place
from troth.app.config import Home
from troth.kernel.clock import SteppedClock
from troth.kernel.findings import Findings
from troth.policy.compile import compile_policy
from troth.web.speech import catalogue

if TYPE_CHECKING:
    from playwright.sync_api import Page

NOW = datetime(2026, 5, 4, 9, tzinfo=UTC)
DAYS = timedelta(days=1)
FEWER = ("channels: [email, self_service, page]", "channels: [email, page]")
"""One way less to leave the mailing list: a cut of rights, to which harbour's rule wants express consent."""


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Place]:
    clock = SteppedClock(NOW)
    with place(Home.at(tmp_path / "home"), "harbour", clock=clock) as found, with_bag(found):
        yield found


def renewed(town: Place, *, days: int, cut: bool) -> str:
    """Another version of harbour's policy comes; its digest."""
    harbour = town.hosting.organisations["harbour"]
    files = dict(harbour.files)
    if cut:
        file = next(name for name, text in files.items() if FEWER[0] in text and name.endswith(".yaml"))
        files[file] = files[file].replace(*FEWER)
    text = next(text.file for text in harbour.bundle.texts if text.authoritative)
    files[text] = files[text].rstrip() + "\n\nA word that was not there before.\n"
    compiled = compile_policy(files, harbour.packs, Findings())
    assert compiled is not None
    texts = {one.file: files[one.file] for one in compiled.bundle.texts}
    since = town.hosting.clock.now() + days * DAYS
    return organisation(town).act(lambda acts: acts.activate(compiled.bundle, texts, since=since))


def later(town: Place, days: int) -> None:
    clock = town.hosting.clock
    assert isinstance(clock, SteppedClock)
    clock.advance(days * DAYS)


def entered(town: Place, address: str = ADDRESS) -> Visitor:
    visitor = Visitor(town)
    visitor.sign_in(address)
    return visitor


def bound(town: Place, subject: str) -> set[str]:
    return set(organisation(town).known(subject))


def test_a_version_that_comes_is_said_with_its_day_and_its_changes(town: Place) -> None:
    known(town)
    assert "my.change" not in (page := entered(town).get().text)
    assert catalogue("en")["my.change.see"] not in page
    renewed(town, days=30, cut=False)
    visitor = entered(town)
    for path in ("", "policy"):
        page = visitor.get(path).text
        assert catalogue("en")["my.change.see"] in page
        assert "2026-06-03" in page
        assert '/my/harbour/notice/versions/2#changes"' in page
        assert 'value="agree"' not in page, "an ordinary change asks for nothing"
    assert visitor.get("notice/versions/2").status == 200
    assert catalogue("en")["my.change.see"] not in Visitor(town).get("policy").text, "said to whom it touches"
    later(town, 31)
    assert catalogue("en")["my.change.see"] not in entered(town).get().text


def test_a_cut_of_rights_is_agreed_to_by_a_press_and_by_nothing_else(town: Place) -> None:
    who = known(town)
    first = bound(town, who)
    second = renewed(town, days=30, cut=True)
    visitor = entered(town)
    page = visitor.get().text
    assert catalogue("en")["my.change.later"] in page
    assert 'value="agree"' not in page
    visitor.post("policy", policy=second, do="agree")
    assert bound(town, who) == first, "nobody agrees before it is in force"
    later(town, 31)
    visitor = entered(town)
    assert 'value="agree"' in visitor.get().text
    assert 'value="agree"' in visitor.get("policy").text
    for form in (
        {"policy": second},
        {"policy": "sha256:00", "do": "agree"},
        {"do": "agree"},
        {"policy": second, "do": "no"},
    ):
        visitor.post("policy", **form)
        assert bound(town, who) == first
    assert Visitor(town).post("policy", policy=second, do="agree").status == 401
    assert visitor.post("policy", {"sec-fetch-site": "cross-site"}, policy=second, do="agree").status == 403
    assert bound(town, who) == first
    answer = visitor.post("policy", policy=second, do="agree")
    assert answer.status == 303
    assert bound(town, who) == {second}
    done = visitor.get(answer.headers["location"]).text
    assert catalogue("en")["my.change.done"] in done
    assert 'value="agree"' not in done
    receipt = visitor.get(f"receipts/{answer.headers['location'].rpartition('=')[2]}")
    assert (receipt.status, second in receipt.text) == (200, True)
    assert all(one.equal for one in organisation(town).ledger.compare())


def test_whoever_is_bound_by_nothing_is_asked_for_nothing(town: Place) -> None:
    known(town, ADDRESS, accept=False)
    renewed(town, days=0, cut=True)
    later(town, 1)
    assert 'value="agree"' not in entered(town).get().text


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_said_is_accessible_in_three_languages_at_320_pixels(
    town: Place, page: Page, scheme: str
) -> None:
    known(town)
    renewed(town, days=0, cut=True)
    later(town, 1)
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": 320, "height": 800})
    page.goto(f"{town.base}/my/harbour/sign-in")
    page.fill("#address", ADDRESS)
    page.locator("form[action*='/sign-in?'] button").click()
    page.fill("#code", code_for(town, ADDRESS))
    page.locator("form.sheet button").click()
    page.wait_for_url(f"{town.base}/my/harbour")
    for language in ("en", "zh", "ms"):
        for path in ("", "/policy"):
            page.goto(f"{town.base}/my/harbour{path}?lang={language}")
            assert catalogue(language)["my.change.express"] in page.content()
            assert violations(page) == [], (path, language)
            assert page.evaluate("document.documentElement.scrollWidth") <= 320, (path, language)
    page.get_by_role("button", name="Saya bersetuju").click()
    page.wait_for_selector(".told.good")
    assert page.locator("button[value=agree]").count() == 0
