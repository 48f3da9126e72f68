"""Every implementation is held equal to the naive interpreter, on policies, questions and facts nobody thought of."""

from __future__ import annotations

from hypothesis import given, settings

from tests.decide import generators
from tests.decide.generators import Case
from troth.decide import naive
from troth.decide.compiled import Engine


@settings(max_examples=150)
@given(case=generators.cases(unknown=True))
def test_compiled_says_what_the_naive_interpreter_says(case: Case) -> None:
    engine = Engine(case.catalogue, policy="p")
    for question, facts in case.asked():
        assert engine.answer(question, facts) == naive.answer(case.catalogue, question, facts, "p")
