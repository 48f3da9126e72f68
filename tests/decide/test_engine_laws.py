"""Every implementation is held equal to the naive interpreter, on policies, questions and facts nobody thought of; and what
must be so whatever a policy says.
"""

from __future__ import annotations

import dataclasses
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.decide import checks, generators
from tests.decide.generators import Case
from troth.decide import batch, compiled, fold, layout, sql
from troth.decide.compiled import Engine
from troth.decide.model import Facts
from troth.policy.catalogue import Catalogue
from troth.policy.facts import Fact
from troth.policy.model import Ground, Purpose, Requirement
from troth.policy.terms import AllBut

FEW = settings(max_examples=settings.default.max_examples // 4)
MANY = settings(max_examples=settings.default.max_examples // 2)


@MANY
@given(case=generators.cases(unknown=True))
def test_compiled_says_what_the_naive_interpreter_says(case: Case) -> None:
    checks.same_answer(case)


@FEW
@given(case=generators.cases())
def test_single_prepared_and_written_out_are_one(case: Case) -> None:
    checks.same_decision(case)


@FEW
@given(case=generators.cases())
def test_listing_is_checking(case: Case) -> None:
    checks.same_list(case)


@FEW
@given(case=generators.cases(), bits=st.sampled_from([2, 3, 5]))
def test_lanes_of_any_width_say_the_same(case: Case, bits: int) -> None:
    """With narrow lanes a small policy spreads over many of them."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (layout, batch, fold, sql):
            patch.setattr(module, "LANE_BITS", bits)
            patch.setattr(module, "LANE", (1 << bits) - 1, raising=False)
        checks.same_list(case)
        checks.same_in_database(case)


@FEW
@given(case=generators.cases())
def test_a_full_table_is_only_slower(case: Case) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compiled, "TABLE_SIZE", 1)
        patch.setattr(compiled, "MOST_QUESTIONS", 1)
        checks.same_decision(case)


@FEW
@given(case=generators.cases(unknown=True, most_data=3))
def test_several_categories_are_each_of_them(case: Case) -> None:
    checks.categories_add_up(case)


@FEW
@given(case=generators.cases(unknown=True))
def test_what_is_missing_permits(case: Case) -> None:
    checks.what_is_missing_permits(case)


@MANY
@given(case=generators.cases(unknown=True, asked=3, known=3))
def test_nothing_is_missing_that_is_not_said(case: Case) -> None:
    checks.nothing_is_missing_that_is_not_said(case)


@FEW
@given(case=generators.cases(unknown=True))
def test_what_must_be_named_refuses_and_does_nothing_else(case: Case) -> None:
    checks.naming_decides(case)


@MANY
@given(case=generators.cases())
def test_withdrawing_never_permits(case: Case) -> None:
    """A fact that no statement asks to be absent (and no `when` reads as present) can only help: taking it away never
    turns a denial into a permit. A fact that no statement asks to be present can only hinder: adding it never does.
    """
    engine = Engine(case.catalogue)
    only_helps = engine.layout.helps - engine.layout.hinders
    only_hinders = engine.layout.hinders - engine.layout.helps
    for question, facts in case.asked():
        if not engine.answer(question, facts).permitted:
            for fact in only_helps & facts.holding:
                assert not engine.answer(question, Facts(facts.holding - {fact})).permitted, fact
            for fact in only_hinders - facts.holding:
                assert not engine.answer(question, Facts(facts.holding | {fact})).permitted, fact


@MANY
@given(case=generators.cases(), bar=generators.bar())
def test_a_new_bar_never_permits(case: Case, bar: Requirement) -> None:
    stricter = Engine(Catalogue((*case.catalogue.statements, bar)))
    before = Engine(case.catalogue)
    for question, facts in case.asked():
        if not before.answer(question, facts).permitted:
            assert not stricter.answer(question, facts).permitted


@MANY
@given(case=generators.cases())
def test_a_category_is_barred_by_whatever_bars_a_wider_one(case: Case) -> None:
    """Grounds and purposes may name the narrower one alone; bars on the wider one hold for it all the same, unless they
    except it by name."""
    engine = Engine(case.catalogue)
    excepting = {one.key for one in case.catalogue.statements if isinstance(getattr(one, "data", ()), AllBut)}
    for question, facts in case.asked():
        for category in generators.CATEGORIES:
            inside = _barring(engine, dataclasses.replace(question, data=(category,)), facts)
            for wider in case.catalogue.wider(category):
                assert (
                    _barring(engine, dataclasses.replace(question, data=(wider,)), facts) - excepting
                    <= inside
                )


def _barring(engine: Engine, question: generators.Question, facts: Facts) -> set[str]:
    frames = ("purpose:", "recipient:", "point:", "source:", "message:")
    found = engine.answer(question, facts).obstacles
    return {one.statement for one in found if one.code == "bar" and not one.statement.startswith(frames)}


@FEW
@given(case=generators.cases(unknown=True, known=3))
def test_what_is_unknown_helps_nobody(case: Case) -> None:
    """A permit given in ignorance stands whatever turns out to be so."""
    engine = Engine(case.catalogue)
    for question, facts in case.asked():
        if engine.answer(question, facts).permitted:
            for count in range(len(facts.unknown) + 1):
                for turned_out in combinations(sorted(facts.unknown), count):
                    known = Facts((facts.holding - facts.unknown) | set(turned_out))
                    assert engine.answer(question, known).permitted


def test_a_person_of_two_lanes() -> None:
    """More than 62 facts: the second lane decides as the first does."""
    grounds = tuple(
        Ground(
            id=f"g{n:03}", basis="consent", purposes=(f"p{n:03}",), needs=generators.needs(f"consent:c{n:03}")
        )
        for n in range(100)
    )
    purposes = tuple(Purpose(id=f"p{n:03}", data=("email",)) for n in range(100))
    catalogue = Catalogue((*(c for c in generators.categories()), *purposes, *grounds))
    engine = Engine(catalogue)
    assert engine.layout.lanes == 2
    assert engine.layout.place(Fact("consent", "c070")) == (1, 8)
    for n in (0, 61, 62, 99):
        question = generators.Question("use", ("email",), f"p{n:03}")
        words = engine.layout.pack(Facts.of([f"consent:c{n:03}"]))
        assert engine.layout.join(engine.layout.split(words.subject)) == words.subject
        everybody = [engine.layout.pack(Facts.of([f"consent:c{m:03}"])).subject for m in range(100)]
        assert batch.Batch(engine, batch.lanes_of(engine.layout, everybody)).ids(question).tolist() == [n]
        assert engine.decide(question, words.subject).permitted


def test_columns_of_another_layout_are_refused() -> None:
    engine = Engine(Catalogue(generators.categories()))
    with pytest.raises(batch.UnevenLanes, match="1 columns"):
        batch.Batch(engine, [])


@FEW
@given(case=generators.cases(asked=1, known=1))
def test_a_layout_follows_from_the_statements_alone(case: Case) -> None:
    again = Catalogue(reversed(case.catalogue.statements))
    one, other = Engine(case.catalogue).layout, Engine(again).layout
    assert dict(one.positions) == dict(other.positions)
    for facts in case.facts:
        read = frozenset(fact for fact in facts.holding if fact in one.positions)
        assert one.unpack(one.pack(facts).word).holding == read
