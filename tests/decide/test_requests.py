"""Several statements of one right: what they ask for together, and what naming the route changes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.decide.generators import conditions, facts, needs, some
from troth.decide.model import Facts, Request, RequestAnswer, RequestOutcome
from troth.decide.requests import answer_request
from troth.policy.catalogue import Catalogue
from troth.policy.model import Right
from troth.policy.terms import PeriodTerm

ROUTES = ("email", "self_service", "letter")
BY_MAIL = Right(
    id="by_mail", what="access", routes=("email",), proof=needs("paper:identity"), within=PeriodTerm(30, "calendar_days")
)  # fmt: skip
SIGNED_IN = Right(id="signed_in", what="access", routes=("self_service",), proof=needs("verified"))
BY_LAW = Right(id="by_law", what="access", within=PeriodTerm(15, "working_days"))
CATALOGUE = Catalogue((BY_MAIL, SIGNED_IN, BY_LAW))


def asked(route: str, *known: str) -> RequestAnswer:
    return answer_request(CATALOGUE, Request("access", route=route), Facts.of(known))


@pytest.mark.parametrize(
    ("route", "missing", "periods"),
    [
        ("", ("paper:identity", "verified"), 2),
        ("email", ("paper:identity",), 2),
        ("self_service", ("verified",), 1),
        ("letter", ("paper:identity", "verified"), 2),
    ],
)
def test_a_request_meets_the_doors_it_may_have_come_through(
    route: str, missing: tuple[str, ...], periods: int
) -> None:
    """Without a route, or by one that no statement offers, every proof is asked for; the statute's period binds always."""
    found = asked(route)
    assert found.outcome is RequestOutcome.AWAIT
    assert found.missing == missing
    assert len(found.within) == periods
    assert "15 working days from receipt (right:by_law)" in found.within
    assert asked(route, *missing).outcome is RequestOutcome.ACCEPT


@st.composite
def rights(draw: st.DrawFn) -> tuple[Right, ...]:
    return tuple(
        Right(
            id=f"r{at}",
            what=draw(st.sampled_from(["access", "access", "delete"])),
            routes=draw(st.one_of(st.just(()), some(ROUTES))),
            proof=draw(conditions()),
        )
        for at in range(draw(st.integers(1, 4)))
    )


@given(declared=rights(), known=facts(unknown=True), route=st.sampled_from(ROUTES))
def test_a_named_route_asks_for_no_more_and_for_all_that_is_promised_there(
    declared: tuple[Right, ...], known: Facts, route: str
) -> None:
    catalogue = Catalogue(declared)
    anywhere = answer_request(catalogue, Request("access"), known)
    here = answer_request(catalogue, Request("access", route=route), known)
    assert set(here.missing) <= set(anywhere.missing)
    for right in declared:
        if right.what == "access" and (not right.routes or route in right.routes):
            unmet = [
                proof for proof in right.proof if not any(all(map(known.holds, way)) for way in proof.ways)
            ]
            assert {str(proof) for proof in unmet} <= set(here.missing)


@given(declared=rights(), known=facts(unknown=True), route=st.sampled_from(("", *ROUTES)), more=conditions())
def test_one_more_statement_of_a_right_never_asks_for_less(
    declared: tuple[Right, ...], known: Facts, route: str, more: tuple[object, ...]
) -> None:
    """A statement that binds whatever the route, as a statute's does."""
    added = Right(id="added", what="access", proof=more)  # type: ignore[arg-type]
    before = answer_request(Catalogue(declared), Request("access", route=route), known)
    after = answer_request(Catalogue((*declared, added)), Request("access", route=route), known)
    if before.outcome is RequestOutcome.AWAIT:
        assert after.outcome is RequestOutcome.AWAIT
    assert set(before.missing) <= set(after.missing)
