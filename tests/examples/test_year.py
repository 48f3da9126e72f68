"""A year in the life of a company: the plan of its lapses, and a few real days of it."""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examples.kit import year as kit
from examples.kit.year import a_year, plan
from tests.tidy.source import ROOT

LAPSES = [f"lapse_{number}" for number in range(9)]


@given(st.lists(st.sampled_from(LAPSES), unique=True, min_size=1), st.integers(60, 400), st.integers(0, 1000))
def test_each_lapse_is_planted_once_and_never_two_at_the_same_time(
    lapses: list[str], days: int, seed: int
) -> None:
    found = plan(lapses, days, seed)
    assert sorted(one.lapse for one in found) == sorted(lapses)
    assert found[-1].ends < days
    for one, later in pairwise(found):
        assert one.begins < one.ends < later.begins
    assert plan(list(reversed(lapses)), days, seed) == found, "the same seed, the same plan"


def test_another_seed_makes_another_plan() -> None:
    assert plan(LAPSES, 365, 1) != plan(LAPSES, 365, 2)


@pytest.mark.story
def test_a_few_days_of_harbour(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One lapse: with so few people nobody may give an occasion to it, and then it is missed, and said to be."""
    monkeypatch.setattr(kit.Living, "lapses", lambda _: ["affiliate_new_aim"])
    year = a_year("harbour", 3, 5, 12, tmp_path)
    assert year.false_alarms == []
    assert year.done["registered"] == 3
    assert year.acts > 10
    (planted,) = year.planted
    assert planted.clauses == (["3.1(c)/3", "3.1(c)/4"] if planted.found else [])
    assert set(year.plain()) >= {"acts", "refusals", "found", "missed", "false_alarms", "planted"}
    assert json.dumps(year.plain())
    assert "harbour: 12 days and 3 people" in "\n".join(year.told())


@pytest.mark.parametrize("command", [["examples.kit", "year"], ["examples.kit.year"]])
def test_a_company_that_does_not_stand_is_one_sentence(command: list[str]) -> None:
    told = [sys.executable, "-m", *command, "--company", "nowhere"]
    done = subprocess.run(told, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 2
    assert "nowhere does not stand" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_program_that_is_none_is_one_sentence() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "examples.kit", "yaer"], cwd=ROOT, capture_output=True, text=True
    )
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)
    assert "'yaer'" in done.stderr
