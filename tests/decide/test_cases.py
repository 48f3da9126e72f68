"""The law book of decisions: every case of tests/cases, on every implementation."""

from __future__ import annotations

import pytest

from tests.decide import corpus
from tests.decide.implementations import IMPLEMENTATIONS, Implementation
from troth.app.cases import Case, asked, difference
from troth.decide.requests import answer_request
from troth.policy.catalogue import Catalogue

CASES = corpus.cases()
ASKED = [case for case in CASES if case.question is not None]
REQUESTED = [case for case in CASES if case.request is not None]
READ = [case for case in CASES if case.read or case.registered or case.moment or case.reached]


@pytest.mark.parametrize("implementation", IMPLEMENTATIONS, ids=lambda i: i.name)
@pytest.mark.parametrize("case", ASKED, ids=lambda c: c.id)
def test_case(case: Case, implementation: Implementation) -> None:
    assert case.question is not None
    given = implementation.answer(corpus.bundle(case.policy, case.reading), case.question, case.facts)
    assert given["outcome"] == case.expect["outcome"], given
    if "first" in given and "grounds" in case.expect:
        assert given["first"] in case.expect["grounds"], given
    for name in set(given) & set(case.expect) - {"outcome", "missing"}:
        assert set(map(str, case.expect[name])) <= set(given[name]), (name, given)
    if "missing" in given and "missing" in case.expect:
        listed = [frozenset(way) for way in given["missing"]]
        for way in case.expect["missing"]:
            assert frozenset(way) in listed, given["missing"]


@pytest.mark.parametrize("case", REQUESTED, ids=lambda c: c.id)
def test_request(case: Case) -> None:
    assert case.request is not None
    found = answer_request(Catalogue.of(corpus.bundle(case.policy, case.reading)), case.request, case.facts)
    assert difference(case, found) == "", found


@pytest.mark.parametrize("case", READ, ids=lambda c: c.id)
def test_read_safeguard_or_moment(case: Case) -> None:
    found = asked(case, Catalogue.of(corpus.bundle(case.policy, case.reading)))
    assert difference(case, found) == "", found


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.id)
def test_case_names_clauses_that_exist(case: Case) -> None:
    known = {clause.id for clause in corpus.bundle(case.policy, case.reading).clauses}
    named = {*case.why, *map(str, case.expect.get("clauses", ()))}
    assert case.why
    assert named <= known, f"no such clause: {sorted(named - known)}"


def test_no_case_is_written_twice() -> None:
    ids = [case.id for case in CASES]
    assert len(ids) == len(set(ids)), sorted({id for id in ids if ids.count(id) > 1})
