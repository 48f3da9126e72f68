"""What a policy says without being asked: witnesses tell the truth, miss nothing, and every statement of the examples has one."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.decide import corpus, generators
from tests.decide.generators import Case
from troth.decide import naive
from troth.decide.analysis import (
    Witness,
    decides_acts,
    idle_grounds,
    newly_denied,
    newly_permitted,
    unhandled_duties,
    witness,
    witness_term,
)
from troth.decide.asking import Asking
from troth.decide.masks import Row
from troth.decide.model import Outcome, Question
from troth.decide.search import solve
from troth.policy.catalogue import Catalogue
from troth.policy.model import Ground, LawfulBasis, Purpose, Requirement, Statement

FEW = settings(max_examples=settings.default.max_examples // 10)
SHADOWED = {"gateway": {"requirement:closed_account_refused"}}
"""Statements of the examples on which no answer depends, because a wider one says the same."""


def _world(*more: Statement) -> Catalogue:
    purpose = Purpose(id="serve", data=("all",))
    return Catalogue((*generators.categories(), purpose, *more))


def _ground(id: str, *needs: str, basis: str = "contract", **more: object) -> Ground:
    return Ground(id=id, basis=basis, needs=generators.needs(*needs), **more)  # type: ignore[arg-type]


def _true_to(catalogue: Catalogue, other: Catalogue, found: Witness) -> None:
    assert found.answer == naive.answer(catalogue, found.question, found.facts)
    assert found.otherwise == naive.answer(other, found.question, found.facts)
    assert found.answer != found.otherwise


def _without(catalogue: Catalogue, statement: Statement) -> Catalogue:
    return Catalogue(one for one in catalogue.statements if one.key != statement.key)


@FEW
@given(case=generators.cases(asked=8, most_data=1), draw=st.data())
def test_a_witness_tells_the_truth_and_none_is_missed(case: Case, draw: st.DataObject) -> None:
    statement = draw.draw(st.sampled_from(case.catalogue.statements))
    without = _without(case.catalogue, statement)
    found = witness(case.catalogue, statement)
    if found is not None and not found.planted:
        _true_to(case.catalogue, without, found)
    if found is None or not found.decides:
        for question, facts in case.asked():
            if question in _worth_asking(case.catalogue, statement):
                before = naive.answer(case.catalogue, question, facts)
                assert before.outcome is naive.answer(without, question, facts).outcome, (statement, question)


def _worth_asking(catalogue: Catalogue, statement: Statement) -> set[Question]:
    return set(Asking(catalogue).about(statement))


@FEW
@given(case=generators.cases(asked=1, known=1), draw=st.data())
def test_a_witness_of_a_term_tells_the_truth(case: Case, draw: st.DataObject) -> None:
    statement = draw.draw(
        st.sampled_from([s for s in case.catalogue.statements if isinstance(s, (Ground, Requirement))])
    )
    for term in ("needs", "acts", "data"):
        found = witness_term(case.catalogue, statement, term)
        if found is not None:
            assert found.answer == naive.answer(case.catalogue, found.question, found.facts)
            assert found.answer.outcome is not found.otherwise.outcome or found.answer != found.otherwise


@FEW
@given(case=generators.cases(asked=4), more=generators.policies())
def test_what_an_edit_opens_was_closed_before(case: Case, more: tuple[Statement, ...]) -> None:
    new = Catalogue(more)
    for opened in newly_permitted(case.catalogue, new):
        assert naive.answer(new, opened.question, opened.facts).outcome is Outcome.PERMIT
        assert naive.answer(case.catalogue, opened.question, opened.facts).outcome is Outcome.DENY
    assert newly_permitted(new, new) == ()


def test_a_bar_taken_away_opens_and_put_back_closes() -> None:
    bar = Requirement(id="asked", data=("health",), needs=generators.needs("consent:study"))
    old, new = _world(_ground("g", "accepted"), bar), _world(_ground("g", "accepted"))
    (opened,) = newly_permitted(old, new)
    assert (opened.statement, opened.question.data) == ("requirement:asked", ("health",))
    assert set(map(str, opened.facts.holding)) == {"accepted"}
    assert newly_permitted(new, old) == ()
    assert [one.statement for one in newly_denied(new, old)] == ["requirement:asked"]


def test_grounds_that_never_decide_are_named() -> None:
    forbidden = Requirement(id="never", acts=("publish",))
    policy = _world(
        _ground("a", "accepted"),
        _ground("b", "accepted", "registered"),
        _ground("c", acts=("publish",)),
        _ground("d", "registered", exception=True),
        forbidden,
    )
    assert idle_grounds(policy) == {"ground:b": "shadowed", "ground:c": "unreachable"}


def test_a_closed_list_shows_itself_on_a_planted_ground() -> None:
    limit = LawfulBasis(id="list", only=("contract",), acts=("use",))
    policy = _world(_ground("a", "accepted"), limit)
    found = witness(policy, limit)
    assert found is not None
    assert found.decides
    (planted,) = found.planted
    wider = Catalogue((*policy.statements, planted))
    _true_to(wider, _without(wider, limit), found)


def test_a_bar_that_another_repeats_changes_no_outcome() -> None:
    one, other = (
        Requirement(id=id, clauses=(id,), needs=generators.needs("accepted")) for id in ("one", "other")
    )
    found = witness(_world(_ground("g"), one, other), one)
    assert found is not None
    assert not found.decides
    assert found.answer.clauses == ("one", "other")
    assert found.otherwise.clauses == ("other",)


def test_what_decides_no_act_has_no_witness() -> None:
    policy = corpus.bundle("harbour")
    catalogue = Catalogue.of(policy)
    idle = [statement for statement in catalogue.statements if not decides_acts(catalogue, statement)]
    assert idle
    assert all(witness(catalogue, statement) is None for statement in idle)


def test_duties_nobody_handles() -> None:
    policy = _world(_ground("g", duties=("log_read", "deidentify")))
    assert unhandled_duties(policy, ["log_read"]) == {"deidentify": ("ground:g",)}


@pytest.mark.parametrize(
    ("start", "avoid", "found"),
    [
        (Row(1, 0), [], Row(1, 0)),
        (Row(1, 1), [], None),
        (Row(1, 0), [Row(1, 0)], None),
        (Row(1, 0), [Row(1, 2)], Row(3, 0)),
        (Row(0, 0), [Row(1, 0), Row(0, 1)], None),
        (Row(1, 0), [Row(2, 0), Row(0, 6)], Row(5, 2)),
        (Row(0, 0), [Row(1, 2), Row(2, 1), Row(3, 0), Row(0, 3)], None),
    ],
)
def test_words_are_found_when_there_are_any(start: Row, avoid: list[Row], found: Row | None) -> None:
    assert solve(start, avoid) == found


@FEW
@given(rows=st.lists(st.builds(Row, st.integers(0, 63), st.integers(0, 63)), max_size=8))
def test_the_search_agrees_with_trying_every_word(rows: list[Row]) -> None:
    avoid = [row for row in rows if row.possible]
    free = [word for word in range(64) if not any(row.matches(word) for row in avoid)]
    found = solve(Row(0, 0), avoid)
    assert (found is not None) == bool(free)
    if found is not None:
        assert found.need in free


# --- the examples ------------------------------------------------------------------------------------------------------------


@cache
def _toothless(policy: str) -> set[str]:
    catalogue = Catalogue.of(corpus.bundle(policy), "as_written")
    return {
        statement.key
        for statement in catalogue.statements
        if decides_acts(catalogue, statement) and witness(catalogue, statement) is None
    }


@pytest.mark.slow
@pytest.mark.parametrize("policy", corpus.policies())
def test_every_statement_about_acts_has_teeth(policy: str) -> None:
    """Take any of them away from the policy as written, and some answer changes. (A regime may shut what a text opens.)"""
    assert _toothless(policy) <= SHADOWED.get(policy, set())
