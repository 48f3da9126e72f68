"""What our own record shows of the safeguards about staff, and what an emergency that nobody judges does to them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.access.kit import WITH_STAFF, clock_of, deed, hire
from tests.gate.kit import folder, organisation
from tests.operators.kit import enrol
from troth.app.chores import Chores
from troth.app.guarding import show_access
from troth.app.organisation import Organisation
from troth.app.posting import Posting
from troth.app.safeguarding import register
from troth.decide.register import Standing
from troth.operators import REVIEW_WITHIN
from troth.promises.model import State

REASON = "The mail server leaks addresses and nobody else is here."
GUARDED = WITH_STAFF + (
    "safeguards:\n"
    "  entry: {families: [technical], threats: [access], evidence: [log of granted and denied reads, list of roles],"
    " fresh: 1 months, clauses: ['2']}\n"
    "  daily: {families: [technical], threats: [access], evidence: [log of reads with role], fresh: 1 calendar_days, clauses: ['1']}\n"
    "  taught: {families: [organisational], threats: [misuse], evidence: [course with date for each holder of a role],"
    " fresh: 12 months, clauses: ['2']}\n"
    "  walls: {families: [physical], threats: [loss], evidence: [check of the locks], fresh: 1 months, clauses: ['1']}\n"
)


@pytest.fixture
def guarded(tmp_path: Path, database_url: str) -> Iterator[Organisation]:
    place = tmp_path / "home"
    place.mkdir()
    folder(place / "policy", GUARDED)
    with organisation(place, database_url) as quay:
        yield quay


def counted(quay: Organisation, statement: str) -> tuple[int, int]:
    with quay.database.read() as connection:
        tallies = quay.promises.evidence(connection)[statement].tallies
    return sum(one.permitted for one in tallies), sum(one.refused for one in tallies)


def standing(quay: Organisation) -> dict[str, Standing]:
    return {line.statement.id: line.answer.outcome for line in register(quay)}


def test_our_own_record_shows_what_it_can_and_nothing_else(guarded: Organisation) -> None:
    assert set(standing(guarded).values()) == {Standing.UNPROVEN}
    shown = show_access(guarded)
    assert sorted((one.safeguard, one.item) for one in shown) == [
        ("daily", 1), ("entry", 1), ("entry", 2), ("taught", 1),
    ]  # fmt: skip
    kept = Standing.KEPT
    assert standing(guarded) == {"entry": kept, "daily": kept, "taught": kept, "walls": Standing.UNPROVEN}


def test_a_holder_whose_course_ran_out_breaks_the_promise_of_training(guarded: Organisation) -> None:
    from tests.access.kit import give, teach

    member = hire(guarded)
    teach(guarded, member, lasts=timedelta(days=2))
    assert give(guarded, member, "post").granted
    show_access(guarded)
    assert standing(guarded)["taught"] is Standing.KEPT
    clock_of(guarded).advance(timedelta(days=2))
    show_access(guarded)
    assert standing(guarded)["taught"] is Standing.BROKEN
    guarded.act(lambda acts: guarded.staff.leave(acts.work, deed(guarded, member)))
    show_access(guarded)
    assert standing(guarded)["taught"] is Standing.KEPT


def test_an_emergency_that_nobody_judges_puts_the_safeguard_at_risk(guarded: Organisation) -> None:
    ada, bea = enrol(guarded, "administrator"), enrol(guarded, "privacy_officer")
    one = guarded.operators.glass.open(ada.operator(), "operator", REASON)
    show_access(guarded)
    assert standing(guarded)["entry"] is Standing.KEPT
    clock_of(guarded).advance(REVIEW_WITHIN * 0.85)
    show_access(guarded)
    assert standing(guarded)["entry"] is Standing.AT_RISK
    assert standing(guarded)["daily"] is Standing.KEPT, "what is shown day by day is at risk on the last day"
    clock_of(guarded).advance(REVIEW_WITHIN * 0.15)
    show_access(guarded)
    assert standing(guarded)["entry"] is Standing.UNPROVEN
    guarded.operators.glass.review(bea.operator(), one.id, True, "It was the right thing to do that night.")
    show_access(guarded)
    assert standing(guarded)["entry"] is Standing.KEPT


def test_what_operators_are_permitted_and_refused_counts_for_the_roles_of_the_policy(
    guarded: Organisation,
) -> None:
    from tests.access.kit import give

    ada = enrol(guarded)
    assert give(guarded, ada.member, "few").granted
    operator = ada.operator()
    assert operator.policy_roles == ("few",)
    before = counted(guarded, "role:few")
    guarded.operators.act(operator, "evidence.read", "/{org}/ledger", permitted=False)
    guarded.operators.act(operator, "staff.manage", "/{org}/staff/manage", permitted=True)
    guarded.operators.read(operator, "evidence.read", "/{org}/ledger")
    with guarded.database.read() as connection:
        verdicts = guarded.promises.board(connection, guarded.clock.now())
    after = counted(guarded, "role:few")
    assert (after[0] - before[0], after[1] - before[1]) == (2, 1)
    assert {one.clause.id: one.verdict.state for one in verdicts.clauses}["1"] is not State.BROKEN


def test_the_schedule_shows_it_before_what_is_fresh_for_a_day_runs_out(guarded: Organisation) -> None:
    said: list[str] = []
    chores = Chores(guarded, Posting(), (), said.append)
    assert standing(guarded)["daily"] is Standing.UNPROVEN
    for _ in range(8):
        chores.turn()
        assert standing(guarded)["daily"] in (Standing.KEPT, Standing.AT_RISK)
        clock_of(guarded).advance(timedelta(hours=6))
    clock_of(guarded).advance(timedelta(days=3))
    assert standing(guarded)["daily"] not in (Standing.KEPT, Standing.AT_RISK), "nothing shows it by itself"
    chores.turn()
    assert standing(guarded)["daily"] is Standing.KEPT
    assert said == []
