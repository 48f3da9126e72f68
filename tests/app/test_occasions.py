"""Which clauses had an occasion: what happened counts, what was only asked of the engine does not."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.tidy.source import ROOT
from tests.web.kit import live, place
from troth.app.config import Home
from troth.app.meets import Premises, Spot
from troth.app.occasions import Life, Occasion, absent_in, life_of
from troth.app.opening import compiled_folder
from troth.cli.main import main
from troth.policy.bundle import Bundle
from troth.promises.model import Evidence, Grade, Look, SelfTest, Tally

HARBOUR = ROOT / "examples" / "harbour"
AT = datetime(2026, 3, 1, tzinfo=UTC)
HAPPENED = Evidence(tallies=(Tally("example", Grade.LOG, permitted=0, refused=1),))


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return compiled_folder(HARBOUR)[0]


def one(life: Life, clause: str) -> Occasion:
    (found,) = (one for one in life.clauses if one.clause == clause)
    return found


def test_a_refusal_is_an_occasion_and_a_self_test_is_none(bundle: Bundle) -> None:
    tested = {"purpose:promotion": Evidence(selftest=SelfTest(True, AT, 1))}
    assert not one(life_of(bundle, tested), "1.2(d)").had
    assert one(life_of(bundle, {"purpose:promotion": HAPPENED}), "1.2(d)").origins == ("example",)


def test_a_look_is_an_occasion_of_its_statement_and_of_what_rests_on_it(bundle: Bundle) -> None:
    looked = Evidence(looks=(Look("filing_fields", True, AT, 1, "observed"),))
    life = life_of(bundle, {"point:filing_form": looked})
    assert one(life, "1.3(c)/2").origins == ("observed",)
    assert one(life, "Intro¶3/5").had, "the principle that the point makes true"
    assert not one(life, "1.3(a)/5").had


def test_who_answers_is_said_once_the_policy_is_in_force(bundle: Bundle) -> None:
    assert one(life_of(bundle, {}), "Intro¶1/1").had


def test_totals_count_what_is_built(bundle: Bundle) -> None:
    life = life_of(bundle, {"purpose:promotion": HAPPENED})
    said = life.totals
    assert said["built"] == said["with_occasion"] + said["without"]
    assert said["without"] == len(life.without) == len(life.as_json()["clauses_without"])
    assert said["observed"] < said["with_occasion"], "what was played by script was not observed"
    assert not [one for one in life.without if not one.built]


def test_the_command_reads_a_run_and_says_what_waits(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with place(Home.at(tmp_path), "harbour") as at:
        live(at)
    asked = ["coverage", str(HARBOUR), str(tmp_path), "--life", str(tmp_path)]
    assert main([*asked, "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    (life,) = report["lives"]
    assert 0 < life["with_occasion"] < life["built"] == 120
    waiting = {one["clause"] for one in life["clauses_without"]}
    assert "3.2(b)/1" in waiting, "nobody sold the business"
    assert "1.3(a)/1" not in waiting, "people registered"
    assert main(asked) == 0
    printed = capsys.readouterr().out
    assert "harbour 3.2(b)/1: none for " in printed
    assert "harbour 1.3(a)/1" not in printed


def test_where_nobody_lived_nothing_is_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["coverage", str(HARBOUR), "--life", str(tmp_path)]) == 2
    assert "Nobody lived" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []


def test_a_column_that_is_named_and_does_not_stand_in_a_run_is_a_finding(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "companies" / "harbour"
    data.mkdir(parents=True)
    sqlite3.connect(data / "harbour.db").execute("CREATE TABLE customers (id INTEGER, user_name TEXT)")
    spots = (
        Spot("column", "harbour.db customers", "user_name", "user_name"),
        Spot("column", "harbour.db customers", "email", "email"),
        Spot("column", "harbour.db gone", "email", "email"),
        Spot("column", "elsewhere.db customers", "email", "email"),
    )
    wrong = absent_in(tmp_path, "harbour", Premises(spots))
    assert wrong == [
        "column harbour.db customers.email: no such column stands there.",
        "column harbour.db gone.email: no such column stands there.",
    ]
    with place(Home.at(tmp_path), "harbour"):
        assert main(["coverage", str(HARBOUR), "--life", str(tmp_path)]) == 1
    assert "customers.email: no such column stands there." in capsys.readouterr().out
