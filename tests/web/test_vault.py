"""Sealed fields and staff by the API, on both databases; requests that come together are served together."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import pytest

from tests.web.kit import Heard, Place
from tests.web.test_api import accepted, opened, problem
from troth.web.api.batches import Batches

T = TypeVar("T")
TAKEN, EXPIRES = "2026-01-01T00:00:00Z", "2999-01-01T00:00:00Z"
COURSES = ("information security", "privacy")


def post(at: Place, path: str, sent: Any, status: int = 200, **more: str) -> Any:
    answer = at.call("POST", f"harbour/{path}", sent, **more)
    assert answer.status == status, answer.text
    return answer.json()


def hired(at: Place, *courses: str) -> str:
    member = str(post(at, "staff", {"name": "Ada"}, 201)["member"])
    for course in courses:
        post(at, f"staff/{member}/trainings", {"course": course, "taken": TAKEN, "expires": EXPIRES})
    return member


def token(at: Place, member: str) -> str:
    asked = {"member": member, "role": "support", "purpose": "provide_service", "minutes": 5}
    return str(post(at, "staff/tokens", asked, 201)["token"])


def supported(at: Place) -> tuple[str, str]:
    """A person who left an address, and the token of somebody of the support who may read it."""
    post(at, "vault/fields", {"field": "people.email", "category": "email", "search": ["provide_service"]})
    who, member = accepted(at), hired(at, *COURSES)
    assert post(at, f"staff/{member}/roles", {"role": "support"})["granted"]
    wrote = post(at, "vault/write", {"subject": who, "values": {"people.email": "amy@people.example"}})
    assert wrote == {"subject": who, "versions": {"people.email": 1}}
    return who, token(at, member)


def test_a_field_is_written_read_found_and_taken_away(harbour: Place) -> None:
    who, secret = supported(harbour)
    asked = {"subject": who, "fields": ["people.email"], "token": secret}
    found = post(harbour, "vault/read", asked)
    assert found == {
        "subject": who,
        "cells": {"people.email": {"outcome": "read", "value": "amy@people.example"}},
    }
    looked = {"token": secret, "field": "people.email", "value": "amy@people.example"}
    assert post(harbour, "vault/search", looked) == {"outcome": "found", "subjects": [who]}
    assert post(harbour, "vault/remove", {"subject": who})["removed"] == ["people.email"]
    assert post(harbour, "vault/read", asked)["cells"] == {"people.email": {"outcome": "absent"}}
    kinds = [e["kind"] for e in harbour.call("GET", "harbour/evidence?kind=access:read:").json()["events"]]
    assert kinds == ["access:read:permitted"] * 3


def test_a_denial_is_an_answer_and_on_record(harbour: Place) -> None:
    who, _ = supported(harbour)
    found = post(harbour, "vault/read", {"subject": who, "fields": ["people.email"]})
    assert found["cells"]["people.email"] == {"outcome": "refused", "reason": "token", "missing": []}
    refused = post(harbour, "vault/search", {"field": "people.email", "value": "amy@people.example"})
    assert refused == {"outcome": "refused", "reason": "token", "missing": []}
    events = harbour.call("GET", "harbour/evidence?kind=access:read:").json()["events"]
    assert [event["kind"] for event in events] == ["access:read:refused"] * 2
    assert "amy" not in harbour.call("GET", "harbour/evidence?limit=1000").text


def test_whoever_is_not_trained_gets_no_role_and_no_token(harbour: Place) -> None:
    member = hired(harbour, COURSES[0])
    refused = post(harbour, f"staff/{member}/roles", {"role": "support"})
    assert (refused["granted"], refused["reason"], refused["missing"]) == (False, "untrained", ["privacy"])
    asked = {"member": member, "role": "support", "purpose": "provide_service"}
    found = problem(harbour.call("POST", "harbour/staff/tokens", asked), 403)
    assert found["type"] == "urn:troth:problem:token-refused"


def test_many_at_once(harbour: Place) -> None:
    who, secret = supported(harbour)
    other = opened(harbour, "bob")
    writes = [
        {"subject": one, "values": {"people.email": f"{n}@x"}} for n, one in enumerate((who, other, "sub_x"))
    ]
    wrote = post(harbour, "vault/writes", {"writes": writes})["writes"]
    assert [one.get("versions") for one in wrote] == [{"people.email": 2}, {"people.email": 1}, None]
    assert wrote[2]["problem"]["status"] == 404
    reads = [{"subject": one, "fields": ["people.email"]} for one in (who, other, "sub_x")]
    found = post(harbour, "vault/reads", {"token": secret, "reads": reads})["reads"]
    assert found[0]["cells"]["people.email"]["value"] == "0@x"
    assert found[1]["cells"]["people.email"]["reason"] == "gate", "nobody asked bob"
    assert found[2]["problem"]["type"] == "urn:troth:problem:subject-unknown"


def test_staff_are_told_by_id_and_no_name(harbour: Place) -> None:
    member = hired(harbour, *COURSES)
    post(harbour, f"staff/{member}/roles", {"role": "support"})
    answer = harbour.call("GET", "harbour/staff")
    (found,) = answer.json()["staff"]
    assert found["member"] == member
    assert [one["course"] for one in found["trainings"]] == ["information_security", "privacy"]
    assert "Ada" not in answer.text
    post(harbour, f"staff/{member}/roles/end", {"role": "support"})
    post(harbour, f"staff/{member}/leave", {})
    (found,) = harbour.call("GET", "harbour/staff").json()["staff"]
    assert found["roles"] == []
    assert found["left"]


def test_a_token_is_shown_once_and_taken_back(harbour: Place) -> None:
    who, secret = supported(harbour)
    post(harbour, "staff/tokens/end", {"id": secret.split("_")[1]})
    found = post(harbour, "vault/read", {"subject": who, "fields": ["people.email"], "token": secret})
    assert found["cells"]["people.email"]["reason"] == "token"


def test_a_read_seen_outside_breaks_the_promise(harbour: Place) -> None:
    who, secret = supported(harbour)
    seen = {"subject": who, "field": "people.email", "role": "support", "seen": {"how": "probe"}}
    at = harbour.hosting.clock.now().isoformat()
    (breach,) = post(harbour, "vault/observed", {"reads": [seen | {"at": at}]})["found"]
    assert breach["breach"]
    clauses = harbour.call("GET", "harbour/promises").json()["clauses"]
    roles = {
        s["statement"]: s["state"]
        for c in clauses
        for s in c["statements"]
        if s["statement"] == "role:support"
    }
    assert roles == {"role:support": "broken"}
    post(harbour, "vault/read", {"subject": who, "fields": ["people.email"], "token": secret})
    at = harbour.hosting.clock.now().isoformat()
    (fine,) = post(harbour, "vault/observed", {"reads": [seen | {"at": at}]})["found"]
    assert not fine["breach"]


def test_the_staff_page_counts_reads_and_names_nobody(harbour: Place) -> None:
    page = harbour.see("/harbour/staff").text
    assert "Nobody works here yet." in page
    assert "Nothing was read yet." in page
    assert "Support staff" in page
    who, secret = supported(harbour)
    for given in (secret, secret, ""):
        post(harbour, "vault/read", {"subject": who, "fields": ["people.email"], "token": given})
    page = harbour.see("/harbour/staff").text
    (member,) = harbour.call("GET", "harbour/staff").json()["staff"]
    assert member["member"] in page
    assert re.search(r'Support staff</th><td>[^<]+</td><td class="n">2</td><td class="n">0</td>', page)
    assert re.search(r'Without a token that counts</th><td class="n">0</td><td class="n">1</td>', page)
    assert "information security until 2999-01-01" in page.replace("\n", "")
    for secret_word in (
        "Ada",
        "amy",
        who,
        harbour.hosting.organisations["harbour"].organisation.ledger.pseudonym(who),
    ):
        assert secret_word not in page
    record = harbour.see("/harbour/ledger?kind=access:").text
    assert "A sealed value was read" in record


@pytest.mark.parametrize(
    "sent",
    [b"", b"[]", b"{", b"null", b'{"subject":1}', b'{"subject":"s","fields":[]}', b'{"subject":"s","fields":["a"],"x":1}',
     b'{"subject":"s","values":{}}', b'{"subject":"s","values":{"a.b":1}}', b'{"subject":"s\\u0000","fields":["a.b"]}'],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_as_such(harbour: Place, sent: bytes) -> None:
    for path in ("read", "write"):
        found = problem(harbour.call("POST", f"harbour/vault/{path}", sent), 422)
        assert found["type"] == "urn:troth:problem:not-readable"


def test_an_undeclared_field_is_refused_without_repeating_it(harbour: Place) -> None:
    who = opened(harbour)
    sent = {"subject": who, "values": {"amy.jones": "x"}}
    answer = harbour.call("POST", "harbour/vault/write", sent)
    assert problem(answer, 422)["type"] == "urn:troth:problem:field-unknown"
    assert "jones" not in answer.text


def test_half_of_a_surrogate_pair_is_no_text(harbour: Place) -> None:
    who, secret = supported(harbour)
    written = b'{"subject":"%s","values":{"people.email":"\\ud800"}}' % who.encode()
    problem(harbour.call("POST", "harbour/vault/write", written), 422)
    looked = b'{"token":"%s","field":"people.email","value":"\\ud800"}' % secret.encode()
    problem(harbour.call("POST", "harbour/vault/search", looked), 422)


def test_those_who_come_together_share_a_commit_and_get_their_own(harbour: Place) -> None:
    who, secret = supported(harbour)
    asked = {"subject": who, "fields": ["people.email"], "token": secret}
    heard: list[Heard] = []

    def many() -> None:
        heard.extend(harbour.call("POST", "harbour/vault/read", asked) for _ in range(5))

    threads = [threading.Thread(target=many) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.text for answer in heard} == {
        f'{{"subject":"{who}","cells":{{"people.email":{{"outcome":"read","value":"amy@people.example"}}}}}}'
    }
    events = harbour.call("GET", "harbour/evidence?kind=access:read:&limit=1000").json()["events"]
    assert len(events) == 30


def test_a_safeguard_is_shown_by_the_api(harbour: Place) -> None:
    at = harbour.hosting.clock.now().isoformat()
    sent = {"at": at, "by": "probe:doors", "grade": "probe"}
    for item in (1, 2):
        found = post(harbour, "safeguards/premises/evidence", sent | {"item": item})
        assert found == {"safeguard": "premises", "item": item, "passed": True}
    listed = harbour.call("GET", "harbour/safeguards").json()
    state = {one["safeguard"]: one["state"] for one in listed["safeguards"]}
    assert (state["premises"], state["defence"]) == ("kept", "unproven")
    assert listed["threats"]["damage"] == ["premises"]
    assert "attack" in listed["gaps"]
    clause = next(
        c for c in harbour.call("GET", "harbour/promises").json()["clauses"] if c["clause"] == "4.1/1"
    )
    assert {s["statement"]: s["state"] for s in clause["statements"]}["safeguard:premises"] == "kept"
    problem(harbour.call("POST", "harbour/safeguards/premises/evidence", sent | {"item": 9}), 404)


def run(asked: Coroutine[Any, Any, T]) -> T:
    """Run it in a thread of its own: a browser driven from this process keeps a loop in the main one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, asked).result()


