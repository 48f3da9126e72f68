"""A look over the files of an office together: what it finds is shown without anybody's data, what it cannot see it says."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from troth.probes import CannotLook, Probe, ProbesUnreadable, open_eye, read_probes

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LOCKS = """
locks:
  what: sheets
  tables: {cabinets: cabinets.csv, staff: staff.csv}
  query: >-
    SELECT c.Cabinet AS cabinet, c.Checked AS checked, s.Name AS by FROM cabinets c LEFT JOIN staff s ON s.No = c.By
    WHERE date(c.Checked) < date(:today, '-31 days')
  show: [cabinet, checked]
  statements: [safeguard:locks]
"""


def declared(text: str) -> Probe:
    (probe,) = read_probes(text, lambda what, key: frozenset({"C1"}))
    return probe


@pytest.fixture
def office(tmp_path: Path) -> Path:
    (tmp_path / "cabinets.csv").write_text(
        "Cabinet;Checked;By\nC1;2026-02-20;4\nC2;2026-01-02;4\n", encoding="utf-8"
    )
    (tmp_path / "staff.csv").write_text("No,Name\n4,Encik Halim\n", encoding="utf-8")
    return tmp_path


def test_what_should_not_be_there_is_found_and_names_stay_masked(office: Path) -> None:
    eye = open_eye(declared(LOCKS), office)
    look = eye.look(NOON)
    assert (look.passed, look.found) == (False, 1)
    assert look.seen == ({"cabinet": "C2", "checked": "2026-01-02", "by": "•••"},)
    (office / "cabinets.csv").write_text(
        "Cabinet;Checked;By\nC1;2026-02-20;4\nC2;2026-02-27;4\n", encoding="utf-8"
    )
    assert eye.look(NOON).passed, "it is read again once it changed"


def test_what_may_be_found_is_fine(office: Path) -> None:
    text = LOCKS.replace("  show:", "  column: cabinet\n  expects: fields_of point:any\n  show:").replace(
        "-31 days", "+1 days"
    )
    look = open_eye(declared(text), office).look(NOON)
    assert (look.looked_at, [row["cabinet"] for row in look.seen]) == (2, ["C2"])


def test_a_file_that_is_away_was_not_seen(office: Path) -> None:
    (office / "staff.csv").unlink()
    with pytest.raises(CannotLook, match=r"staff.csv cannot be read"):
        open_eye(declared(LOCKS), office).look(NOON)


@pytest.mark.parametrize(
    "text",
    [LOCKS.replace("tables", "columns"), LOCKS.replace("{cabinets: cabinets.csv, staff: staff.csv}", "[a]")],
)
def test_a_look_without_tables_is_refused(text: str) -> None:
    with pytest.raises(ProbesUnreadable):
        declared(text)
