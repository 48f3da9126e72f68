"""A guardian who was proven sees what is done with a child's data, takes back, objects; and nobody else does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.centre.kit import Visitor, organisation, with_bag
from tests.web.kit import Place, place
from troth.app.config import Home
from troth.app.couriers import Bag
from troth.app.minors import answer_guardian, ask_guardian
from troth.app.organisation import Organisation

PARENT, STRANGER = "parent@people.example", "stranger@people.example"


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Iterator[Place]:
    with place(Home.at(tmp_path / "home", database_url), "desk") as found, with_bag(found):
        yield found


def guarded(office: Place) -> tuple[Organisation, str, str]:
    """A child whose guardian agreed, and the ticket of that."""
    desk, bag = organisation(office, "desk"), Bag()
    minor = str(desk.act(lambda acts: acts.open_subject([("email", "young@people.example")])).subject)
    ticket = ask_guardian(desk, minor, PARENT, bag.carry)
    answer_guardian(desk, ticket, bag.letters[-1].code, {"guardian": "given"})
    return desk, minor, ticket


def came(office: Place, address: str) -> Visitor:
    visitor = Visitor(office, "desk")
    assert visitor.sign_in(address).status == 303
    return visitor


def kinds(desk: Organisation, minor: str) -> list[str]:
    with desk.database.read() as connection:
        return [one.kind for one in desk.ledger.events(connection, subject=desk.ledger.pseudonym(minor))]


def held(desk: Organisation, minor: str) -> set[str]:
    return {str(fact) for known in desk.known(minor).values() for fact in known.holding}


def test_a_guardian_takes_back_and_objects_for_a_child(office: Place) -> None:
    desk, minor, ticket = guarded(office)
    parent = came(office, PARENT)
    assert f"/my/desk/wards/{ticket}" in parent.get("wards").text
    assert "/my/desk/wards" in parent.get("consents").text
    page = parent.get(f"wards/{ticket}").text
    assert "Consent of a guardian" in page
    assert "young@people.example" not in page
    assert minor not in page

    assert parent.post(f"wards/{ticket}", do="withdraw", item="guardian").status == 303
    assert parent.post(f"wards/{ticket}", do="raise", item="guardian_objects").status == 303
    assert "consent:guardian" not in held(desk, minor)
    assert "objects:guardian_objects" in held(desk, minor)
    assert kinds(desk, minor).count("consent:guardian:acted") == 2
    assert parent.post(f"wards/{ticket}", do="lift", item="guardian_objects").status == 303
    assert "objects:guardian_objects" not in held(desk, minor)
    assert all(one.equal for one in desk.ledger.compare()), "replayed, the same stands"


def test_nobody_else_looks_after_the_child(office: Place) -> None:
    desk, minor, ticket = guarded(office)
    desk.act(lambda acts: acts.open_subject([("email", STRANGER)]))
    stranger, before = came(office, STRANGER), kinds(desk, minor)
    assert "wards" not in stranger.get("consents").text
    assert stranger.get(f"wards/{ticket}").status == 404
    assert stranger.post(f"wards/{ticket}", do="raise", item="guardian_objects").status == 404
    assert Visitor(office, "desk").get(f"wards/{ticket}").status == 401
    assert kinds(desk, minor) == before


def test_a_press_that_means_nothing_changes_nothing(office: Place) -> None:
    desk, minor, ticket = guarded(office)
    parent, before = came(office, PARENT), kinds(desk, minor)
    assert parent.post(f"wards/{ticket}", do="give", item="guardian").status == 422
    assert parent.post(f"wards/{ticket}", do="raise", item="nothing").status == 409
    assert kinds(desk, minor) == before


def test_who_answers_no_more_sees_no_more(office: Place) -> None:
    desk, minor, ticket = guarded(office)
    parent = came(office, PARENT)
    assert "consent:guardian" in held(desk, minor)
    assert parent.post(f"wards/{ticket}", do="leave").status == 303
    assert parent.get(f"wards/{ticket}").status == 404
    assert "consent:guardian" not in held(desk, minor), "nobody is left who could have agreed"


def test_proof_of_a_guardian_is_an_occasion_of_what_guardians_are_to_do(office: Place) -> None:
    desk, minor, _ = guarded(office)
    with desk.database.read() as connection:
        (proven,) = desk.ledger.events(
            connection, subject=desk.ledger.pseudonym(minor), kinds=("consent:guardian:confirmed",)
        )
    assert "user_duty:guardians_watch" in proven.codes
