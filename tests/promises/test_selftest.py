"""Self-tests find a question for each statement, and a gate that decides otherwise fails them."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from tests.decide import corpus
from troth.decide.compiled import Engine
from troth.decide.model import Answer, Facts, Outcome, Question
from troth.policy.catalogue import Catalogue
from troth.policy.model import Definition, Entity, Principle, Right, Safeguard
from troth.promises.controls import controls_of
from troth.promises.selftest import Trial, find_trials, run_trials


@cache
def trials(policy: str) -> tuple[Trial, ...]:
    return find_trials(corpus.bundle(policy))


@pytest.mark.parametrize("policy", ["harbour", "gateway"])
def test_the_live_engine_passes_every_trial(policy: str) -> None:
    bundle = corpus.bundle(policy)
    assert [
        k
        for k, passed in run_trials(trials(policy), bundle, Engine.compile(bundle).answer).items()
        if not passed
    ] == []


@pytest.mark.parametrize("policy", ["harbour", "gateway"])
def test_nine_in_ten_statements_with_a_built_control_have_a_trial(policy: str) -> None:
    """Those that rest on others (principles, definitions) are judged by these; a lock, a published contact and an answer to a
    request are looked at, not asked."""
    catalogue = Catalogue.of(corpus.bundle(policy))
    built = [
        s.key
        for s in catalogue.statements
        if not isinstance(s, (Principle, Definition, Safeguard, Entity, Right))
        and any(c.built for c in controls_of(s, catalogue))
    ]
    tried = {trial.statement for trial in trials(policy)}
    assert len(tried & set(built)) >= 0.9 * len(built), sorted(set(built) - tried)


def test_an_engine_that_permits_everything_fails() -> None:
    bundle = corpus.bundle("harbour")
    engine = Engine.compile(bundle)

    def generous(question: Question, facts: Facts) -> Answer:
        return replace(engine.answer(question, facts), outcome=Outcome.PERMIT)

    failed = [key for key, passed in run_trials(trials("harbour"), bundle, generous).items() if not passed]
    assert "objection:mailing_list" in failed


def test_an_engine_that_denies_everything_fails() -> None:
    bundle = corpus.bundle("harbour")
    engine = Engine.compile(bundle)

    def stubborn(question: Question, facts: Facts) -> Answer:
        return replace(engine.answer(question, facts), outcome=Outcome.DENY)

    assert [k for k, passed in run_trials(trials("harbour"), bundle, stubborn).items() if not passed]
