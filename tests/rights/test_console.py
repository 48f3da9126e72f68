"""The desk where requests are carried out: what is overdue first, a plan before it runs, a second person, many at once."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser as Chromium

from tests.operators.door import Browser
from tests.rights.door import Desk, door
from tests.rights.kit import WHO, later
from tests.support.axe import violations
from tests.support.ways import each_way, looking, sideways, turn_of
from troth.intake import State


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with door(tmp_path_factory.mktemp("desk") / "home") as found:
        yield found


@pytest.fixture(scope="module")
def officer(desk: Desk) -> Browser:
    return desk.staff("privacy_officer")


def post(who: Browser, number: str, **form: str) -> int:
    return who.post(f"/quay/requests/{number}", form).status


def listed(who: Browser, show: str = "live") -> list[str]:
    text = who.get(f"/quay/requests?show={show}").text
    return re.findall(r'<th scope="row"><a href="/quay/requests/([^"]+)"', text)


def test_an_erasure_is_planned_agreed_and_carried_out_from_the_desk(desk: Desk, officer: Browser) -> None:
    number = desk.shop.asked("delete", ground="UNLAWFUL")
    desk.shop.work()
    page = officer.get(f"/quay/requests/{number}").text
    assert "these papers" in page
    assert post(officer, number, do="told", recipient="house", answer="done", grade="signed") == 422, (
        "nobody waits"
    )
    assert post(officer, number, do="file", **{"paper.violation": "yes", "paper.identity": "yes"}) == 303
    desk.shop.work()
    page = officer.get(f"/quay/requests/{number}?plan=now").text
    assert "As it would be now" in page
    assert "shop/customers" in page
    assert "Income Tax" in page, "what stays, and why"
    assert desk.shop.found(WHO), "a plan touches nothing"
    refused = officer.post(f"/quay/requests/{number}", {"do": "approve"})
    assert (refused.status, "does not agree" in refused.text) == (422, True), "whoever put the papers there"
    second = desk.staff("support")
    assert post(second, number, do="approve") == 303
    desk.shop.work()
    assert desk.shop.found(WHO, "billed", "email") == []
    assert "the recipient&#39;s answer" in officer.get(f"/quay/requests/{number}").text
    assert post(officer, number, do="told", recipient="house", answer="done", grade="signed") == 303
    desk.shop.work()
    assert number in listed(officer, "ended")
    assert number not in listed(officer)
    assert "signed answer" in officer.get(f"/quay/requests/{number}").text


def test_a_problem_is_said_with_its_help_and_tried_again_for_many(desk: Desk, officer: Browser) -> None:
    store = desk.shop.folder / "shop.db"
    numbers = [desk.shop.asked("access") for _ in range(2)]
    store.rename(desk.shop.folder / "away.db")
    desk.shop.work()
    for minutes in (1, 6, 61, 400):
        later(desk.shop.quay, minutes=minutes)
        desk.shop.work()
    (desk.shop.folder / "away.db").rename(store)
    officer = desk.staff("privacy_officer")  # a session does not last that long
    said = desk.shop.step(numbers[0], "plan").said
    page = officer.get("/quay/requests?show=waiting").text
    assert said["problem"].split(":")[0] in page.replace("&#39;", "'")
    heard = officer.post("/quay/requests", {"do": "retry", "number": numbers[0]})
    assert (heard.status, f"{numbers[0]}</code></a> done" in heard.text) == (200, True)
    assert post(officer, numbers[1], do="retry") == 303
    desk.shop.work()
    assert {*numbers} <= {*listed(officer, "ended")}


def test_what_is_overdue_comes_first_and_leads_on(desk: Desk) -> None:
    early, late = desk.shop.asked("access", proven=False), desk.shop.asked("delete", proven=False)
    later(desk.shop.quay, days=31)
    last = desk.shop.asked("access", proven=False, number=8)
    desk.shop.work()
    viewer = desk.staff("viewer")
    found = listed(viewer)
    assert found.index(early) < found.index(last) < found.index(late), "the one without a date comes last"
    overdue = listed(viewer, "overdue")
    assert (early in overdue, last in overdue, late in overdue) == (True, False, False)
    page = viewer.get(f"/quay/requests/{early}").text
    after = found[found.index(early) + 1]
    assert f'href="/quay/requests/{after}" accesskey="n"' in page
    assert "<form method" not in page.partition("<footer")[0], "who may look only is shown no buttons"
    assert viewer.post(f"/quay/requests/{early}", {"do": "withdraw"}).status == 403
    assert viewer.post("/quay/requests", {"do": "approve", "number": early}).status == 403
    assert viewer.get("/quay/requests/T-NOBODY").status == 404
    officer = desk.staff("privacy_officer")
    assert post(officer, late, do="withdraw") == 303
    assert "left, the request ended" in officer.get(f"/quay/requests/{late}").text
    with desk.shop.quay.database.read() as connection:
        assert desk.shop.quay.intake.ticket(connection, late).state is State.WITHDRAWN
    assert post(officer, early, do="nonsense") == 422


@each_way
def test_accessibility_of_the_desk(
    desk: Desk, browser: Chromium, language: str, scheme: str, width: int
) -> None:
    desk.shop.asked("delete", ground="UNLAWFUL")
    desk.shop.work()
    numbers = listed(desk.staff("viewer"), "ended")
    who = desk.staff("privacy_officer")
    who.post("/language", {"language": language, "back": "/"})
    with looking(browser, language, scheme, width) as page:
        cookie = {"name": "troth_session", "value": who.jar["troth_session"], "url": who.at.base}
        page.context.add_cookies([{**cookie, "sameSite": "Strict"}])  # type: ignore[list-item]
        for path in (
            "",
            *turn_of([f"/{one}" for one in [*listed(who), *numbers]], (language, scheme, width)),
        ):
            page.goto(f"{who.at.base}/quay/requests{path}")
            assert page.locator("html").get_attribute("lang") == language, path
            assert violations(page) == [], path
            assert not sideways(page), path
