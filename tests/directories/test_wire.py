"""The wire and the reference client, against a real server."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.directories.kit import OTHER, PHONE
from tests.web.kit import Place, place
from troth.app.config import Home
from troth.client import Away, Device, Http, Problem, State

SESSION = {"installation": PHONE, "app": "qingtable", "version": "5.2"}


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Both companies with apps."""
    with place(Home.at(tmp_path_factory.mktemp("apps")), "desk", "gateway") as found:
        yield found


@pytest.fixture
def key(town: Place) -> str:
    return town.hosting.keys.issue("desk", ["device"])


def device(town: Place, key: str, installation: str) -> Device:
    return Device(Http(town.base, "desk", key), "qingtable", "5.2", State(installation))


def never() -> Any:
    raise AssertionError("this must not be done")


def report(number: int, **said: Any) -> dict[str, Any]:
    now = datetime.now(UTC).isoformat()
    return {"installation": PHONE, "sent_at": now, "entries": [{"number": number, "at": now, **said}]}


def test_an_answer_is_kept_as_long_as_it_holds(town: Place, key: str) -> None:
    begun = town.call("POST", "desk/devices/sessions", SESSION, key=key)
    assert begun.status == 200
    tag = begun.headers["etag"]
    held = {"Troth-Installation": PHONE, "If-None-Match": tag}
    again = town.call("GET", "desk/devices/allowed", key=key, **held)
    assert (again.status, again.body) == (304, b"")
    assert again.headers["etag"] == tag
    assert "private" in begun.headers["cache-control"]
    told = town.call("POST", "desk/devices/reports", report(1, kind="confirm", said="explicit"), key=key)
    assert told.json()["entries"] == [{"number": 1, "outcome": "taken"}]
    fresh = town.call("GET", "desk/devices/allowed", key=key, **held)
    assert fresh.status == 200
    assert fresh.json()["version"] == told.json()["version"]


def test_a_batch_that_comes_again_is_answered_and_not_taken(town: Place, key: str) -> None:
    town.call("POST", "desk/devices/sessions", SESSION, key=key)
    sent = report(7, kind="read", point="device_identifiers", data=["imei"], purpose="device_binding")
    headers = {"Idempotency-Key": "seven"}
    first = town.call("POST", "desk/devices/reports", sent, key=key, **headers).json()
    assert first["entries"][0]["outcome"] == "breach"
    assert town.call("POST", "desk/devices/reports", sent, key=key, **headers).json() == first
    bare = town.call("POST", "desk/devices/reports", sent, key=key).json()
    assert bare["entries"] == [{"number": 7, "outcome": "again"}]
    other = town.call("POST", "desk/devices/reports", report(8, kind="read"), key=key, **headers)
    assert other.status == 409


def test_ten_megabytes_are_refused(town: Place, key: str) -> None:
    huge = json.dumps({"installation": PHONE, "x": "y" * 10_000_000}).encode()
    assert town.call("POST", "desk/devices/reports", huge, key=key).status == 413


@pytest.mark.parametrize(
    ("path", "sent", "status"),
    [
        ("devices/sessions", {**SESSION, "installation": "IMEI 860123"}, 422),
        ("devices/sessions", {**SESSION, "imei": "860123"}, 422),
        ("devices/reports", {"installation": OTHER, "sent_at": "2026-01-01T00:00:00Z", "entries": []}, 404),
        ("devices/reports", report(99, kind="switch", point="perm_push", said="perhaps"), 422),
        ("devices/reports", report(99, kind="read", papers={"nonsense": "1"}), 422),
        ("devices/reports", report(0, kind="read"), 422),
    ],
)
def test_what_makes_no_sense_is_a_problem(town: Place, key: str, path: str, sent: Any, status: int) -> None:
    town.call("POST", "desk/devices/sessions", SESSION, key=key)
    answer = town.call("POST", f"desk/{path}", sent, key=key)
    assert answer.status == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert "860123" not in answer.text


def test_the_scope_opens_devices_and_nothing_else(town: Place, key: str) -> None:
    assert town.call("GET", "desk/directories", key=key).status == 403
    reader = town.hosting.keys.issue("desk", ["read"])
    assert town.call("POST", "desk/devices/sessions", SESSION, key=reader).status == 403
    assert town.call("GET", "desk/directories", key=reader).status == 200
    assert town.call("POST", "gateway/devices/sessions", SESSION, key=key).status == 403


