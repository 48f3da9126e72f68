"""Requests over HTTP, by the client that programs have: opened for a subject, planned, agreed, told, tried again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.operators.kit import enrol
from tests.rights.door import Desk, door
from tests.rights.kit import ADDRESS, WHO
from troth.client import Client, KeyFile, Problem
from troth.ledger import Origin


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with door(tmp_path_factory.mktemp("api") / "home") as found:
        yield found


@pytest.fixture(scope="module")
def speaker(desk: Desk) -> Iterator[Client]:
    secret = desk.at.hosting.keys.issue("quay", ("requests", "subjects"), origin=Origin.OBSERVED)
    with Client(KeyFile(desk.at.base, "quay", secret)) as found:
        yield found


def customer(desk: Desk) -> str:
    return str(desk.shop.quay.act(lambda acts: acts.open_subject([("email", ADDRESS)])).subject)


def test_a_program_opens_a_request_and_sees_it_through(desk: Desk, speaker: Client) -> None:
    number = speaker.open_request(customer(desk), "delete", "All of it.", ground="UNLAWFUL", address=ADDRESS)[
        "number"
    ]
    assert speaker.request(number)["stage"] == "identity", "begun"
    desk.shop.work()
    found = speaker.requests(show="waiting")
    assert [(one["number"], one["stage"]) for one in found] == [(number, "grounds")]
    with pytest.raises(Problem) as waits:
        speaker.recipient_told(number, "house", "done")
    assert waits.value.status == 422
    speaker.file_papers(number, ["violation", "identity"])
    desk.shop.work()
    plan = speaker.request_plan(number)
    assert (plan["refused"], plan["tell"]) == (False, ["house"])
    assert ADDRESS not in str(plan)
    assert desk.shop.found(WHO)
    with pytest.raises(Problem) as nobody:
        speaker.approve_request(number, "stf_nobody")
    assert nobody.value.status in (404, 422)
    assert desk.shop.step(number, "approve").standing == "open"
    speaker.approve_request(number, enrol(desk.shop.quay, "support").member)
    desk.shop.work()
    assert desk.shop.found(WHO, "billed", "email") == []
    speaker.recipient_told(number, "house", "done", grade="signed")
    desk.shop.work()
    ended = speaker.request(number)
    assert (ended["state"], bool(ended["ended_at"]), ended["waits"]) == ("answered", True, False)
    with pytest.raises(Problem):
        speaker.retry_request(number)


def test_what_cannot_be_is_a_problem_and_opens_nothing(desk: Desk, speaker: Client) -> None:
    who = customer(desk)
    before = len(speaker.requests())
    for sent, status in (
        ({"subject": who, "right": "fly", "words": "x"}, 422),
        ({"subject": who, "right": "access", "words": ""}, 422),
        ({"subject": "sub_nobody", "right": "access", "words": "x"}, 404),
        ({"subject": who, "right": "access", "words": "x", "more": 1}, 422),
    ):
        heard = desk.at.call("POST", "quay/requests", sent)
        assert (heard.status, heard.headers["content-type"]) == (status, "application/problem+json"), (
            heard.text
        )
    assert desk.at.call("GET", "quay/requests/T-NOBODY").status == 404
    assert len(speaker.requests()) == before
    other = desk.at.hosting.keys.issue("quay", ("intake", "read"))
    for method, path in (("GET", "requests"), ("GET", "requests/T-X"), ("POST", "requests/T-X/retry")):
        assert desk.at.call(method, f"quay/{path}", key=other).status == 403
    described = desk.at.call("GET", "openapi.json", key=desk.at.key("quay")).json()["paths"]
    assert {"get", "post"} <= set(described["/{org}/requests"])
