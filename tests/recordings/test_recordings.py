"""Call recording on four conditions (desk) and monitoring told beforehand (counter), over HTTP on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.web.kit import Place, place
from troth.app.chores import Chores, end_recordings
from troth.app.config import Home

FACTS = [
    "shown:policy", "on:tenant_active", "on:telemarketing", "allowed:perm_recording", "on:call_upload_list", "shown:prompt_recording",
]  # fmt: skip
PAPERS = {"instruction": "inst-1", "document": "doc-1"}
CALL = {"data": ["call_recording"], "purpose": "telesales", "via": "perm_recording", "papers": PAPERS}
FOUR = ["on:telemarketing", "consent:call_recording", "allowed:perm_recording", "on:call_upload_list"]


@pytest.fixture
def town(database_url: str, tmp_path: Path) -> Iterator[Place]:
    with place(Home.at(tmp_path / "home", database_url), "desk", "counter") as found:
        yield found


def post(at: Place, path: str, sent: Any = None, status: int = 200, org: str = "desk") -> Any:
    answer = at.call("POST", f"{org}/{path}", sent if sent is not None else {})
    assert answer.status == status, answer.text
    return answer.json()


def someone(at: Place, name: str, org: str = "desk") -> str:
    sent = {"identities": [{"kind": "email", "value": f"{name}@people.example"}]}
    return str(post(at, "subjects", sent, 201, org)["subject"])


def caller(at: Place, name: str = "amy", lacking: str = "") -> str:
    """A member of whom every condition of a recording holds, but one."""
    who = someone(at, name)
    facts = {"set": [one for one in FACTS if one != lacking], "language": "en", "rendered": "sha256:00"}
    post(at, f"subjects/{who}/facts", facts)
    digest = at.call("GET", "desk/policy").json()["digest"]
    post(at, f"subjects/{who}/acceptance", {"kind": "explicit", "policy": digest, "language": "en"})
    say(at, who, "given", "cn_pipl.sensitive")  # the regime asks for one of its own, beside the four
    if lacking != "consent:call_recording":
        say(at, who, "given")
    return who


def say(at: Place, who: str, act: str, item: str = "call_recording") -> None:
    post(
        at,
        "consents",
        {
            "subject": who,
            "item": item,
            "kind": "explicit" if item == "call_recording" else "separate",
            "language": "en",
            "act": act,
        },
    )


def kinds(at: Place, org: str = "desk") -> list[str]:
    events = at.call("GET", f"{org}/evidence?kind=recordings:&limit=500").json()["events"]
    return [one["kind"] for one in events]


def test_a_recording_begins_on_all_four_conditions_and_ends_when_it_is_over(town: Place) -> None:
    begun = post(town, "recordings", CALL | {"subject": caller(town)})
    assert (begun["outcome"], begun["recording"]["going"]) == ("permit", True)
    assert "1.2.4.3/3" in begun["recording"]["clauses"]
    id = begun["recording"]["id"]
    assert post(town, f"recordings/{id}")["going"] is True
    over = post(town, f"recordings/{id}/end")
    assert (over["going"], over["why"]) == (False, "over")
    assert post(town, f"recordings/{id}/end") == over, "an end is one end"
    assert kinds(town) == ["recordings:call:begun", "recordings:call:ended"]


@pytest.mark.parametrize("lacking", FOUR)
def test_on_three_of_four_conditions_nothing_begins(town: Place, lacking: str) -> None:
    begun = post(town, "recordings", CALL | {"subject": caller(town, lacking=lacking)})
    assert (begun["outcome"], begun["recording"]) == ("deny", None)
    assert any(lacking in way for way in begun["missing"])
    assert kinds(town) == []
    refused = town.call("GET", "desk/evidence?kind=gate:&limit=500").json()["events"]
    assert len(refused) == 1, "the refusal is on record"


def test_it_is_stopped_as_soon_as_a_condition_ends(town: Place) -> None:
    """By the recorder asking, or by a look over all: the withdrawn consent, and the name taken off the administrator's list."""
    amy, bob = caller(town, "amy"), caller(town, "bob")
    first, second = (
        post(town, "recordings", CALL | {"subject": who})["recording"]["id"] for who in (amy, bob)
    )
    say(town, amy, "withdrawn")
    stopped = post(town, f"recordings/{first}")
    assert (stopped["going"], stopped["why"], stopped["missing"]) == (
        False,
        "denied",
        ["consent:call_recording"],
    )
    say(town, amy, "given")
    assert post(town, f"recordings/{first}")["going"] is False, "a new consent begins no old recording anew"
    assert post(town, "recordings/sweep") == {"ended": []}
    post(
        town,
        f"subjects/{bob}/facts",
        {"clear": ["on:call_upload_list"], "language": "en", "rendered": "sha256:00"},
    )
    assert [one["id"] for one in post(town, "recordings/sweep")["ended"]] == [second]
    assert kinds(town).count("recordings:call:ended") == 2


