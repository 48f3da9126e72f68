"""Coverage is counted with no more work than it takes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tidy.source import ROOT
from troth.app import cases
from troth.app.cases import LawBook, load_cases
from troth.app.coverage import cover
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
