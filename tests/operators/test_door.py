"""The door over HTTP: signing in, what is refused, and what no trick gets past."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.operators.door import Browser, hire, office, organisation_of
from tests.operators.kit import PASSWORD
from tests.web.kit import Place
from troth.app.config import Home
from troth.kernel.clock import SteppedClock
from troth.operators import rules


def kinds(at: Place, prefix: str, org: str = "counter") -> list[str]:
    organisation = organisation_of(at, org)
    with organisation.database.read() as connection:
        return [event.kind for event in organisation.ledger.events(connection, kinds=(prefix,))]


def test_somebody_enrols_signs_in_looks_and_leaves(counter: Place) -> None:
    ada = hire(counter, "auditor")
    answer = ada.sign_in(next="/counter/ledger?kind=staff:")
    assert answer.headers["location"] == "/counter/ledger?kind=staff:"
    assert ada.get("/counter/ledger").status == 200
    page = ada.get("/").text
    assert 'href="/counter"' in page
    assert ada.member in ada.get("/counter/me").text
    assert ada.post("/sign-out", {}).status == 200
    assert ada.get("/counter").status == 401
    assert kinds(counter, "operators:session:") == ["operators:session:opened", "operators:session:ended"]


def test_an_operator_sees_their_own_organisation_and_no_other(tmp_path: Path) -> None:
    with office(Home.at(tmp_path), "counter", "axle") as at:
        ada = hire(at, "administrator")
        ada.sign_in()
        assert "Axle" not in ada.get("/").text
        for path in ("/axle", "/axle/ledger", "/nowhere"):
            assert ada.get(path).status == 404


def test_sessions_outlast_a_restart(tmp_path: Path) -> None:
    with office(Home.at(tmp_path)) as at:
        ada = hire(at, "viewer")
        ada.sign_in()
    with office(Home.at(tmp_path)) as at:
        again = Browser(at, jar=ada.jar)
        assert isinstance(at.hosting.clock, SteppedClock)
        at.hosting.clock.advance(timedelta(minutes=5))
        assert again.get("/counter").status == 200


def test_what_does_not_fit_is_answered_alike(counter: Place) -> None:
    ada = hire(counter, "viewer")
    tried = [
        ada.first(password="wrong"), ada.first(name="nobody"), ada.first(org="nowhere"), ada.first(org=""),
        ada.first(name=""),
    ]  # fmt: skip
    said = {
        (
            one.status,
            one.text.replace('value="nowhere"', 'value="counter"').replace('value=""', 'value="counter"'),
        )
        for one in tried
    }
    assert len(said) == 1
    assert tried[0].status == 401
    assert not any("set-cookie" in one.headers for one in tried)


def test_too_many_tries_are_told_to_wait(counter: Place) -> None:
    ada = hire(counter, "viewer")
    for _ in range(rules.PER_MINUTE):
        organisation_of(counter).operators.entry.within()
    assert ada.first().status == 429


def test_the_first_step_alone_opens_nothing(counter: Place) -> None:
    ada = hire(counter, "administrator")
    assert ada.first().status == 303
    assert ada.get("/counter").status == 401
    ada.jar["troth_session"] = ada.jar["troth_step"]
    assert ada.get("/counter").status == 401
    del ada.jar["troth_session"]
    assert ada.post("/sign-in/second", {"code": "000000"}).status == 401
    assert ada.post("/sign-in/second", {"code": ada.code()}).status == 303


def test_a_replayed_code_opens_nothing(counter: Place) -> None:
    ada, thief = hire(counter, "viewer"), None
    assert ada.first().status == 303
    code = ada.code()
    assert ada.post("/sign-in/second", {"code": code}).status == 303
    thief = Browser(counter)
    form = {"org": "counter", "name": ada.name, "password": PASSWORD}
    assert thief.post("/sign-in", form).status == 303
    assert thief.post("/sign-in/second", {"code": code}).status == 401
    assert "troth_session" not in thief.jar


def test_a_session_somebody_else_planted_is_not_taken_over(counter: Place) -> None:
    ada, mallory = hire(counter, "viewer"), hire(counter, "viewer")
    mallory.sign_in()
    planted = mallory.jar["troth_session"]
    ada.jar["troth_session"] = planted
    ada.sign_in()
    assert ada.jar["troth_session"] != planted
    assert ada.member in ada.get("/counter/me").text
    assert mallory.get("/counter").status == 401, "what stood in the browser before the sign-in ended with it"


@pytest.mark.parametrize(
    "headers", [{"sec-fetch-site": "cross-site"}, {"origin": "https://elsewhere.example"}, {}]
)
def test_a_form_from_elsewhere_is_refused(counter: Place, headers: dict[str, str]) -> None:
    ada = hire(counter, "administrator")
    form = {"org": "counter", "name": ada.name, "password": PASSWORD}
    assert ada.post("/sign-in", form, headers).status == 403
    ada.sign_in()
    for path in (
        "/counter/staff/manage",
        "/counter/me/sessions",
        "/counter/emergencies/open",
        "/counter/approvals/ask",
    ):
        assert ada.post(path, {"do": "add"}, headers).status == 403
    assert kinds(counter, "operators:act:") == []


@pytest.mark.parametrize(
    "onwards",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:1", "/%5C\\evil", "/\r\nx: y"],
)
def test_going_on_stays_on_this_server(counter: Place, onwards: str) -> None:
    ada = hire(counter, "viewer")
    assert ada.sign_in(next=onwards).headers["location"] == "/"
    assert f'name="next" value="{onwards}"' not in Browser(counter).get("/sign-in").text


def test_a_role_taken_away_counts_no_more_at_the_next_request(counter: Place) -> None:
    ada = hire(counter, "auditor")
    ada.sign_in()
    assert ada.get("/counter/ledger").status == 200
    organisation_of(counter).operators.revoke(ada.member, "auditor", "machine")
    assert ada.get("/counter/ledger").status == 403
    assert "reading entries" not in ada.get("/counter/me").text


def test_a_link_to_enrol_shows_its_form_again_and_is_then_used_up(counter: Place) -> None:
    organisation = organisation_of(counter)
    member = organisation.act(lambda acts: organisation.staff.add(acts.work, at=acts.at))
    secret = organisation.operators.enrolling.invite(member, "machine")
    somebody = Browser(counter)
    assert somebody.get(f"/sign-in/enrol/{secret}").status == 200
    form = {"name": "ada", "password": "abc", "again": "abc", "code": "1"}
    wrong = somebody.post(f"/sign-in/enrol/{secret}", form)
    assert wrong.status == 422
    assert 'value="ada"' in wrong.text
    assert 'value="abc"' not in wrong.text
    assert somebody.get(f"/sign-in/enrol/{secret}x").status == 401
    assert somebody.get("/sign-in/enrol/nowhere.x").status == 401


def test_the_link_of_the_program_may_all_until_an_administrator_is_enrolled(counter: Place) -> None:
    assert counter.see("/counter/ledger").status == 200
    hire(counter, "viewer")
    assert counter.see("/counter/ledger").status == 200
    boss = hire(counter, "administrator")
    assert counter.see("/counter").status == 200
    assert counter.see("/counter/ledger").status == 403
    assert kinds(counter, "operators:bootstrap:") == ["operators:bootstrap:entered"]
    organisation = organisation_of(counter)
    organisation.staff_leaves(boss.member)
    assert counter.see("/counter/ledger").status == 200


def test_managing_staff_over_the_console(counter: Place) -> None:
    boss = hire(counter, "administrator")
    boss.sign_in()
    answer = boss.post("/counter/staff/manage", {"do": "add", "name": "Bea", "role": "support"})
    assert answer.status == 200
    assert "/sign-in/enrol/counter." in answer.text
    organisation = organisation_of(counter)
    with organisation.database.read() as connection:
        bea = organisation.staff.members(connection)[-1].id
        assert [one.role for one in organisation.operators.held(connection, bea)] == ["support"]
    for do, role in (("grant", "auditor"), ("revoke", "support"), ("end", ""), ("leave", "")):
        assert boss.post("/counter/staff/manage", {"do": do, "member": bea, "role": role}).status == 303
    assert boss.post("/counter/staff/manage", {"do": "grant", "member": "stf_0", "role": "x"}).status == 422
    assert boss.post("/counter/staff/manage", {"do": "hack"}).status == 422
    acts = kinds(counter, "operators:act:permitted")
    assert len(acts) == 7, "each act is on record, before it was tried"
    assert boss.get("/counter/staff").text.count(bea) == 0


def test_ending_ones_own_sessions_ends_nobody_elses(counter: Place) -> None:
    ada, bea = hire(counter, "viewer"), hire(counter, "viewer")
    ada.sign_in()
    bea.sign_in()
    sessions = organisation_of(counter).operators.sessions
    found = sessions.operator(bea.jar["troth_session"])
    assert found is not None
    assert ada.post("/counter/me/sessions", {"session": found.session.id}).status == 303
    assert ada.post("/counter/me/sessions", {}).status == 303
    assert bea.get("/counter").status == 200
    assert ada.get("/counter").status == 200
    mine = sessions.operator(ada.jar["troth_session"])
    assert mine is not None
    ada.post("/counter/me/sessions", {"session": mine.session.id})
    assert ada.get("/counter").status == 401
