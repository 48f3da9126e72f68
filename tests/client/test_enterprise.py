"""Calls of a company that works for enterprises, against the server they speak to."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.web.kit import place
from troth.app.config import Home
from troth.client import Client, KeyFile, Problem, Question
from troth.ledger import Origin

CALL = Question(
    "collect", ("call_recording",), "telesales", papers={"instruction": "INS-1", "document": "SCOPE-1"}
)
FUNCTIONS = ("on:telemarketing", "on:tenant_active", "on:call_upload_list", "allowed:perm_recording")


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """Who speaks for desk."""
    with place(Home.at(tmp_path_factory.mktemp("home")), "desk") as at:
        found = Client(KeyFile(at.base, "desk", at.hosting.keys.issue("desk", origin=Origin.OBSERVED)))
        yield found
        found.close()


def test_whoever_joins_a_tenant_is_its_own_until_they_leave(client: Client) -> None:
    who = client.subject({"phone": "+8613800000001"})
    assert client.join_tenant(who, "acme") == {"acme": "member"}
    assert client.join_tenant(who, "acme", "administrator") == {"acme": "administrator"}
    assert client.leave_tenant(who, "acme") == {}
    with pytest.raises(Problem):
        client.leave_tenant(who, "acme")


def test_a_further_identity_leads_to_one_person_alone(client: Client) -> None:
    who, other = client.subject({"phone": "+8613800000002"}), client.subject({"device": "d2"})
    client.link(who, {"device": "d1"})
    assert client.subject({"device": "d1"}) == who
    with pytest.raises(Problem):
        client.link(who, {"device": "d2"})
    assert client.subject({"device": "d2"}) == other


def test_a_recording_begins_on_four_conditions_and_ends_with_the_first_that_goes(client: Client) -> None:
    who = client.subject({"phone": "+8613800000003"})
    shown = client.notice("policy", "en")
    client.show(who, shown)
    client.accept(who, "deemed", str(client.policy()["digest"]), "en")
    client.set_facts(who, FUNCTIONS[:3])
    client.consent(who, "call_recording", "given", kind="explicit", language="en")
    client.consent(who, "cn_pipl.sensitive", "given", kind="separate", language="en")
    denied = client.begin_recording(who, CALL)
    assert denied["recording"] is None
    assert any("allowed:perm_recording" in way for way in denied["missing"])
    client.set_facts(who, FUNCTIONS)
    begun = client.begin_recording(who, CALL)["recording"]
    assert client.recording(begun["id"])["going"]
    client.consent(who, "call_recording", "withdrawn")
    ended = client.recording(begun["id"])
    assert (ended["going"], ended["why"]) == (False, "denied")
    assert "consent:call_recording" in ended["missing"]


def test_a_call_that_is_over_stays_over(client: Client) -> None:
    who = client.subject({"phone": "+8613800000003"})
    client.consent(who, "call_recording", "given", kind="explicit", language="en")
    begun = client.begin_recording(who, CALL)["recording"]
    assert client.end_recording(begun["id"])["why"] == "over"
    assert not client.recording(begun["id"])["going"]
