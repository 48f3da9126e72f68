"""The pages: what is declared for anybody, one's own counts for whoever is signed in, all counts for operators; and files of it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.directories.kit import PHONE, App
from tests.directories.test_batches import with_location
from tests.support.axe import violations
from tests.web.centre.kit import Visitor
from tests.web.kit import Place, place
from troth.app.config import Home
from troth.app.couriers import Bag

ADDRESS = "ana@people.example"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Desk, with one person who clocked in 41 times, and a kit that took a picture along."""
    with place(Home.at(tmp_path_factory.mktemp("lists")), "desk", "counter") as found:
        found.hosting.visitors.courier = Bag()
        live(found)
        yield found


def live(town: Place) -> None:
    organisation = town.hosting.organisations["desk"].organisation
    app = App(organisation)
    app.start()
    with_location(app)
    app.tell("read", "perm_location", "gps_position", purpose="attendance", times=41)
    app.tell("send", "sdk_wechat", "chat_picture", purpose="share_out")
    app.tell("prompt", "perm_sms", moment="first_start", done=False)
    other = App(organisation, "b" * 32)
    other.start()
    other.tell("send", "com.spy.tracker", "imei", purpose="spying")
    organisation.act(
        lambda acts: acts.link(str(acts.open_subject([("device", PHONE)]).subject), "email", ADDRESS)
    )


def test_anybody_reads_what_is_declared_and_nothing_about_people(town: Place) -> None:
    page = Visitor(town, "desk").get("directories")
    assert page.status == 200
    assert "Identifiers of the device" in page.text
    assert "41" not in page.text
    assert len(page.body) <= 60_000
    rows = list(csv.reader(io.StringIO(Visitor(town, "desk").get("directories/shared.csv").text)))
    assert "count" not in rows[0]
    assert any(row[1] == "Huawei HMS" for row in rows)


def test_whoever_is_signed_in_sees_their_own_counts_and_no_one_elses(town: Place) -> None:
    ana = Visitor(town, "desk")
    ana.sign_in(ADDRESS)
    page = ana.get("directories?purpose=attendance&kind=permission")
    assert page.status == 200
    assert ">41<" in page.text
    shared = ana.get("directories/shared.json?kind=sdk").json()["lines"]
    assert {one["by"]: one["breaches"] for one in shared if one["count"]} == {"point:sdk_wechat": 1}
    assert "spy" not in ana.get("directories/collected.csv").text
    other = Visitor(town, "desk")
    assert ">41<" not in other.get("directories?purpose=attendance&kind=permission").text


def test_operators_see_everything_and_nobody_by_name(town: Place) -> None:
    page = town.see("/desk/directories")
    assert page.status == 200
    for word in (
        "com.spy.tracker",
        "sdk_wechat chat_picture",
        "a kit that nobody declared",
        "asked before its moment",
    ):
        assert word in page.text
    assert PHONE not in page.text
    assert ADDRESS not in page.text
    rows = list(csv.DictReader(io.StringIO(town.see("/desk/directories/collected.csv").text)))
    located = [one for one in rows if one["by"] == "Location" and one["category"] == "GPS or Beidou position"]
    assert sum(int(one["count"]) for one in located) == 41


def test_filters_and_pages_take_what_is_there_and_leave_the_rest(town: Place) -> None:
    first = town.see("/desk/directories?list=collected&page=2")
    assert "Page 2 of" in first.text
    assert town.see("/desk/directories?list=nothing&page=-7&purpose=zzz&kind=%00").status == 200
    assert town.see("/desk/directories/secrets.csv").status == 404
    assert town.see("/desk/directories/collected.exe").status == 404
    assert town.ask("GET", "/desk/directories").status == 401


def test_a_policy_without_apps_says_so(town: Place) -> None:
    assert "This policy declares no kit." in town.see("/counter/directories").text


@pytest.mark.parametrize("language", ["en", "zh", "ms"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_are_for_everybody(town: Place, browser: Browser, language: str, scheme: str) -> None:
    town.cookie or town.enter()
    name, _, value = town.cookie.partition("=")
    for path in ("/desk/directories", "/my/desk/directories?list=shared", "/my/counter/directories"):
        with browser.new_context(
            viewport={"width": 320, "height": 800},
            color_scheme=scheme,  # type: ignore[arg-type]
            extra_http_headers={"accept-language": language},
            java_script_enabled=True,
        ) as context:
            context.add_cookies([{"name": name, "value": value, "url": town.base}])
            page = context.new_page()
            page.goto(town.base + path)
            assert page.locator("html").get_attribute("lang") == language
            assert violations(page) == []
            assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_files_hold_no_formula(tmp_path: Path) -> None:
    from troth.app.listings import as_csv
    from troth.directories.listing import Listed
    from troth.directories.model import Line

    line = Line("shared", "point:x", "sdk", "p", ("c",), link="=cmd|calc")
    rows = list(csv.reader(io.StringIO(as_csv([Listed(line)], lambda _, id: f"@{id}", counts=False))))
    assert rows[1][1:5] == ["'@x", "sdk", "'@p", "'@c"]
    assert rows[1][6] == "'=cmd|calc"