def test_the_client_does_nothing_before_it_may(town: Place, key: str) -> None:
    phone = device(town, key, "c" * 32)
    assert phone.read("device_identifiers", ["imei"], "device_binding", never) is None, "nobody was asked yet"
    phone.start()
    assert phone.first
    assert phone.read("device_identifiers", ["imei"], "device_binding", never) is None
    assert not phone.ask("perm_location", "first_use", never, "attendance")
    phone.shown("policy", "en")
    phone.confirm("explicit", "en")
    phone.switch(True, point="device_identifiers")
    assert phone.read("device_identifiers", ["imei"], "device_binding", lambda: "86…") == "86…"
    assert phone.flush()
    assert phone.state.waiting == []


def test_the_client_asks_at_the_moment_and_stops_with_the_switch(town: Place, key: str) -> None:
    phone = device(town, key, "d" * 32)
    phone.start()
    phone.shown("policy", "en")
    phone.confirm("explicit", "en")
    phone.switch(True, feature="photo")
    assert phone.ask("perm_camera", "first_use", lambda: True, "photo", "en")
    assert not phone.ask("perm_camera", "first_use", never, "photo", "en"), "once is enough"
    take = ("perm_camera", ["photo"], "take_photo")
    assert phone.read(*take, lambda: 1) == 1
    phone.switch(False, point="perm_camera")
    assert phone.read(*take, never) is None
    phone.switch(True, point="perm_camera")
    assert phone.read(*take, lambda: 2) == 2
    phone.switch(False, feature="photo")
    assert phone.read(*take, never) is None


class Broken:
    """A wire that is cut when told to: before the server hears, or after it did and before it was heard."""

    def __init__(self, wire: Http) -> None:
        self.wire, self.cut = wire, ""

    def start(self, said: Mapping[str, Any]) -> dict[str, Any]:
        return self.wire.start(said)

    def allowed(self, installation: str, version: str) -> dict[str, Any] | None:
        self._fail("before")
        return self.wire.allowed(installation, version)

    def report(self, said: Mapping[str, Any]) -> dict[str, Any]:
        self._fail("before")
        found = self.wire.report(said)
        self._fail("after")
        return found

    def _fail(self, when: str) -> None:
        if self.cut == when:
            raise Away("the line is cut", "")


def test_nothing_is_lost_or_counted_twice_where_the_line_is_cut(town: Place, key: str) -> None:
    wire = Broken(Http(town.base, "desk", key))
    phone = Device(wire, "qingtable", "5.2", State("e" * 32))
    phone.start()
    phone.shown("policy", "en")
    phone.confirm("explicit", "en")
    phone.switch(True, point="device_identifiers")
    read = ("device_identifiers", ["imei"], "device_binding", lambda: "86…")
    phone.read(*read)
    wire.cut = "after"
    assert not phone.flush()
    phone.read(*read)
    wire.cut = "before"
    assert not phone.flush()
    phone.switch(False, point="device_identifiers")
    assert phone.read("device_identifiers", ["imei"], "device_binding", never) is None, (
        "cut off, and still shut"
    )
    wire.cut = ""
    assert phone.flush()
    listed = town.call("GET", "desk/directories/collected?purpose=device_binding").json()["lines"]
    (line,) = (one for one in listed if one["by"] == "point:device_identifiers")
    assert line["count"] >= 2


def test_the_server_refuses_and_the_client_says_so(town: Place, key: str) -> None:
    phone = device(town, "nonsense", "f" * 32)
    with pytest.raises(Problem):
        phone.start()
    nowhere = Device(Http("http://127.0.0.1:9", "desk", key), "qingtable", "5.2")
    with pytest.raises(Away):
        nowhere.start()


def test_lists_for_programs_have_filters(town: Place, key: str) -> None:
    lines = town.call("GET", "desk/directories/shared?kind=sdk&category=imei").json()["lines"]
    assert {one["by"] for one in lines} >= {"point:sdk_huawei_hms", "point:sdk_amap"}
    assert all("imei" in one["data"] for one in lines)
    assert town.call("GET", "desk/directories/nothing").status == 422
    found = town.call("GET", "gateway/directories").json()
    assert {one["id"] for one in found["kits"]} == {"chat_login"}


def test_a_clock_ahead_by_a_year_is_no_breach_over_the_wire(town: Place, key: str) -> None:
    ahead = lambda: datetime.now(UTC) + timedelta(days=365)  # noqa: E731
    phone = Device(Http(town.base, "desk", key), "qingtable", "5.2", State("9" * 32), clock=ahead)
    phone.start()
    phone.shown("policy", "en")
    phone.confirm("explicit", "en")
    phone.switch(True, feature="photo")
    assert phone.ask("perm_camera", "first_use", lambda: True, "photo", "en")
    findings = town.call("GET", "desk/directories").json()["findings"]
    assert "clock" in {one["what"] for one in findings}
