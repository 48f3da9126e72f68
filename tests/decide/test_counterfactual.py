"""What would be different is what asking twice says, of every act a policy declares."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.decide import generators
from tests.decide.generators import FACTS, Case
from tests.web.kit import EXAMPLES
from troth.app.opening import compiled_folder
from troth.decide import naive
from troth.decide.compiled import Engine
from troth.decide.counterfactual import Change, compare, declared_acts, touching
from troth.decide.model import Facts, Question
from troth.policy.catalogue import Catalogue
from troth.policy.facts import Fact

FEW = settings(max_examples=settings.default.max_examples // 4)
SOME = st.frozensets(st.sampled_from(FACTS), max_size=2)


@FEW
@given(case=generators.cases(unknown=True, asked=8), set=SOME, clear=SOME)
def test_what_it_says_is_what_asking_twice_says(
    case: Case, set: frozenset[Fact], clear: frozenset[Fact]
) -> None:
    engine, change = Engine(case.catalogue), Change(set, clear - set)
    questions = (*case.questions, *declared_acts(case.catalogue)[:40])
    for facts in case.facts[:3]:
        then = change.of(facts)
        found = compare(questions, engine.asking(facts), engine.asking(then))
        listed = {"stops": found.stops, "begins": found.begins, "goes_on": found.goes_on}
        for question in questions:
            first = naive.answer(case.catalogue, question, facts)
            second = naive.answer(case.catalogue, question, then)
            wanted = {
                (True, False): "stops", (False, True): "begins", (True, True): "goes_on", (False, False): "",
            }[first.permitted, second.permitted]  # fmt: skip
            told = [name for name, outlooks in listed.items() if question in {o.question for o in outlooks}]
            assert told == ([wanted] if wanted else [])
            for outlook in listed.get(wanted, ()):
                if outlook.question == question:
                    said = first if wanted == "stops" else second
                    assert (outlook.grounds, outlook.clauses) == (said.grounds, said.clauses)


@FEW
@given(case=generators.cases(unknown=True, asked=8), fact=st.sampled_from(FACTS))
def test_a_question_that_does_not_read_a_fact_is_answered_the_same(case: Case, fact: Fact) -> None:
    engine = Engine(case.catalogue)
    for question in (*case.questions, *declared_acts(case.catalogue)[:40]):
        if not engine.reads(question, fact):
            for facts in case.facts[:3]:
                here, there = Change(frozenset({fact})), Change(clear=frozenset({fact}))
                assert engine.answer(question, here.of(facts)) == engine.answer(question, there.of(facts))


@FEW
@given(facts=generators.facts(unknown=True), set=SOME, clear=SOME)
def test_a_change_made_twice_is_the_change(
    facts: Facts, set: frozenset[Fact], clear: frozenset[Fact]
) -> None:
    change = Change(set, clear - set)
    once = change.of(facts)
    assert change.of(once) == once
    assert set <= once.holding
    assert not (change.clear & once.holding)
    assert not (change.facts & once.unknown)


@pytest.mark.parametrize(
    ("facts", "change", "stops", "begins"),
    [
        ("consent:other_purpose", Change(clear=frozenset({Fact("consent", "other_purpose")})), True, False),
        ("", Change(frozenset({Fact("consent", "other_purpose")})), False, True),
        ("", Change(frozenset({Fact("objects", "mailing_list")})), True, False),
        ("", Change(frozenset({Fact("declined")})), True, False),
        ("", Change(), False, False),
    ],
)
def test_harbour_says_what_a_press_would_do(facts: str, change: Change, stops: bool, begins: bool) -> None:
    bundle, _ = compiled_folder(EXAMPLES / "harbour")
    engine, acts = Engine.compile(bundle), declared_acts(Catalogue.of(bundle))
    known = Facts.of([*facts.split(), "accepted", "accepted:explicit", "registered", "shown:privacy_policy"])
    found = compare(acts, engine.asking(known), engine.asking(change.of(known)))
    assert (bool(found.stops), bool(found.begins)) == (stops, begins)
    assert found.changes == (stops or begins)


def test_what_touches_is_for_the_purpose_or_about_the_data() -> None:
    asked = [
        Question("use", ("email",), "a"),
        Question("use", ("phone",), "b"),
        Question("use", ("name",), "c"),
    ]
    assert list(touching(asked, {"a"}, {"phone"})) == asked[:2]