def test_a_recorder_that_asks_no_more_is_ended_on_the_schedule(town: Place) -> None:
    amy, desk = caller(town), town.hosting.organisations["desk"].organisation
    post(town, "recordings", CALL | {"subject": amy})
    told: list[str] = []
    schedule = Chores(desk, tell=told.append)
    schedule.turn()
    assert kinds(town) == ["recordings:call:begun"], "every condition holds"
    say(town, amy, "withdrawn")
    next(one for one in schedule.chores if one.name == "recordings").next_at = None
    schedule.turn()
    assert kinds(town) == ["recordings:call:begun", "recordings:call:ended"]
    assert end_recordings(desk) == 0
    assert told == []


def test_a_recording_of_somebody_erased_is_ended(town: Place) -> None:
    who = caller(town)
    id = post(town, "recordings", CALL | {"subject": who})["recording"]["id"]
    town.hosting.organisations["desk"].organisation.erase_keys(who)
    (ended,) = post(town, "recordings/sweep")["ended"]
    assert (ended["id"], ended["why"]) == (id, "gone")


def test_a_recording_serves_no_other_aim(town: Place) -> None:
    who = caller(town)
    for purpose in ("improve_experience", "keep_running", "no_such_aim"):
        asked = {
            "action": "use",
            "data": ["call_recording"],
            "purpose": purpose,
            "subject": who,
            "papers": PAPERS,
        }
        assert post(town, "use", asked)["outcome"] == "deny"
        assert post(town, "recordings", CALL | {"subject": who, "purpose": purpose})["recording"] is None


def test_nobody_is_monitored_who_was_not_told(town: Place) -> None:
    who = someone(town, "cee", "counter")
    contact = {"subject": who, "data": ["call_recording"], "purpose": "quality_and_proof"}
    digest = town.call("GET", "counter/policy").json()["digest"]
    post(
        town,
        f"subjects/{who}/acceptance",
        {"kind": "explicit", "policy": digest, "language": "en"},
        org="counter",
    )
    begun = post(town, "recordings", contact, org="counter")
    assert begun["recording"] is None
    assert any("shown:monitoring_notice" in way for way in begun["missing"]), begun["missing"]
    told = {"set": ["shown:monitoring_notice"], "language": "en", "rendered": "sha256:00"}
    post(town, f"subjects/{who}/facts", told, org="counter")
    assert post(town, "recordings", contact, org="counter")["recording"]["going"] is True
    assert post(town, "recordings", contact | {"purpose": "survey"}, org="counter")["recording"] is None


def test_the_list_names_nobody_and_unknown_ones_are_not_there(town: Place) -> None:
    who = caller(town)
    post(town, "recordings", CALL | {"subject": who})
    found = town.call("GET", "desk/recordings")
    assert who not in found.text
    page = town.see("/desk/recordings")
    assert page.status == 200
    assert "goes on" in page.text
    assert who not in page.text
    post(town, "recordings/rec_none", status=404)
    post(town, "recordings/rec_none/end", status=404)
