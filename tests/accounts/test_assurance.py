"""How somebody came in goes with what they ask for: a code, a password, both; and is what a ticket says of their identity."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.accounts.test_api import person
from tests.accounts.test_centre import signed_in
from tests.accounts.test_joining import OPEN, code, living, opened
from tests.web.centre.kit import Visitor, ticket_in
from tests.web.kit import Place
from troth.accounts import Level
from troth.intake import BY_STAFF, Proof


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with living(tmp_path_factory.mktemp("town"), OPEN) as found:
        yield found


def proofs(town: Place, visitor: Visitor) -> set[str]:
    """What stands on the ticket that a question by the form of the centre opens, and on one for a right."""
    harbour = town.hosting.organisations["harbour"].organisation
    with harbour.database.read() as connection:
        before = {one.number for one in harbour.intake.listed(connection)}
    assert visitor.post("contact", kind="question", words="How long?").status == 303
    assert visitor.post("tickets", right="access", words="All of it.").status == 303
    with harbour.database.read() as connection:
        after = [one for one in harbour.intake.listed(connection) if one.number not in before]
    assert len(after) == 2
    return {one.proof.value for one in after}


def test_a_ticket_says_how_whoever_asks_came_in(town: Place) -> None:
    fresh = opened(town, "sure-a")
    assert proofs(town, fresh) == {"password_code"}
    assert proofs(town, signed_in(town, "sure-a")) == {"password"}
    visitor = Visitor(town)
    visitor.sign_in("sure-a@people.example")
    assert proofs(town, visitor) == {"code"}


def test_a_code_typed_in_afterwards_makes_it_surer(town: Place) -> None:
    person(town, "sure-b")
    visitor = signed_in(town, "sure-b")
    ticket = ticket_in(visitor.post("account/bind", address="sure-b2@people.example"))
    assert visitor.post("account/bind/code", ticket=ticket, code=code(town)).status == 200
    assert proofs(town, visitor) == {"password_code"}


def test_every_level_is_a_proof_and_staff_claim_none_of_them_but_what_they_saw() -> None:
    assert {Proof(level.value) for level in Level} <= set(Proof)
    assert set(BY_STAFF) == {Proof.ADDRESS, Proof.CODE, Proof.DOCUMENT}
