"""Switches in the privacy centre: what a press would stop is shown first, and the gate knows of it before the page answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser

from tests.directories.kit import PHONE, App
from tests.directories.test_batches import position, with_location
from tests.support.axe import violations
from tests.web.centre.kit import Visitor, known
from tests.web.kit import Place, place
from troth.app.config import Home
from troth.app.couriers import Bag
from troth.app.organisation import Organisation
from troth.app.switching import seen_by
from troth.policy.catalogue import Catalogue
from troth.policy.model import Feature

ADDRESS = "ana@people.example"
LOCATION = "switches/point/perm_location"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Desk with one person and her phone, which may tell where she is; and axle."""
    with place(Home.at(tmp_path_factory.mktemp("switches")), "desk", "axle") as found:
        found.hosting.visitors.courier = Bag()
        app = phone(found)
        app.start()
        with_location(app)
        desk_of(found).act(
            lambda acts: acts.link(str(acts.open_subject([("device", PHONE)]).subject), "email", ADDRESS)
        )
        yield found


@pytest.fixture(scope="module")
def ana(town: Place) -> Visitor:
    """Signed in at desk."""
    found = Visitor(town, "desk")
    assert found.sign_in(ADDRESS).status == 303
    return found


def desk_of(town: Place) -> Organisation:
    return town.hosting.organisations["desk"].organisation


def phone(town: Place) -> App:
    app = App(desk_of(town))
    with desk_of(town).database.read() as connection:
        install = desk_of(town).ledger.pseudonym(f"installation {PHONE}")
        known = desk_of(town).directories.installed(connection, install)
    app.number = known.upto if known else 0
    return app


def policy(text: str) -> str:
    found = re.search(r'name="policy" value="([^"]+)"', text)
    assert found is not None
    return found[1]


def test_the_list_tells_what_is_on_and_what_is_not_theirs_to_turn(ana: Visitor) -> None:
    page = ana.get("switches")
    assert page.status == 200
    assert 'href="/my/desk/switches/point/perm_location"' in page.text
    assert "your organisation turns it on and off" in page.text
    assert page.text.count('class="stand on"') == 1  # the permission alone: clocking in is the enterprise's
    assert len(page.body) <= 60_000


def test_off_stops_the_phone_at_once_and_is_on_record(town: Place, ana: Visitor) -> None:
    before = ana.get(LOCATION)
    assert "Turn it off" in before.text
    stops = before.text.split("would-stop")[1].split("would-go-on")[0]
    assert "Clocking in" in stops
    assert "GPS or Beidou position" in stops
    assert position(phone(town)) == "permitted"
    answer = ana.post(LOCATION, do="off")
    assert answer.status == 303
    assert position(phone(town)) == "breach"
    assert not phone(town).now().allowed.permissions["perm_location"].open
    desk = desk_of(town)
    with desk.database.read() as connection:
        closed = [e for e in desk.ledger.events(connection) if e.kind == "directories:switch:closed"]
    assert {"point:perm_location", "stopped:perm_location"} <= set(closed[-1].codes)
    assert not any(one.startswith("install:") for one in closed[-1].codes)
    after = ana.get(answer.headers["location"])
    assert "It is off, and on record" in after.text
    assert ana.post(LOCATION, do="on", policy=policy(after.text)).status == 303
    assert position(phone(town)) == "permitted"


def test_on_needs_the_policy_that_was_read_and_off_needs_nothing(ana: Visitor) -> None:
    assert ana.post("switches/feature/chat", do="on", policy="sha256:old").status == 409
    assert ana.post("switches/feature/chat", do="on", policy=policy(ana.get(LOCATION).text)).status == 303
    assert ana.post("switches/feature/chat", do="off").status == 303
    assert ana.post("switches/feature/chat", do="").status == 422


def test_nobody_turns_what_is_not_theirs(town: Place, ana: Visitor) -> None:
    assert ana.post("switches/feature/attendance", do="off").status == 404  # the enterprise's
    assert ana.post("switches/feature/nonsense", do="off").status == 404
    assert ana.post("switches/class/chat", do="off").status == 404
    assert Visitor(town, "desk").post("switches/feature/chat", do="off").status == 401


def test_where_a_policy_has_no_facts_for_who_sees_it_a_person_is_asked(town: Place) -> None:
    known(town, ADDRESS, "axle")
    found = Visitor(town, "axle")
    found.sign_in(ADDRESS)
    page = found.get("switches")
    assert "names none that could be turned here" in page.text
    assert "/my/axle/tickets/new?right=visibility" in page.text
    opened = found.post("tickets", right="visibility", words="Only my colleagues.")
    assert opened.status == 303
    axle = town.hosting.organisations["axle"].organisation
    with axle.database.read() as connection:
        (ticket,) = axle.intake.listed(connection)
    assert (ticket.right, ticket.route.value) == ("visibility", "self_service")


def test_where_a_policy_has_a_switch_for_who_sees_it_that_is_the_setting(town: Place) -> None:
    axle = town.hosting.organisations["axle"].organisation.policy().catalogue
    rights, none = seen_by(axle)
    assert [one.id for one in rights] == ["visibility"]
    assert none == ()
    statements = [
        replace(one, clauses=rights[0].clauses)
        if isinstance(one, Feature) and one.id == "cross_service"
        else one
        for one in axle.statements
    ]
    assert [one.id for one in seen_by(Catalogue(statements))[1]] == ["cross_service"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "zh", "ms"])
def test_the_pages_are_plain_to_everybody(
    ana: Visitor, town: Place, browser: Browser, language: str, scheme: str
) -> None:
    context = browser.new_context(
        color_scheme="dark" if scheme == "dark" else "light",
        viewport={"width": 320, "height": 800},
        java_script_enabled=True,
    )
    name, value = next(iter(ana.jar.items()))
    context.add_cookies([{"name": name, "value": value, "domain": "127.0.0.1", "path": "/my/desk"}])
    page = context.new_page()
    for path in ("switches", LOCATION):
        page.goto(f"{town.base}/my/desk/{path}?lang={language}")
        assert page.locator("h1").count() == 1
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= 320")
    context.close()
