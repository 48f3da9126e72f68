"""The five policies themselves: every residual their questions come to, at every edge of its rows, against the specification."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TypeVar

import pytest
from hypothesis import settings

from tests.decide import corpus
from troth.decide import naive
from troth.decide.analysis import decides_acts
from troth.decide.asking import Asking
from troth.decide.compiled import Engine
from troth.decide.masks import bits_of
from troth.decide.model import Question
from troth.decide.residual import Rule
from troth.decide.search import permitted
from troth.kernel.canonical import canonical
from troth.policy.bundle import Bundle
from troth.policy.catalogue import Catalogue

LONG = settings.default.max_examples > 1000
"""In a long storm every residual is looked at, at every edge; else a spread of them."""
T = TypeVar("T")
QUESTIONS, RESIDUALS, WORDS = (10_000, 100_000, 100_000) if LONG else (6, 150, 20)


def _one_of_each(engine: Engine, catalogue: Catalogue) -> Iterator[tuple[Question, Rule]]:
    """A question for every residual that questions about this policy's statements come to."""
    seen = set()
    asking = Asking(catalogue)
    for statement in (s for s in catalogue.statements if decides_acts(catalogue, s)):
        for question in islice(asking.about(statement), QUESTIONS):
            (residual,) = engine.fold.residuals(question)
            if id(residual) not in seen:
                seen.add(id(residual))
                yield question, residual.rule


def _edges(rule: Rule) -> list[int]:
    """Words that are permitted, and those one bit away from them; words that just match a row."""
    rows = [*(row for _, rows in rule.grounds for row in rows), *rule.blocks]
    reads = {bit for row in rows for bit in bits_of(row.reads)}
    found = dict.fromkeys(row.need for row in permitted(rule))
    near = dict.fromkeys(word ^ bit for word in found for bit in sorted(reads))
    return list(found | near | dict.fromkeys(row.need for row in rows))


def _spread(things: list[T], most: int) -> list[T]:
    return things[:: max(1, len(things) // most)]


@pytest.mark.slow
@pytest.mark.parametrize("policy", corpus.policies())
@pytest.mark.parametrize("reading", ["as_written", "with_regimes"])
def test_every_residual_at_its_edges(policy: str, reading: str) -> None:
    bundle = corpus.bundle(policy)
    catalogue, engine = Catalogue.of(bundle, reading), Engine.compile(bundle, reading)
    permits = denials = 0
    for question, rule in _spread(list(_one_of_each(engine, catalogue)), RESIDUALS):
        for word in _spread(_edges(rule), WORDS):
            wanted = naive.decide(catalogue, question, engine.layout.unpack(word))
            found = engine.decide(question, word)
            assert (found.outcome, found.grounds, found.clauses) == (
                wanted.outcome,
                wanted.grounds,
                wanted.clauses,
            )
            assert (found.duties, found.applied) == (wanted.duties, wanted.applied)
            assert (rule.code(word) > 0) == wanted.permitted
            permits, denials = permits + wanted.permitted, denials + (not wanted.permitted)
    assert permits > 10
    assert denials > 10


@pytest.mark.parametrize("policy", corpus.policies())
def test_a_bundle_read_back_packs_and_decides_alike(policy: str) -> None:
    """Another process that holds the same bytes puts every fact in the same bit, and gives every ground the same number."""
    bundle = corpus.bundle(policy)
    again = Bundle.from_bytes(bundle.encoded)
    one, other = Engine.compile(bundle), Engine.compile(again)
    assert dict(one.layout.positions) == dict(other.layout.positions)
    assert list(one.layout.positions) == list(other.layout.positions)
    assert one.codes == other.codes
    for question, _ in islice(_one_of_each(one, Catalogue.of(bundle)), 40):
        everything = (1 << len(one.layout.positions)) - 1
        assert one.decide(question, everything).body == other.decide(question, everything).body


@pytest.mark.parametrize("policy", corpus.policies())
def test_both_readings_share_a_layout_and_no_body_is_malformed(policy: str) -> None:
    bundle = corpus.bundle(policy)
    one, other = (Engine.compile(bundle, reading) for reading in ("as_written", "with_regimes"))
    assert one.layout == other.layout
    assert canonical({"policy": one.policy})[1:-1] in one.decide(Question("use", (), ""), 0).body
