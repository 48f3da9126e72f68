"""Coverage is counted with no more work than it takes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tidy.source import ROOT
from troth.app import cases
from troth.app.cases import LawBook, load_cases
from troth.app.config import Home
from troth.app.coverage import cover, cover_at
from troth.app.opening import compiled_folder
from troth.decide import naive

CASES = ROOT / "tests" / "cases"


def test_nobody_searches_for_what_is_missing_unless_a_case_expects_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bundle, _ = compiled_folder(ROOT / "examples" / "counter")
    listed = load_cases(CASES, "counter")
    expecting = sum(1 for case in listed if case.question and "missing" in case.expect)
    assert 0 < expecting < len(listed) / 2
    searched: list[object] = []
    ways_out = naive.ways_out
    monkeypatch.setattr(naive, "ways_out", lambda *given: searched.append(1) or ways_out(*given))
    book = LawBook(bundle)
    for case in listed:
        book.difference(case)
    assert len(searched) == expecting
    assert cover(bundle, CASES).totals["tested"] > 40


def test_cases_of_other_policies_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    everything = [case for case in load_cases(CASES) if case.policy == "counter"]
    read: list[str] = []
    load = cases.yaml.load

    def noting(text: str, **more: object) -> object:
        read.append(text)
        return load(text, **more)

    monkeypatch.setattr(cases.yaml, "load", noting)
    assert load_cases(CASES, "counter") == everything
    assert read
    assert not any("policy: axle" in text for text in read)


def test_a_case_counts_only_for_the_clauses_that_it_bites() -> None:
    bundle, _ = compiled_folder(ROOT / "examples" / "counter")
    book = LawBook(bundle)
    for case in load_cases(CASES, "counter"):
        assert book.counts_for(case) == tuple(clause for clause in case.why if book.bites(case, clause))


def test_a_file_that_names_its_policy_unusually_is_read_anyway(tmp_path: Path) -> None:
    case = "{name: n, why: ['1'], request: {right: access}, expect: {outcome: await}}"
    (tmp_path / "one.yaml").write_text(f"cases:\n  - {case}\npolicy: 'quay'\n")
    assert [case.policy for case in load_cases(tmp_path, "quay")] == ["quay"]


def test_which_cases_bite_is_found_out_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home, bundle = Home.at(tmp_path), compiled_folder(ROOT / "examples" / "counter")[0]
    first = cover_at(home, "counter", bundle, CASES)
    assert first == cover(bundle, CASES)
    monkeypatch.setattr(LawBook, "difference", None)
    assert cover_at(home, "counter", bundle, CASES) == first, "the note is enough"
    other = tmp_path / "cases"
    other.mkdir()
    assert cover_at(home, "counter", bundle, other).totals["tested"] == 0, "other cases are another question"


@pytest.mark.parametrize("damage", ["", "{}", "rubbish"])
def test_a_note_may_be_lost(tmp_path: Path, damage: str) -> None:
    home, bundle = Home.at(tmp_path), compiled_folder(ROOT / "examples" / "counter")[0]
    first = cover_at(home, "counter", bundle, CASES)
    (tmp_path / "notes" / "coverage-counter.json").write_text(damage)
    assert cover_at(home, "counter", bundle, CASES) == first


def test_a_home_that_takes_no_notes_is_no_hindrance(tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("a file where the folder would be")
    assert cover_at(
        Home.at(tmp_path), "counter", compiled_folder(ROOT / "examples" / "counter")[0], CASES
    ).lines
