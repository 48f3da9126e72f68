"""A person at the privacy centre: how far a request is, the answer by links that run out, in pieces, gone on with; what was erased."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser as Chromium

from tests.rights.door import Desk, door
from tests.rights.kit import ADDRESS, WHO, later
from tests.support.axe import violations
from tests.support.ways import each_way, looking, sideways
from tests.web.centre.kit import Visitor, with_bag
from tests.web.kit import Heard
from troth.web.centre import tickets_answer


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with door(tmp_path_factory.mktemp("centre") / "home", approve=()) as found, with_bag(found.at):
        yield found


@pytest.fixture(scope="module")
def answered(desk: Desk) -> str:
    number = desk.shop.asked("access")
    desk.shop.work()
    return number


def person(desk: Desk, address: str = ADDRESS) -> Visitor:
    found = Visitor(desk.at, "quay")
    found.sign_in(address)
    return found


def links(visitor: Visitor, number: str) -> list[str]:
    page = visitor.get(f"tickets/{number}").text
    return [
        html.unescape(one)
        for one in re.findall(rf'href="(/my/quay/tickets/{number}/files/[^"]+mark=[^"]+)"', page)
    ]


def fetched(visitor: Visitor, link: str, **headers: str) -> Heard:
    return visitor.get(link, **{name.replace("_", "-"): value for name, value in headers.items()})


def test_stages_and_days_are_said_in_plain_words(desk: Desk) -> None:
    number = desk.shop.asked("delete", ground="UNLAWFUL")
    desk.shop.work()
    page = person(desk).get(f"tickets/{number}").text
    assert "You show who you are</" not in page
    assert re.search(r"policy asks for is there <span class=\"quiet\">waits for you", page)
    assert re.search(r"You show who you are <span class=\"quiet\">done", page)
    assert "In 7 days." in page or "In 6 days." in page


def test_the_answer_is_downloaded_by_a_link_that_runs_out(desk: Desk, answered: str) -> None:
    visitor = person(desk)
    found = links(visitor, answered)
    assert len(found) >= 2
    page = next(
        link for link in found if desk.shop.people.markers[WHO]["name"] in fetched(visitor, link).text
    )
    whole = fetched(visitor, page)
    assert whole.status == 200
    assert whole.headers["accept-ranges"] == "bytes"
    tag = whole.headers["etag"]
    first, rest = (
        fetched(visitor, page, range="bytes=0-99"),
        fetched(visitor, page, range="bytes=100-", if_range=tag),
    )
    assert (first.status, rest.status) == (206, 206)
    assert first.headers["content-range"] == f"bytes 0-99/{len(whole.body)}"
    assert first.body + rest.body == whole.body
    assert fetched(visitor, page, range="bytes=-10").body == whole.body[-10:]
    beyond = fetched(visitor, page, range=f"bytes={len(whole.body)}-")
    assert (beyond.status, beyond.headers["content-range"]) == (416, f"bytes */{len(whole.body)}")
    for ignored in ("bytes=0-1,4-5", "lines=1-2", "bytes=9-3", "bytes=-", "bytes=x-"):
        assert fetched(visitor, page, range=ignored).body == whole.body
    assert fetched(visitor, page, range="bytes=0-9", if_range='"other"').body == whole.body
    forged = page.replace("until=", "until=9")
    assert fetched(visitor, forged).status == 410
    assert fetched(visitor, page.partition("?")[0]).status == 410
    later(desk.shop.quay, hours=2)
    visitor = person(desk)
    over = fetched(visitor, page)
    assert (over.status, "Here are fresh ones" in over.text) == (410, True)
    assert fetched(visitor, links(visitor, answered)[0]).status == 200
    stranger = Visitor(desk.at, "quay")
    assert fetched(stranger, links(visitor, answered)[0]).status == 401


def test_what_is_large_comes_in_pieces(desk: Desk, answered: str, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor = person(desk)
    whole = {fetched(visitor, link).body for link in links(visitor, answered)}
    monkeypatch.setattr(tickets_answer, "PIECE", 1000)
    found = links(visitor, answered)
    assert any("piece=2" in link for link in found)
    parts: dict[str, bytes] = {}
    for link in found:
        heard = fetched(visitor, link)
        assert len(heard.body) <= 1000
        parts[link.partition("?")[0]] = parts.get(link.partition("?")[0], b"") + heard.body
    assert set(parts.values()) == whole
    piece = next(link for link in found if "piece=2" in link)
    assert "002-of-" in fetched(visitor, piece).headers["content-disposition"]
    assert fetched(visitor, piece, range="bytes=0-4").status == 206


def test_an_erasure_is_certified_on_the_page(desk: Desk) -> None:
    number = desk.shop.asked("delete", ground="UNLAWFUL")
    desk.shop.work()
    desk.shop.carrier.paper(number, ["violation", "identity"])
    desk.shop.work()
    page = person(desk).get(f"tickets/{number}").text
    assert "What was erased" in page
    assert "Income Tax" in page
    assert "nightly" in page
    assert "the answer is waited for" in page


@each_way
def test_accessibility_of_a_request_that_is_answered(
    desk: Desk, answered: str, browser: Chromium, language: str, scheme: str, width: int
) -> None:
    later(desk.shop.quay, hours=1)  # codes to one address are few an hour
    desk.shop.asked("delete", ground="UNLAWFUL")
    desk.shop.work()
    visitor = person(desk)
    tickets = {*re.findall(r"/my/quay/tickets/(T-[A-Z0-9-]+)", visitor.get("tickets").text)}
    assert answered in tickets
    with looking(browser, language, scheme, width) as page:
        for name, value in visitor.jar.items():
            page.context.add_cookies(
                [{"name": name, "value": value, "url": desk.at.base, "sameSite": "Strict"}]
            )
        for number in {answered, *sorted(tickets)[:2]}:
            page.goto(f"{desk.at.base}/my/quay/tickets/{number}?lang={language}")
            assert page.locator("#stages").count() == 1
            assert violations(page) == [], number
            assert not sideways(page), number
