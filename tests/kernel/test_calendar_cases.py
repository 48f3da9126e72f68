"""The law book of legal time: every case of tests/cases/calendars, read as it is written."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from troth.kernel.calendars import Deadline, Pause, Period, begin_by, due
from troth.kernel.calendars.zones import zone

FOLDER = Path(__file__).parents[1] / "cases" / "calendars"
KNOWN_KEYS = {
    "case",
    "start",
    "before",
    "period",
    "calendar",
    "pauses",
    "due",
    "due_utc",
    "provisional",
    "why",
}


def _cases() -> list[dict[str, Any]]:
    """All cases; every scalar stays the text that was written."""
    found: list[dict[str, Any]] = []
    for file in sorted(FOLDER.glob("*.yaml")):
        found += [row | {"file": file.stem} for row in yaml.load(file.read_text(), Loader=yaml.BaseLoader)]
    return found


CASES = _cases()


def _pause(text: str) -> Pause:
    begun, ended = text.split(" / ")
    return Pause(datetime.fromisoformat(begun), datetime.fromisoformat(ended))


def _computed(case: dict[str, Any]) -> Deadline:
    period = Period.parse(case["period"])
    if "before" in case:
        return begin_by(datetime.fromisoformat(case["before"]), period, case["calendar"])
    pauses = [_pause(text) for text in case.get("pauses", ())]
    return due(datetime.fromisoformat(case["start"]), period, case["calendar"], pauses=pauses)


def _expected_local(case: dict[str, Any], deadline: Deadline) -> datetime:
    written = case["due"] if " " in case["due"] else f"{case['due']} 23:59:59.999999"
    return datetime.fromisoformat(written).replace(tzinfo=zone(deadline.zone))


@pytest.mark.parametrize("case", CASES, ids=[f"{c['file']}: {c['case']}" for c in CASES])
def test_case(case: dict[str, Any]) -> None:
    deadline = _computed(case)
    assert deadline.local.isoformat() == _expected_local(case, deadline).isoformat(), case["why"]
    assert deadline.provisional is (case.get("provisional", "false") == "true"), deadline.reason
    assert bool(deadline.reason) is deadline.provisional
    if "due_utc" in case:
        assert deadline.at == datetime.fromisoformat(case["due_utc"])


def test_the_book_is_whole() -> None:
    assert len(CASES) >= 60
    assert not [c["case"] for c in CASES if set(c) - KNOWN_KEYS - {"file"} or not c["why"]]
    assert len({c["case"] for c in CASES}) == len(CASES)
