"""Bindings carry terms: one that is emptied or altered changes an answer. A sample in the ordinary run, all in a long storm."""

from __future__ import annotations

import os
from functools import cache

import pytest

from tests.decide import corpus
from troth.decide.analysis import decides_acts, witness_term
from troth.policy.catalogue import Catalogue
from troth.policy.load import term_fields
from troth.policy.model import Statement

WORDS_ONLY = frozenset(
    "clauses label dpv hedge reading because note silent chosen cite src conf refusing owner vendor function lifetime link "
    "prompt fields notice channels tracking at_once exception over mechanism withdraw expires role what level languages "
    "contents says instead switch purge within unanswered answer_within answer_good_for".split()
)
"""Terms that speak to people, or to rooms that keep time or registers, and decide no act."""
LONG = os.environ.get("TROTH_STORM") == "long"
SHARE_THAT_BITES = 0.85
"""The rest are doubled: places, duties or scopes that another statement guards as well."""


@cache
def catalogue(policy: str) -> Catalogue:
    return Catalogue.of(corpus.bundle(policy))


def deciding_terms(policy: str) -> list[tuple[Statement, str]]:
    """The terms of bound statements that bear on acts."""
    found = [
        (statement, name)
        for statement in corpus.bundle(policy).statements
        if statement.clauses and decides_acts(catalogue(policy), statement)
        for name in term_fields(type(statement))
        if name not in WORDS_ONLY and getattr(statement, name) not in ((), "", False, None)
    ]
    return found if LONG else found[:: len(found) // 25]


@pytest.mark.storm
@pytest.mark.parametrize("policy", corpus.policies())
def test_a_term_altered_changes_an_answer(policy: str) -> None:
    pairs = deciding_terms(policy)
    idle = [f"{s.key}.{name}" for s, name in pairs if witness_term(catalogue(policy), s, name) is None]
    assert len(idle) <= (1 - SHARE_THAT_BITES) * len(pairs), idle
