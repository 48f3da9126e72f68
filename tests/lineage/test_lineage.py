"""Data sets of axle: by which lawful way they came, how personal they are, what a join makes of them, and what takes that off again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.web.kit import Place, place
from troth.app.config import Home

REPORT = "sha256:" + "ab" * 32
VISITS = {
    "name": "visits",
    "columns": {"visits": "visitor_statistics"},
    "purposes": ["usage_statistics"],
    "source": "from_use",
}
PEOPLE = {
    "name": "customers",
    "columns": {"email": "email"},
    "purposes": ["account_management"],
    "source": "from_person",
}
TEST = {"method": "k-anonymity", "group": 20, "by": "probe:lab", "document": REPORT, "passed": True}


@pytest.fixture
def axle(database_url: str, tmp_path: Path) -> Iterator[Place]:
    with place(Home.at(tmp_path / "home", database_url), "axle", "desk") as found:
        yield found


def post(at: Place, path: str, sent: Any, status: int = 201, org: str = "axle") -> Any:
    answer = at.call("POST", f"{org}/{path}", sent)
    assert answer.status == status, answer.text
    return answer.json()


def verdict(at: Place, clause: str, org: str = "axle") -> str:
    from urllib.parse import quote

    return str(at.call("GET", f"{org}/promises/{quote(clause, safe='')}").json()["state"])


def test_what_identifies_nobody_counts_as_personal_until_a_test_says_so(axle: Place) -> None:
    made = post(axle, "datasets", VISITS)
    assert (made["natural"], made["nature"], made["tested"]) == ("non_personal", "personal", None)
    failed = post(axle, "datasets/visits/tests", TEST | {"passed": False, "group": 1}, 200)
    assert failed["nature"] == "personal"
    assert post(axle, "datasets/visits/tests", TEST, 200)["nature"] == "non_personal"
    assert post(axle, "datasets", VISITS)["nature"] == "personal", (
        "declared anew, it is a set that nobody tested"
    )


def test_a_join_with_personal_data_is_personal_whatever_was_tested(axle: Place) -> None:
    for sheet in (VISITS, PEOPLE):
        post(axle, "datasets", sheet)
    post(axle, "datasets/visits/tests", TEST, 200)
    join = {
        "name": "both",
        "inputs": ["visits", "customers"],
        "purposes": ["usage_statistics"],
        "happened": True,
    }
    made = post(axle, "datasets/derived", join)
    assert made["columns"] == {"visits": "combined_usage", "email": "email"}
    assert (made["nature"], made["inputs"]) == ("personal", ["visits", "customers"])
    refused = post(axle, "datasets/both/tests", TEST, 422)
    assert "no test takes out" in refused["detail"]
    again = {
        "name": "onwards",
        "inputs": ["both", "visits"],
        "purposes": ["usage_statistics"],
        "happened": True,
    }
    assert post(axle, "datasets/derived", again)["nature"] == "personal", "and so is all that is made of it"


def test_counts_made_of_personal_data_wait_for_a_test_of_their_own(axle: Place) -> None:
    post(axle, "datasets", PEOPLE)
    counts = {
        "name": "counts",
        "inputs": ["customers"],
        "purposes": ["usage_statistics"],
        "columns": {"visits": "visitor_statistics"},
    }
    assert post(axle, "datasets/derived", counts)["nature"] == "personal"
    assert "somebody" in post(axle, "datasets/counts/tests", TEST | {"group": 1}, 422)["detail"]
    assert post(axle, "datasets/counts/tests", TEST, 200)["nature"] == "non_personal"


def test_a_join_nobody_approved_is_refused_and_one_that_was_found_breaks_the_promise(axle: Place) -> None:
    for sheet in (VISITS, PEOPLE):
        post(axle, "datasets", sheet)
    join = {"name": "both", "inputs": ["visits", "customers"], "purposes": ["usage_statistics"]}
    assert (
        "covers" in (said := post(axle, "datasets/derived", join, 422)["detail"]) or "does not cover" in said
    )
    before = verdict(axle, "2 ISO/1")
    assert before != "broken"
    post(axle, "datasets/derived", join | {"happened": True})
    assert verdict(axle, "2 ISO/1") == "broken"
    assert verdict(axle, "2 ISO/2") == "broken"
    post(axle, "datasets/derived", join | {"happened": True, "papers": {"approver": "mem_1"}})
    assert verdict(axle, "2 ISO/1") == before, "made again with an approver, it is mended"


def test_applicants_serve_recruiting_and_nothing_else(axle: Place) -> None:
    sheet = {
        "name": "applicants",
        "columns": {"gender": "applicant_gender", "languages": "applicant_skills"},
        "source": "from_person",
    }
    assert post(axle, "datasets", sheet | {"purposes": ["recruitment"]})["nature"] == "personal"
    for purpose in ("usage_statistics", "account_management", "no_such_aim"):
        assert "does not cover" in post(axle, "datasets", sheet | {"purposes": [purpose]}, 422)["detail"]
    mixed = {"name": "mixed", "inputs": ["applicants"], "purposes": ["account_management"]}
    assert "does not cover" in post(axle, "datasets/derived", mixed, 422)["detail"]


def test_where_data_came_from_is_said_and_a_payment_body_gives_one_thing_for_one_aim(axle: Place) -> None:
    sheet = {
        "name": "payers",
        "columns": {"account": "payment_account_id"},
        "purposes": ["anti_fraud_payment"],
        "source": "payment_institution",
    }
    assert "who supplied it" in post(axle, "datasets", sheet, 422, "desk")["detail"]
    way = {"supplier": "payment_body", "lawful": REPORT}
    assert post(axle, "datasets", sheet | way, 201, "desk")["lawful"] == REPORT
    more = sheet | way | {"columns": {"account": "payment_account_id", "mobile": "mobile_number"}}
    for wrong in (
        more,
        sheet | way | {"purposes": ["improve_experience"]},
        sheet | way | {"source": "nowhere"},
    ):
        post(axle, "datasets", wrong, 422, "desk")
    names = [one["name"] for one in axle.call("GET", "desk/datasets").json()["datasets"]]
    assert names == ["payers"]


def test_a_log_line_with_an_item_that_is_not_listed_breaks_its_promise_until_a_look_passes(
    axle: Place,
) -> None:
    good = '{"ip": "192.0.2.1", "browser": "x", "pages": 3}\n'
    look = {"against": "point:service_log", "form": "jsonl", "text": good}
    before = verdict(axle, "1.2.3/2", "desk")
    assert post(axle, "schema/check", look, 200, "desk")["passed"] is True
    bad = good + '\n{"ip": "192.0.2.1", "mobile": "+60", "shoe": {"size": 44}}\n'
    found = post(axle, "schema/check", look | {"text": bad}, 200, "desk")
    assert [(one["line"], one["column"]) for one in found["misfits"]] == [(3, "mobile"), (3, "shoe.size")]
    assert "44" not in str(found)
    assert "192" not in str(found)
    assert verdict(axle, "1.2.3/2", "desk") == "broken"
    post(axle, "schema/check", look, 200, "desk")
    assert verdict(axle, "1.2.3/2", "desk") == before


def test_names_and_numbers_that_cannot_be_are_refused(axle: Place) -> None:
    post(axle, "datasets", PEOPLE)
    for wrong in (
        PEOPLE | {"name": "Siti Aminah <siti@people.example>"}, PEOPLE | {"columns": {}}, PEOPLE | {"columns": {"email": "shoe_size"}},
        PEOPLE | {"purposes": []}, PEOPLE | {"lawful": "I said so"},
    ):  # fmt: skip
        post(axle, "datasets", wrong, 422)
    post(axle, "datasets/none/tests", TEST, 404)
    post(axle, "datasets/derived", {"name": "x", "inputs": ["none"], "purposes": ["usage_statistics"]}, 404)
    post(axle, "datasets/derived", {"name": "x", "inputs": [], "purposes": ["usage_statistics"]}, 422)
    post(axle, "schema/check", {"against": "point:none", "form": "csv", "text": "a,b"}, 422)
    post(axle, "schema/check", {"against": "point:careers_form", "form": "jsonl", "text": "[1]"}, 422)


def test_the_sets_are_read_from_the_record_alone(axle: Place) -> None:
    for sheet in (VISITS, PEOPLE):
        post(axle, "datasets", sheet)
    post(axle, "datasets/visits/tests", TEST, 200)
    page = axle.see("/axle/lineage").text
    assert "visits" in page
    assert "identifies nobody" in page
    found = axle.call("GET", "axle/datasets").json()["datasets"]
    assert [(one["name"], one["nature"]) for one in found] == [
        ("visits", "non_personal"),
        ("customers", "personal"),
    ]
