"""Tenants: whose administrator may act for whom, and for nobody else; on record, by pseudonym, and gone with the person's keys."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.directories.kit import opened
from tests.web.kit import Place, place
from troth.app.config import Home
from troth.app.organisation import Organisation
from troth.app.tenancy import join, part
from troth.tenants import Role, TenantRefused


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Desk, which works for enterprises."""
    with place(Home.at(tmp_path_factory.mktemp("tenants")), "desk") as found:
        yield found


@pytest.fixture
def desk(database_url: str, tmp_path: Path) -> Iterator[Organisation]:
    """Desk by itself, once on SQLite and once on PostgreSQL."""
    with opened(Home.at(tmp_path / "home", database_url), "desk") as found:
        yield found


def person(town: Place, name: str) -> str:
    sent = {"identities": [{"kind": "account", "value": name}]}
    return str(town.call("POST", "desk/subjects", sent).json()["subject"])


def joins(town: Place, who: str, tenant: str, role: str = "member") -> dict[str, Any]:
    answer = town.call("POST", "desk/tenants/members", {"subject": who, "tenant": tenant, "role": role})
    assert answer.status == 200, answer.text
    return dict(answer.json()["tenants"])


def asks(town: Place, agent: str, tenant: str, who: str) -> int:
    sent = {
        "kind": "request", "right": "delete", "route": "tenant", "words": "She left us.", "agent": agent, "tenant": tenant,
        "subject": who,
    }  # fmt: skip
    return town.call("POST", "desk/tickets", sent).status


def test_an_administrator_acts_for_the_people_of_the_tenant_and_nobody_elses(town: Place) -> None:
    boss, amy, other = person(town, "boss"), person(town, "amy"), person(town, "other")
    assert asks(town, boss, "acme", amy) == 422, "nobody is on record yet"
    assert joins(town, boss, "acme", "administrator") == {"acme": "administrator"}
    joins(town, amy, "acme")
    joins(town, other, "globex")
    assert asks(town, boss, "acme", amy) == 201
    assert asks(town, boss, "acme", other) == 422, "one of another tenant's people"
    assert asks(town, boss, "globex", other) == 422, "a tenant that somebody else administers"
    assert asks(town, amy, "acme", amy) == 422, "a member administers nothing"
    listed = town.call("GET", "desk/tickets?tenant=acme").json()["tickets"]
    assert [(one["tenant"], one["route"]) for one in listed] == [("acme", "tenant")]
    assert listed[0]["agent"] != boss, "the administrator stands there by pseudonym"
    assert town.call("GET", "desk/tickets?tenant=globex").json()["tickets"] == []


def test_whoever_left_is_out_of_reach_at_once(town: Place) -> None:
    boss, amy = person(town, "chief"), person(town, "ann")
    joins(town, boss, "initech", "administrator")
    joins(town, amy, "initech")
    joins(town, amy, "hooli")
    gone = town.call("POST", "desk/tenants/members/gone", {"subject": amy, "tenant": "initech"})
    assert gone.json() == {"tenants": {"hooli": "member"}}
    assert town.call("GET", f"desk/tenants/of/{amy}").json() == {"tenants": {"hooli": "member"}}
    assert asks(town, boss, "initech", amy) == 422
    again = town.call("POST", "desk/tenants/members/gone", {"subject": amy, "tenant": "initech"})
    assert again.status == 422
    assert again.headers["content-type"] == "application/problem+json"


def test_an_administrator_is_one_at_the_gate_as_long_as_they_are_one(desk: Organisation) -> None:
    who = str(desk.act(lambda acts: acts.open_subject([("account", "a")])).subject)

    def known() -> bool:
        (facts,) = desk.known(who).values()
        return "is:tenant_admin" in {str(fact) for fact in facts.holding}

    desk.act(lambda acts: join(acts, desk, who, "acme", Role.ADMINISTRATOR))
    assert known()
    desk.act(lambda acts: join(acts, desk, who, "acme", Role.MEMBER))
    assert not known()
    desk.act(lambda acts: join(acts, desk, who, "globex", Role.ADMINISTRATOR))
    desk.act(lambda acts: part(acts, desk, who, "globex"))
    assert not known()


def test_a_membership_follows_a_person_who_was_found_twice_and_ends_with_them(desk: Organisation) -> None:
    one, two = (
        str(desk.act(lambda acts, name=name: acts.open_subject([("account", name)])).subject) for name in "ab"
    )
    desk.act(lambda acts: join(acts, desk, two, "acme", Role.MEMBER))
    desk.act(lambda acts: acts.merge(two, one))
    with desk.database.read() as connection:
        assert desk.tenants.belongs(connection, one, "acme")
        assert not desk.tenants.belongs(connection, one, "globex")
    desk.erase_keys(one)
    with desk.database.read() as connection:
        assert not desk.tenants.belongs(connection, one, "acme")
        assert not desk.tenants.belongs(connection, "sub_nobody", "acme")


def test_the_record_holds_a_pseudonym_and_no_id(desk: Organisation) -> None:
    who = str(desk.act(lambda acts: acts.open_subject([("account", "a")])).subject)
    for _ in range(2):  # the second says nothing new
        desk.act(lambda acts: join(acts, desk, who, "acme", Role.MEMBER))
    with desk.database.read() as connection:
        (event,) = desk.ledger.events(connection, kinds=("tenants:",))
    assert (event.kind, event.codes) == ("tenants:member:added", ("tenant=acme", "role:member"))
    assert event.subject == desk.ledger.pseudonym(who)


@pytest.mark.parametrize("tenant", ["", "a b", "x" * 65, "../up", "a\nb", "a=b", "ten:1"])
def test_what_is_no_id_of_a_tenant_is_refused(tmp_path: Path, tenant: str) -> None:
    with opened(Home.at(tmp_path / "home"), "desk") as desk:
        who = str(desk.act(lambda acts: acts.open_subject([("account", "a")])).subject)
        with pytest.raises(TenantRefused):
            desk.act(lambda acts: join(acts, desk, who, tenant, Role.MEMBER))
