"""A test that stays green without its clause is no test of it: every clause that a case claims to exercise is tried."""

from __future__ import annotations

import os
from functools import cache

import pytest

from tests.decide import corpus
from troth.app.cases import LawBook
from troth.app.coverage import cover
from troth.policy.model import Reason

CLAIMED = sorted({(case.policy, clause) for case in corpus.cases() for clause in case.why})
SAMPLE = CLAIMED if os.environ.get("TROTH_STORM") == "long" else CLAIMED[::7]
TESTED_AT_LEAST = 570
"""How many of the 795 clauses with a control some biting case exercises; raised as the law book grows, never lowered."""


@cache
def book(policy: str) -> LawBook:
    return LawBook(corpus.bundle(policy))


@cache
def number_tested() -> int:
    coverages = [cover(corpus.bundle(policy), corpus.FOLDER) for policy in corpus.policies()]
    return sum(coverage.totals["tested"] for coverage in coverages)


@pytest.mark.parametrize(("policy", "clause"), SAMPLE, ids=[f"{p} {c}" for p, c in SAMPLE])
def test_no_case_stays_red_once_its_clause_is_back(policy: str, clause: str) -> None:
    cases = [c for c in corpus.cases() if c.policy == policy and clause in c.why]
    assert [c.name for c in cases if book(policy).difference(c)] == []


def test_the_law_book_bites() -> None:
    assert number_tested() >= TESTED_AT_LEAST


def test_a_clause_that_rests_on_a_reason_is_never_called_tested() -> None:
    for policy in corpus.policies():
        for line in cover(corpus.bundle(policy), corpus.FOLDER).lines:
            if line.reasoned:
                assert all(isinstance(s, Reason) for s in line.statements)
                assert not line.cases
