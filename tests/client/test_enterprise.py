"""Calls of a company that works for enterprises, against the server they speak to."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.web.kit import place
from troth.app.config import Home
from troth.client import Client, KeyFile, Problem, Question, Refused, may, open_books, stranger, tell
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


def facts(client: Client, who: str) -> set[str]:
    return set(client.facts_of(who)["facts"])


def test_what_a_tenant_has_on_for_somebody_goes_with_the_membership(client: Client) -> None:
    who = client.subject({"phone": "+8613800000004"})
    client.join_tenant(who, "acme", on=("tenant_active", "approvals"))
    tell(client, who, {"on:chat": True})
    assert facts(client, who) == {"on:approvals", "on:chat", "on:tenant_active"}
    client.join_tenant(who, "other")
    client.leave_tenant(who, "acme", off=["tenant_active"])
    assert "on:approvals" in facts(client, who), "whoever belongs to another tenant still has its functions"
    client.leave_tenant(who, "other", off=["tenant_active"])
    assert facts(client, who) == {"on:chat"}, "what somebody switched on themselves stays"


def test_what_is_told_of_people_is_recorded_as_what_it_is(client: Client) -> None:
    who = client.subject({"phone": "+8613800000005"})
    said = {"is:full_capacity": True, "shown:policy": True, "accepted": True, "consent:call_recording": True}
    (shown,) = tell(
        client, who, {**said, "consent:cn_pipl.sensitive": "separate", "objects:cookies_rejected": True}
    )
    assert shown.notice == "policy"
    kinds = {one["kind"] for one in client.evidence()["events"]}
    assert {"consent:item:given", "consent:policy:accepted", "consent:objection:raised"} <= kinds
    told = facts(client, who)
    assert {"is:full_capacity", "shown:policy", "accepted", "consent:call_recording"} <= {
        one.removesuffix(":deemed").removesuffix(":explicit") for one in told
    }
    tell(client, who, {"is:full_capacity": False, "consent:call_recording": False})
    assert "is:full_capacity" not in facts(client, who)


def test_people_who_never_signed_up_are_asked_about_and_books_are_opened(client: Client) -> None:
    invite = Question("collect", ("mobile_number",), "create_account", source="enterprise")
    with pytest.raises(Refused):
        stranger(client, {"phone": "+8613800000006"}, invite)
    who = stranger(client, {"phone": "+8613800000006"}, invite, papers={"instruction": "INS-1"})
    assert who == client.subject({"phone": "+8613800000006"})
    kept = Question("store", ("mobile_number",), "create_account", recipient="store_a", place="CN")
    tell(client, who, {"shown:policy": True, "accepted": True, "verified": True})
    assert not may(client, who, kept)
    open_books(client, {"store_a": ("assessed", "permitted_operation", "encrypted"), "nobody": ("contract",)})
    assert may(client, who, kept)


def test_what_nothing_allows_is_refused_by_what_its_purpose_leaves_out(client: Client) -> None:
    who = client.subject({"phone": "+8613800000007"})
    papers = {"document": "SIM-1", "necessity": "no milder way", "reviewer": "counsel"}
    answer = client.use(who, Question("use", ("account_record",), "unasked_nat_sec", papers=papers))
    assert not answer.permitted
    refused = client.evidence(kind="gate:use:refused")["events"][-1]
    assert "purpose:unasked_nat_sec" in refused["codes"]


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
