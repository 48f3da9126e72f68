"""Merging two states: whatever holds afterwards, at any instant, held for both; whatever restricts, restricted either."""

from __future__ import annotations

from datetime import timedelta
from types import MappingProxyType

from hypothesis import given
from hypothesis import strategies as st

from tests.gate.kit import NOON
from troth.consent import ConsentAct, ConsentState, held, merged, next_change
from troth.consent.model import NO, SATISFIED_BY, Said, Stand
from troth.consent.rules import holds, stand

KINDS = tuple(SATISFIED_BY)
DAYS = st.integers(0, 6).map(lambda days: NOON + timedelta(days=days))
POLICIES = ("sha256:one", "sha256:two")


@st.composite
def sayings(draw: st.DrawFn) -> dict[tuple[str, str], Said]:
    """What a person may have said of one item: a no, or yeses of some kinds, of which some ran out."""
    if draw(st.booleans()):
        no = draw(st.sampled_from([ConsentAct.REFUSED, ConsentAct.WITHDRAWN, ConsentAct.EXPIRED]))
        return {("item", NO): Said(no, draw(DAYS))}
    return {
        ("item", kind): Said(ConsentAct.GIVEN, NOON, draw(st.none() | DAYS))
        for kind in draw(st.sets(st.sampled_from(KINDS)))
    }


@st.composite
def states(draw: st.DrawFn) -> ConsentState:
    keys = st.tuples(st.sampled_from(POLICIES), st.sampled_from(["deemed", "explicit"]))
    accepted = draw(st.dictionaries(keys, DAYS))
    if draw(st.booleans()):
        accepted["", "declined"] = draw(DAYS)
    return ConsentState(
        MappingProxyType(draw(sayings())),
        MappingProxyType(accepted),
        MappingProxyType(draw(st.dictionaries(st.sampled_from("abc"), DAYS))),
    )


@given(states(), states(), DAYS, st.sampled_from(KINDS))
def test_a_yes_holds_exactly_as_long_as_both_said_it(
    one: ConsentState, other: ConsentState, at: object, asked: str
) -> None:
    both = all(holds(state, "item", asked, at) for state in (one, other))  # type: ignore[arg-type]
    assert holds(merged(one, other), "item", asked, at) is both  # type: ignore[arg-type]


@given(states(), states(), DAYS)
def test_a_no_of_either_stands(one: ConsentState, other: ConsentState, at: object) -> None:
    no = Stand.NO in [stand(state, "item", at) for state in (one, other)]  # type: ignore[arg-type]
    assert (stand(merged(one, other), "item", at) is Stand.NO) is no  # type: ignore[arg-type]


@given(states(), states(), st.sampled_from(POLICIES))
def test_acceptances_are_of_both_declines_and_objections_of_either(
    one: ConsentState, other: ConsentState, policy: str
) -> None:
    mine, theirs, both = (held(state, NOON, {}, policy) for state in (one, other, merged(one, other)))
    for fact in mine | theirs | both:
        strict = fact.family in ("objects", "declined")
        assert (fact in both) is (
            (fact in mine or fact in theirs) if strict else (fact in mine and fact in theirs)
        )


@given(states(), states())
def test_it_makes_no_difference_who_is_kept(one: ConsentState, other: ConsentState) -> None:
    assert merged(one, other) == merged(other, one)


@given(states())
def test_a_person_merged_with_their_double_is_as_before(state: ConsentState) -> None:
    twice = merged(state, state)
    for at in (NOON + timedelta(days=days) for days in range(8)):
        for asked in KINDS:
            assert holds(twice, "item", asked, at) is holds(state, "item", asked, at)
    assert twice.objections == state.objections


@given(states(), DAYS, st.sampled_from(KINDS))
def test_nothing_runs_out_before_the_next_change(state: ConsentState, at: object, asked: str) -> None:
    change = next_change(state, at)  # type: ignore[arg-type]
    just_before = (change or NOON + timedelta(days=400)) - timedelta(microseconds=1)
    assert holds(state, "item", asked, just_before) is holds(state, "item", asked, at)  # type: ignore[arg-type]
