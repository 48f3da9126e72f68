"""No bundling, no box ticked before, and two windows at once: each word is its own event, in an order, and the last one holds."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.gate.kit import NOON, organisation, somebody
from tests.web.kit import Place, place
from troth.app.config import Home
from troth.app.organisation import Organisation

TEMPLATES = Path(__file__).parents[2] / "src" / "troth" / "web" / "templates"


def kinds(quay: Organisation) -> list[str]:
    with quay.database.read() as connection:
        return [event.kind for event in quay.ledger.events(connection, kinds=("consent:item:",))]


def holds(quay: Organisation, who: str) -> bool:
    (facts,) = quay.known(who).values()
    return any(str(fact) == "consent:newsletter" for fact in facts.holding)


def test_two_windows_that_give_and_withdraw_at_once_leave_two_events_and_the_last_holds(
    quay: Organisation,
) -> None:
    who = somebody(quay)
    for _ in range(12):
        ready = threading.Barrier(2)

        def press(said: str, gate: threading.Barrier = ready) -> None:
            gate.wait()
            quay.act(lambda acts: acts.consent(who, "newsletter", said, language="en"))

        windows = [threading.Thread(target=press, args=(said,)) for said in ("given", "withdrawn")]
        for window in windows:
            window.start()
        for window in windows:
            window.join()
        said = kinds(quay)[-2:]
        assert sorted(said) == ["consent:item:given", "consent:item:withdrawn"]
        assert holds(quay, who) is (said[-1] == "consent:item:given")
    assert len(kinds(quay)) == 24
    assert all(result.equal for result in quay.ledger.compare())


class JumpingClock:
    at = NOON

    def now(self) -> datetime:
        return self.at


def test_a_clock_that_jumps_back_gives_no_consent_back(tmp_path: Path, database_url: str) -> None:
    clock = JumpingClock()
    with organisation(tmp_path / "home", database_url, clock=clock) as quay:
        who = somebody(quay)
        quay.act(lambda acts: acts.consent(who, "newsletter", "given", language="en"))
        clock.at = NOON + timedelta(days=500)
        assert not holds(quay, who)
        assert quay.act(lambda acts: acts.expire()) == 1
        clock.at = NOON + timedelta(days=1)
        assert not holds(quay, who), "once it is said that it ran out, it ran out"
        quay.act(lambda acts: acts.consent(who, "newsletter", "withdrawn"))
        clock.at = NOON
        assert not holds(quay, who)
        assert all(result.equal for result in quay.ledger.compare())


def test_one_tick_for_many_is_no_consent(harbour: Place) -> None:
    at = harbour
    who = at.call("POST", "harbour/subjects", {"identities": []}).json()["subject"]
    for bundled in (
        {"subject": who, "items": ["sharing", "transfer"], "act": "given"},
        {"subject": who, "item": ["sharing", "transfer"], "act": "given"},
        {"subject": who, "item": "sharing,transfer", "act": "given"},
        {"subject": who, "item": "*", "act": "given"},
        {"subject": who, "item": "all", "act": "given"},
    ):
        assert at.call("POST", "harbour/consents", bundled).status == 422, bundled
    assert at.call("POST", "harbour/consents/choices", {"act": "given", "choices": ["sharing"]}).status == 422
    each = {"choices": [
        {"subject": who, "item": "sharing", "act": "given", "language": "en"},
        {"subject": who, "item": "transfer", "act": "refused"},
    ]}  # fmt: skip
    found = at.call("POST", "harbour/consents/choices", each).json()["choices"]
    assert [(one["item"], one["holds"]) for one in found] == [("sharing", True), ("transfer", False)]
    assert found[0]["sequence"] != found[1]["sequence"], "a receipt of its own for each"


def test_several_are_recorded_whole_or_not_at_all(harbour: Place) -> None:
    at = harbour
    who = at.call("POST", "harbour/subjects", {"identities": []}).json()["subject"]
    organisation = at.hosting.organisations["harbour"].organisation
    before = len(kinds(organisation))
    mixed = {"choices": [
        {"subject": who, "item": "sharing", "act": "given", "language": "en"},
        {"subject": who, "item": "nothing_declared", "act": "given"},
    ]}  # fmt: skip
    assert at.call("POST", "harbour/consents/choices", mixed).status == 422
    assert len(kinds(organisation)) == before


def test_a_guardian_s_consent_is_not_taken_on_a_company_s_word(axle: Place) -> None:
    at = axle
    who = at.call("POST", "axle/subjects", {"identities": []}).json()["subject"]
    sent = {"subject": who, "item": "guardian_account", "act": "given", "language": "en"}
    assert at.call("POST", "axle/consents", sent).status == 422
    assert at.call("POST", "axle/consents", sent | {"kind": "guardian"}).status == 422
    assert at.call("POST", "axle/consents/choices", {"choices": [sent | {"kind": "guardian"}]}).status == 422
    stated = {"tenant": "school", "document": "sha256:" + "ab" * 32, "until": "2999-01-01T00:00:00Z"}
    assert at.call("POST", f"axle/subjects/{who}/attestation", stated).status == 200
    assert at.call("POST", "axle/consents", sent).json()["holds"]


class _Boxes(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.ticked: list[dict[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "input" and given.get("type") in ("checkbox", "radio") and "checked" in given:
            self.ticked.append(given)


def test_no_template_ticks_a_box_before() -> None:
    for path in sorted(TEMPLATES.glob("my_*.html")):
        text = path.read_text(encoding="utf-8")
        boxes = re.findall(r"<input[^>]*type=\"(?:checkbox|radio)\"[^>]*>", text)
        assert not any(re.search(r"\bchecked\b", box) for box in boxes), path.name


def test_no_page_of_a_choice_ticks_a_box_before(harbour: Place) -> None:
    """Of what a site offers, only what runs until a no may stand as on, and the page says so; what is asked never does."""
    page = harbour.ask("GET", "/site/harbour/choices")
    assert page.status == 200
    boxes = _Boxes()
    boxes.feed(page.text)
    organisation = harbour.hosting.organisations["harbour"].organisation
    plan = organisation.cookies.plan(organisation.policy())
    asked = {one.id for one in plan.choices if one.mode.value == "asked"}
    assert not asked & {box.get("value") or "" for box in boxes.ticked}


@pytest.fixture
def axle(database_url: str, tmp_path: Path) -> Iterator[Place]:
    with place(Home.at(tmp_path / "home", database_url), "axle") as found:
        yield found


def test_a_purge_over_http_is_said_twice_and_tells_who_else_has_what(axle: Place) -> None:
    at = axle
    who = at.call("POST", "axle/subjects", {"identities": []}).json()["subject"]
    assert at.call("POST", f"axle/subjects/{who}/age", {"minor": True}).json() == {"kept": True}
    for unsure in ({}, {"sure": False}):
        assert at.call("POST", f"axle/subjects/{who}/purge", unsure).status == 422
    found = at.call("POST", f"axle/subjects/{who}/purge", {"sure": True})
    assert found.status == 200
    assert found.json()["rules"] == ["purge"]
    assert found.json()["elsewhere"] == []
    assert at.call("POST", f"axle/subjects/{who}/age", {"minor": True}).status in (404, 410, 422)
    asked = at.call("GET", "axle/age-gate").json()
    assert (asked["years"], asked["chosen"]) == ("18", True)
