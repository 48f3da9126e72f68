"""The contract of the API, on both databases; and its refusals as problems (RFC 9457)."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from tests.web.kit import ASKED, Heard, Place

FAMILY = {"type", "title", "status", "detail", "help", "errors"}


def opened(at: Place, name: str = "amy") -> str:
    sent = {"identities": [{"kind": "email", "value": f"{name}@people.example"}]}
    return str(at.call("POST", "harbour/subjects", sent).json()["subject"])


def accepted(at: Place) -> str:
    subject = opened(at)
    digest = at.call("GET", "harbour/policy").json()["digest"]
    facts = {"set": ["registered", "shown:privacy_policy"], "language": "en", "rendered": "sha256:00"}
    at.call("POST", f"harbour/subjects/{subject}/facts", facts)
    sent = {"kind": "explicit", "policy": digest, "language": "en"}
    assert at.call("POST", f"harbour/subjects/{subject}/acceptance", sent).json()["policy"] == digest
    return subject


def problem(answer: Heard, status: int) -> dict[str, Any]:
    found: dict[str, Any] = answer.json()
    assert answer.status == status, found
    assert answer.headers["content-type"] == "application/problem+json"
    assert found["status"] == status
    assert {"type", "title", "detail"} <= found.keys() <= FAMILY
    assert found["type"].startswith("urn:troth:problem:")
    return found


def test_a_life_by_the_api(harbour: Place) -> None:
    subject = opened(harbour)
    assert harbour.call("POST", "harbour/peek", ASKED | {"subject": subject}).json()["outcome"] == "deny"
    assert accepted(harbour) == subject, "the same address is the same person"
    known = harbour.call("GET", f"harbour/subjects/{subject}").json()
    assert {"accepted:explicit", "registered", "shown:privacy_policy"} <= set(known["facts"])
    answer = harbour.call("POST", "harbour/peek", ASKED | {"subject": subject}).json()
    assert (answer["outcome"], "sequence" in answer) == ("permit", False)
    assert answer["clauses"]
    used = harbour.call("POST", "harbour/use", ASKED | {"subject": subject}).json()
    assert (used["outcome"], used["recorded"]) == ("permit", "segment")


def test_a_withdrawal_is_in_force_when_it_is_answered(harbour: Place) -> None:
    subject = accepted(harbour)
    other = {"action": "use", "data": ["email"], "purpose": "permitted_other", "subject": subject}
    said = {"subject": subject, "item": "other_purpose", "kind": "explicit", "language": "en"}
    outcomes = []
    for act in ("given", "withdrawn"):
        assert harbour.call("POST", "harbour/consents", said | {"act": act}).json()["holds"] is (
            act == "given"
        )
        outcomes.append(harbour.call("POST", "harbour/peek", other).json())
    assert [answer["outcome"] for answer in outcomes] == ["permit", "deny"]
    assert ["consent:other_purpose"] in outcomes[1]["missing"]


def test_an_objection_is_in_force_when_it_is_answered(harbour: Place) -> None:
    subject = accepted(harbour)
    pixel = {
        "action": "collect",
        "data": ["mail_open"],
        "purpose": "preference_learning",
        "via": "mail_pixel",
    }
    outcomes = []
    for act in ("lifted", "raised"):
        sent = {"subject": subject, "objection": "mailing_list", "act": act}
        assert harbour.call("POST", "harbour/objections", sent).json()["stands"] is (act == "raised")
        outcomes.append(harbour.call("POST", "harbour/peek", pixel | {"subject": subject}).json()["outcome"])
    assert outcomes == ["permit", "deny"]


def test_a_release_is_an_event_before_it_is_answered(harbour: Place) -> None:
    subject = accepted(harbour)
    answer = harbour.call(
        "POST", "harbour/release", ASKED | {"action": "share", "via": "", "subject": subject}
    ).json()
    events = harbour.call("GET", f"harbour/evidence?after={answer['sequence'] - 1}").json()["events"]
    assert (events[0]["sequence"], events[0]["kind"]) == (answer["sequence"], "gate:release:refused")


def test_the_same_request_under_one_key_is_done_once(harbour: Place) -> None:
    subject = accepted(harbour)
    sent = ASKED | {"subject": subject, "action": "share", "via": ""}
    once = {"Idempotency_Key": "a-1"}
    first = harbour.call("POST", "harbour/release", sent, **once).json()
    size = harbour.call("GET", "harbour/head").json()["size"]
    assert harbour.call("POST", "harbour/release", sent, **once).json() == first
    assert harbour.call("GET", "harbour/head").json()["size"] == size
    problem(harbour.call("POST", "harbour/release", sent | {"purpose": "promotion"}, **once), 409)
    used = harbour.call("POST", "harbour/use", ASKED | {"subject": subject}, Idempotency_Key="a-2")
    assert (
        harbour.call("POST", "harbour/use", ASKED | {"subject": subject}, Idempotency_Key="a-2").json()
        == used.json()
    )


def test_a_lapse_breaks_its_clauses_and_a_clean_look_mends_them(harbour: Place) -> None:
    sent = {"probe": "columns", "statements": ["point:filing_form"], "looked_at": "2026-03-01T10:00:00Z"}
    before = harbour.call("GET", "harbour/promises").json()
    harbour.call("POST", "harbour/probes", sent | {"passed": False, "seen": [{"row": 17}]})
    during = harbour.call("GET", "harbour/promises").json()
    broken = {c["clause"] for c in during["clauses"] if c["state"] == "broken"}
    bound = {
        c["clause"]
        for c in before["clauses"]
        if "point:filing_form" in {s["statement"] for s in c["statements"]}
    }
    assert bound <= broken
    assert before["counts"]["broken"] == 0
    harbour.call("POST", "harbour/probes", sent | {"passed": True, "looked_at": "2026-03-01T10:05:00Z"})
    assert harbour.call("GET", "harbour/promises").json()["counts"]["broken"] == 0


def test_an_act_seen_outside_is_judged(harbour: Place) -> None:
    subject = opened(harbour)
    act = {"action": "use", "data": ["email"], "purpose": "newsletter", "subject": subject, "at": "2030-01-01T00:00:00Z",
           "seen": {"where": "mail 42", "how": "probe"}}  # fmt: skip
    found = harbour.call("POST", "harbour/observed", {"acts": [act]}).json()["found"]
    assert [one["breach"] for one in found] == [True]


def test_control_needs_the_stake_the_policy_asks_for(harbour: Place) -> None:
    path = "harbour/recipients/affiliate/facts"
    affiliates = [p for p in json.loads(harbour.call("GET", "harbour/policy/bundle").body)["statements"]["recipients"].items()
                  if "over" in p[1]]  # fmt: skip
    path = f"harbour/recipients/{affiliates[0][0]}/facts"
    problem(harbour.call("POST", path, {"facts": ["controlled"], "stake": 45}), 422)
    assert harbour.call("POST", path, {"facts": ["controlled"], "stake": 60}).status == 200


def test_a_person_may_be_one_with_another(harbour: Place) -> None:
    kept, other = opened(harbour, "one"), opened(harbour, "two")
    assert harbour.call("POST", f"harbour/subjects/{kept}/merge", {"absorbed": other}).status == 200
    link = {"link": [{"kind": "phone", "value": "+60 1"}]}
    assert harbour.call("POST", f"harbour/subjects/{other}/identities", link).status == 200
    named = {"identities": [{"kind": "phone", "value": "+601"}]}
    assert harbour.call("POST", "harbour/subjects", named).json()["subject"] == kept


def test_the_bundle_is_what_its_digest_says(town: Place) -> None:
    digest = town.call("GET", "harbour/policy").json()["digest"]
    body = town.call("GET", "harbour/policy/bundle").body
    assert digest == f"sha256:{hashlib.sha256(body).hexdigest()}"


def test_one_clause_by_its_id_with_all_its_signs(town: Place) -> None:
    for path in ("harbour/promises/1.3(c)%2F1", "harbour/promises/1.3(c)/1"):
        found = town.call("GET", path).json()
        assert (found["clause"], found["state"]) == ("1.3(c)/1", "broken")
    assert town.call("GET", "harbour/promises/Intro%C2%B61%2F1").json()["clause"] == "Intro¶1/1"


def test_evidence_comes_in_pages(town: Place) -> None:
    first = town.call("GET", "harbour/evidence?limit=3").json()
    then = town.call("GET", f"harbour/evidence?limit=3&after={first['next']}").json()
    assert [e["sequence"] for e in first["events"] + then["events"]] == [1, 2, 3, 4, 5, 6]
    kinds = {e["kind"] for e in town.call("GET", "harbour/evidence?kind=promises:").json()["events"]}
    assert kinds
    assert all(kind.startswith("promises:") for kind in kinds)


def test_a_request_is_answered_without_a_trace(town: Place) -> None:
    size = town.call("GET", "harbour/head").json()["size"]
    found = town.call("POST", "harbour/requests/ask", {"right": "delete", "papers": {}}).json()
    assert found["outcome"] in ("refer", "await", "accept")
    town.call("POST", "harbour/peek", ASKED)
    assert town.call("GET", "harbour/head").json()["size"] == size


SECRET = "amy-secret@people.example"


@pytest.mark.parametrize(
    ("method", "path", "sent", "status"),
    [
        ("GET", "harbour/subjects/sub_00000000000000000000000000", None, 404),
        ("GET", "harbour/subjects/nobody", None, 404),
        ("GET", "harbour/promises/nowhere", None, 404),
        ("GET", "harbour/nowhere", None, 404),
        ("PUT", "harbour/head", None, 405),
        ("GET", "harbour/evidence?limit=0", None, 422),
        ("GET", "harbour/evidence?after=-1", None, 422),
        ("POST", "harbour/consents", b"{", 400),
        ("POST", "harbour/consents", b"\xff\xfe", 400),
        ("POST", "harbour/consents", {"subject": SECRET}, 422),
        ("POST", "harbour/consents", {SECRET: 1}, 422),
        ("POST", "harbour/peek", b"[]", 422),
        ("POST", "harbour/peek", b"{", 422),
        ("POST", "harbour/peek", b"[" * 100_000, 422),
        ("POST", "harbour/peek", b"x" * 1_000_001, 413),
        ("POST", "harbour/peek", ASKED | {"purpose": 0}, 422),
        ("POST", "harbour/peek", ASKED | {"data": [None]}, 422),
        ("POST", "harbour/peek", ASKED | {"papers": []}, 422),
        ("POST", "harbour/peek", {"action": "use"}, 422),
        ("POST", "harbour/peek", {"action": "use", "purpose": "x", SECRET: 1}, 422),
        ("POST", "harbour/peek", ASKED | {"papers": {SECRET: "x"}}, 422),
        ("POST", "harbour/peek", ASKED | {"subject": SECRET}, 404),
        ("POST", "harbour/use", ASKED | {"papers": {"citation": ""}}, 422),
        ("POST", "harbour/probes", {"probe": SECRET, "passed": True, "statements": [], "looked_at": "2026-01-01T00:00:00Z"}, 422),
        ("POST", "harbour/probes", {"probe": "p", "passed": True, "statements": ["point:x"], "looked_at": "2026-01-01T00:00:00Z"}, 422),
        ("POST", "harbour/subjects", {"identities": [{"kind": "email", "value": " "}]}, 422),
        ("POST", "harbour/subjects", b"x" * 1_000_001, 413),
        ("POST", "harbour/recipients/nobody/facts", {"facts": ["confidentiality"]}, 422),
    ],
)  # fmt: skip
def test_refusals_are_problems_and_repeat_nothing_personal(
    town: Place, method: str, path: str, sent: object, status: int
) -> None:
    answer = town.call(method, path, sent)
    problem(answer, status)
    assert "amy-secret" not in answer.text
    assert "Traceback" not in answer.text


def test_the_document_names_every_route_and_its_refusals(town: Place) -> None:
    document = town.call("GET", "openapi.json", key=town.key("harbour")).json()
    assert document["openapi"].startswith("3.")
    assert {"/{org}/peek", "/{org}/use", "/{org}/release", "/{org}/promises/{clause}"} <= document[
        "paths"
    ].keys()
    for path in document["paths"].values():
        for operation in path.values():
            assert "application/problem+json" in operation["responses"]["default"]["content"]
            assert operation["description"]