def test_a_batch_answers_each_in_its_place() -> None:
    served: list[list[int]] = []
    gate = threading.Event()

    def serve(asked: Sequence[int]) -> list[int | Exception]:
        served.append(list(asked))
        gate.wait()
        return [one * 2 if one % 2 else ValueError(one) for one in asked]

    async def ask() -> list[int | BaseException]:
        batches: Batches[int, int] = Batches(serve, most=3, under_way=1)
        first = asyncio.create_task(batches.ask(1))
        while not served:
            await asyncio.sleep(0)
        rest = [asyncio.create_task(batches.ask(one)) for one in (2, 3, 4, 5)]
        await asyncio.sleep(0)
        rest[1].cancel()
        gate.set()
        return list(await asyncio.gather(first, *rest, return_exceptions=True))

    found = run(ask())
    assert served == [[1], [2, 3, 4], [5]]
    assert [type(one).__name__ for one in found] == [
        "int",
        "ValueError",
        "CancelledError",
        "ValueError",
        "int",
    ]


def test_nobody_is_forgotten_however_many_come_and_when() -> None:
    def serve(asked: Sequence[int]) -> list[int | Exception]:
        return [one + 1 for one in asked]

    async def come(batches: Batches[int, int], number: int) -> list[int]:
        found = []
        for turn in range(20):
            for _ in range((number * 7 + turn * 3) % 5):
                await asyncio.sleep(0)
            found.append(await batches.ask(turn))
        return found

    async def all_of_them() -> list[list[int]]:
        batches: Batches[int, int] = Batches(serve, most=4)
        return list(await asyncio.gather(*(come(batches, number) for number in range(15))))

    assert run(all_of_them()) == [[turn + 1 for turn in range(20)]] * 15


def test_a_batch_that_fails_tells_all_and_the_next_goes_on() -> None:
    fails = [True, False]

    def serve(asked: Sequence[int]) -> list[int | Exception]:
        if fails.pop(0):
            raise OSError("no room")
        return list(asked)

    async def ask() -> list[int | BaseException]:
        batches: Batches[int, int] = Batches(serve)
        first = await asyncio.gather(batches.ask(1), batches.ask(2), return_exceptions=True)
        return [*first, await batches.ask(3)]

    found = run(ask())
    assert [type(one).__name__ for one in found] == ["OSError", "OSError", "int"]
