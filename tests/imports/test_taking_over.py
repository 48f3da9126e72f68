"""Starting in the middle: open requests with their clock, opt-outs, and versions that were in force, from what an office kept."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.gate.kit import NOON, POLICY, TEXT, organisation
from tests.imports.test_importing import events
from tests.intake.kit import asked, see
from troth.app.importing import Importer
from troth.app.organisation import Organisation
from troth.cli.main import main
from troth.imports import ImportsUnreadable, read_imports
from troth.intake import Proof, State, Ticket

OPEN = """
asked:
  from: asked.csv
  key: [no]
  person: {email: email}
  at: came
  brings:
    - {request: "{right}", words: "{words}", proof: "{shown}", name: "{name}", when: {state: open}}
    - {opt_out: email, when: {letters: no}}
"""
ROWS = """no,email,came,right,words,shown,name,state,letters
1,ann@a.test,2026-02-20,access,"What do you hold? MARKER",document,Ann,open,
2,bob@b.test,2026-01-15,access,,,Bob,open,no
3,cat@c.test,2026-01-01,delete,,,,closed,no
"""


def office(folder: Path, rows: str = ROWS) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "asked.csv").write_text(rows)
    return folder


def tickets(quay: Organisation) -> list[Ticket]:
    with quay.database.read() as connection:
        return list(quay.intake.listed(connection))


def test_open_requests_come_with_their_day_and_their_clock(tmp_path: Path, database_url: str) -> None:
    with asked(tmp_path / "home", database_url) as quay:
        folder = office(tmp_path / "office")
        importer = Importer(quay, read_imports(OPEN), folder)
        dry = importer.turn(all=True, dry=True)[0]
        assert (dry.brought, tickets(quay)) == ({"request": 2, "opt_out": 2}, []), "a dry run records nothing"
        assert importer.turn(all=True)[0].as_json()["brought"] == {"request": 2, "opt_out": 2}
        late, soon = tickets(quay)
        assert late.received_at == datetime(2026, 1, 15, tzinfo=UTC)
        assert late.due_at is not None
        assert late.overdue(NOON), "its clock counts from the day it came"
        assert (soon.proof, soon.state, soon.origin) == (Proof.DOCUMENT, State.OPEN, "imported")
        assert (late.proof, bool(late.subject)) == (Proof.NONE, False), (
            "nobody is proven whom the office did not prove"
        )
        assert soon.due_at is not None
        assert soon.due_at > NOON
        again = Importer(quay, read_imports(OPEN), folder).turn(all=True)[0]
        assert (again.fresh, len(tickets(quay))) == (0, 2)
        office(folder, ROWS.replace("What do you hold?", "What now?"))
        Importer(quay, read_imports(OPEN), folder).turn(all=True)
        assert len(tickets(quay)) == 2, "a row is one request, whatever is written beside it later"
        assert see(quay, soon.number).received_at == datetime(2026, 2, 20, tzinfo=UTC)
        with quay.database.read() as connection:
            left = quay.messages.suppressions(connection, "email", "cat@c.test")
        assert [one.channel for one in left] == ["email"]
        assert {origin for origin, _ in events(quay, "messages:suppression:set")} == {"imported"}
        assert "MARKER" not in json.dumps([codes for _, codes in events(quay, "intake:")])


@pytest.mark.parametrize(
    ("changed", "why"),
    [({"document": "seal"}, "a route or a proof"), ({"2026-02-20": ""}, "says not when it came"), ({"access,": "fly,"}, "right")],
)  # fmt: skip
def test_a_row_that_cannot_be_taken_over_stops_no_other(
    tmp_path: Path, changed: dict[str, str], why: str
) -> None:
    rows = ROWS
    for before, after in changed.items():
        rows = rows.replace(before, after, 1)
    with asked(tmp_path / "home") as quay:
        came = Importer(quay, read_imports(OPEN), office(tmp_path / "office", rows)).turn(all=True)[0]
        assert any(why in sentence for sentence in came.refused), came.refused
        assert [one.received_at.month for one in tickets(quay)] == [1]


@pytest.mark.parametrize(
    ("step", "why"),
    [("{request: acess}", "for no right"), ("{opt_out: email, why: x}", "unknown word"), ("{request: access}", "when they came")],
)  # fmt: skip
def test_what_cannot_be_declared_is_refused(step: str, why: str) -> None:
    text = f"asked:\n  from: a.csv\n  key: [no]\n  person: {{email: email}}\n  brings: [{step}]\n"
    with pytest.raises(ImportsUnreadable, match=why):
        read_imports(text)


def version(folder: Path, number: str) -> None:
    folder.mkdir(parents=True)
    (folder / "policy.yaml").write_text(POLICY.replace('version: "1"', f'version: "{number}"'))
    (folder / "text.md").write_text(TEXT)


def test_versions_that_were_in_force_are_taken_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home, files = tmp_path / "home", tmp_path / "files"
    with organisation(home):
        pass
    version(files / "first", "0.1")
    version(files / "second", "0.2")
    later = (datetime.now(UTC) + timedelta(days=400)).date()
    (files / "versions.csv").write_text(
        f"folder,since\nsecond,2024-06-01\nfirst,2023-01-01\nnone,2022-01-01\nfirst,{later}\nfirst,soon\n"
    )

    def run(*more: str) -> tuple[int, list[dict[str, Any]]]:
        argv = [
            "imports",
            "versions",
            "quay",
            "versions.csv",
            "--data",
            str(files),
            "--home",
            str(home),
            "--json",
        ]
        code = main([*argv, *more])
        return code, json.loads(capsys.readouterr().out)["versions"]

    code, dry = run("--dry-run")
    assert (code, [one["new"] for one in dry].count(True)) == (1, 2)
    with organisation(home) as quay:
        now = quay.policy().digest
        assert len(events(quay, "policies:version:activated")) == 1, "a dry run records nothing"
    run()
    code, again = run()
    assert [one["new"] for one in again].count(True) == 0
    assert sum(bool(one["trouble"]) for one in again) == 3
    with organisation(home) as quay, quay.database.read() as connection:
        assert quay.policy().digest == now, "what is in force now stays so"
        assert [origin for origin, _ in events(quay, "policies:version:activated")] == [
            "observed",
            "imported",
            "imported",
        ]
        for day, number in (
            (datetime(2023, 5, 1, tzinfo=UTC), "0.1"),
            (datetime(2025, 1, 1, tzinfo=UTC), "0.2"),
        ):
            assert quay.rooms.policies.ruling(connection, day).bundle.header.version == number
