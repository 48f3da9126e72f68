"""Whatever an app sends: it is answered, nothing falls over, and what was recorded can be replayed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.directories.kit import PHONE
from tests.support import databases
from tests.web.kit import Place, place
from troth.app.config import Home
from troth.web.api.devices import EntrySent

KNOWN = st.sampled_from(
    ["perm_camera", "perm_push", "sdk_amap", "sdk_wechat", "device_identifiers", "photo", "push", "attendance", "take_photo",
     "imei", "chat_picture", "gps_position", "policy", "xiaomi_phone", "", "com.spy.tracker", "人" * 160, "\u202e<b>{{7*7}}"]
)  # fmt: skip
WORDS = st.one_of(KNOWN, st.text(max_size=200))
NUMBERS = count(1)
KINDS = ["prompt", "read", "send", "use", "switch", "confirm", "shown", "class", "nothing"]
ENTRY = st.fixed_dictionaries(
    {"kind": st.sampled_from(KINDS), "number": st.integers(-1, 2**54)},
    optional={
        "at": st.sampled_from(["2026-11-20T08:00:00Z", "1970-01-01T00:00:00Z", "8999-01-01T00:00:00Z", "soon"]),
        "point": WORDS, "feature": WORDS, "purpose": WORDS, "data": st.lists(WORDS, max_size=4),
        "moment": st.sampled_from(["first_start", "first_use", "later", "X" * 40]),
        "said": st.sampled_from(["granted", "denied", "on", "off", "explicit", "declined", "é"]),
        "language": st.sampled_from(["en", "zh", "xx", ""]), "times": st.integers(-1, 10**6), "done": st.booleans(),
        "papers": st.dictionaries(st.sampled_from(["instruction", "nonsense"]), st.text(max_size=5), max_size=2),
    },
)  # fmt: skip


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def town(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Desk on a database of either kind, with one phone that was started."""
    folder = tmp_path_factory.mktemp("hostile")
    if request.param == "sqlite":
        yield from started(folder, "")
    else:
        with databases.fresh_database(request.getfixturevalue("postgres_server")) as url:
            yield from started(folder, url)


def started(folder: Path, url: str) -> Iterator[Place]:
    home = Home.at(folder, url) if url else Home.at(folder)
    with place(home, "desk") as found:
        session = {"installation": PHONE, "app": "qingtable", "version": "5.2"}
        assert found.call("POST", "desk/devices/sessions", session).status == 200
        yield found


@settings(max_examples=80)
@given(
    entries=st.lists(ENTRY, max_size=3),
    sent_at=st.sampled_from(["2026-11-22T13:00:00Z", "1999-01-01T00:00:00Z"]),
)
def test_no_report_is_answered_with_a_fault(town: Place, entries: list[dict[str, Any]], sent_at: str) -> None:
    said = [{"at": sent_at, **one} for one in entries]
    for one in said:
        if 0 < one["number"] < 2**53:
            one["number"] = next(NUMBERS)  # one that was not taken before
    body = json.dumps({"installation": PHONE, "sent_at": sent_at, "entries": said}).encode()
    answer = town.call("POST", "desk/devices/reports", body)
    assert answer.status in (200, 422), answer.text


def test_what_was_recorded_of_it_is_replayed(town: Place) -> None:
    organisation = town.hosting.organisations["desk"].organisation
    assert [one.projection for one in organisation.replay() if not one.equal] == []
    assert set(EntrySent.model_fields) >= {"number", "kind", "at"}
