"""Bugs planted in every implementation, one at a time: the laws must see each of them, and none where nothing is planted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.decide import checks, generators, implementations, test_cases
from tests.decide.generators import Case
from troth.decide import (
    asks,
    batch,
    compiled,
    explain,
    fold,
    layout,
    lower,
    masks,
    naive,
    reach,
    residual,
    scopes,
    sql,
)
from troth.decide.masks import Demand, Row, View
from troth.decide.residual import Rule

Patch = pytest.MonkeyPatch


def _look(check: Callable[[Case], None], **sizes: Any) -> None:
    """Run a check on random cases until it fails."""

    @settings(
        max_examples=500,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        database=None,
        deadline=None,
    )
    @given(case=generators.cases(**sizes))
    def look(case: Case) -> None:
        check(case)

    look()


def _wrap(patch: Patch, where: Any, name: str, make: Callable[[Any], Any]) -> None:
    patch.setattr(where, name, make(getattr(where, name)))


# --- naive ---------------------------------------------------------------------------------------------------------------


def naive_forgets_bars(patch: Patch) -> None:
    patch.setattr(naive, "_stands", lambda bar, facts: False)


def naive_takes_the_unknown_for_absent(patch: Patch) -> None:
    patch.setattr(naive, "_may_be_met", naive._met)


def naive_counts_every_basis(patch: Patch) -> None:
    patch.setattr(naive, "_counts", lambda *asked: True)


# --- compiled ------------------------------------------------------------------------------------------------------------


def forbid_mask_dropped(patch: Patch) -> None:
    patch.setattr(Demand, "met", lambda self, view: bool(view.yes & self.pos) or not self.pos)


def bit_off_by_one(patch: Patch) -> None:
    _wrap(patch, layout.Layout, "_mask", lambda old: lambda self, facts: old(self, facts) << 1)


def bars_after_grounds(patch: Patch) -> None:
    def judged(old: Any) -> Any:
        def judge(one: Any, view: View, verdict: Any) -> None:
            verdict.refused = False
            old(one, view, verdict)

        return judge

    _wrap(patch, residual, "_judge_grounds", judged)


def exceptions_first(patch: Patch) -> None:
    _wrap(patch, lower, "in_order", lambda old: lambda grounds: old(grounds)[::-1])


def categories_not_closed_upwards(patch: Patch) -> None:
    patch.setattr(
        scopes.Scopes,
        "about_category",
        lambda self, one: self._categories.open | self._categories.named.get(one, 0),
    )


def one_side_of_the_question_forgotten(patch: Patch) -> None:
    patch.setattr(scopes, "SIDES", tuple(side for side in scopes.SIDES if side[0] != "message"))


def exceptions_taken_for_lists(patch: Patch) -> None:
    """What a scope excepts is taken for what it names."""

    def taken(catalogue: Any, kind: str, refs: Any) -> Any:
        return catalogue.expand(kind, tuple(refs))

    def sides(catalogue: Any, statement: Any, left_out: str = "") -> Any:
        return {
            side: scopes.acts_of(statement)
            if side == "action"
            else taken(catalogue, kind, refs)
            if refs and kind
            else refs or None
            for side, term, kind in scopes.SIDES
            for refs in [getattr(statement, term)]
        }

    patch.setattr(scopes, "sides_of", sides)


def nobody_must_name_anything(patch: Patch) -> None:
    patch.setattr(residual, "wanting", lambda naming, view: False)
    patch.setattr(explain, "wanting", lambda naming, view: False)


def frames_demand_no_names(patch: Patch) -> None:
    patch.setattr(lower.Declared, "nameless", lambda self, question: iter(()))


def nearest_grounds_without_regard_to_their_basis(patch: Patch) -> None:
    """Grounds that a closed list leaves out are said to have come near."""

    def careless(old: Any) -> Any:
        def groundless(one: Any, view: View, verdict: Any) -> None:
            old(one, view, verdict)
            if verdict.refused:
                verdict.blamed.update(candidate.permit.key for candidate in one.candidates)

        return groundless

    _wrap(patch, residual, "_judge_grounds", careless)


def stale_residual(patch: Patch) -> None:
    """Kept under a key that forgets the frames."""

    def forgetful(old: Any) -> Any:
        def category(self: Any, question: Any, one: str, about: int, frames: Any) -> Any:
            found = old(self, question, one, about, frames)
            here = about & self.lowered.scopes.about_category(one)
            return self._residuals.setdefault(("stale", here), found)

        return category

    _wrap(patch, fold.Fold, "_category", forgetful)


def stale_table(patch: Patch) -> None:
    """A table that is shared by questions with different residuals."""

    def forgetful(old: Any) -> Any:
        def make(self: Any, question: Any) -> Any:
            return self._plans.setdefault(("stale", question.action), old(self, question))

        return make

    _wrap(patch, compiled.Engine, "_make_ready", forgetful)


def mask_too_narrow(patch: Patch) -> None:
    """Two words that differ in a bit that decides share an entry."""
    _wrap(
        patch, compiled.Plan, "__init__", lambda old: lambda self, *made: (old(self, *made), _narrow(self))[0]
    )


def _narrow(plan: Any) -> None:
    plan.mask &= plan.mask - 1


def decisions_shared_too_widely(patch: Patch) -> None:
    def careless(old: Any) -> Any:
        def shared(self: Any, code: int, grounds: Any, clauses: Any, duties: Any, applied: Any) -> Any:
            found = old(self, code, grounds, clauses, duties, applied)
            return self._decisions.setdefault((code, grounds), found)

        return shared

    _wrap(patch, compiled.Engine, "_shared", careless)


def first_category_only(patch: Patch) -> None:
    _wrap(patch, fold.Fold, "residuals", lambda old: lambda self, question: old(self, question)[:1])


def undeclared_passes(patch: Patch) -> None:
    patch.setattr(fold.Fold, "declared", lambda self, question: True)


def frames_reach_everywhere(patch: Patch) -> None:
    patch.setattr(fold, "beyond_frame", lambda *asked: iter(()))


def data_leaves_home(patch: Patch) -> None:
    patch.setattr(fold, "beyond_home", lambda *asked: iter(()))


def closed_points_open(patch: Patch) -> None:
    patch.setattr(asks, "_point", lambda catalogue, frame: iter(()))


def minors_grown_up(patch: Patch) -> None:
    patch.setattr(asks, "_minor", lambda bar: asks.Asks(bar.when, bar.unless, bar.needs))


def limits_ignored(patch: Patch) -> None:
    patch.setattr(fold, "limits_of", lambda permit, limits: ())


def unknown_is_absent(patch: Patch) -> None:
    _wrap(
        patch,
        layout.Layout,
        "pack",
        lambda old: lambda self, facts: old(self, type(facts)(facts.holding - facts.unknown)),
    )


def ways_out_untried(patch: Patch) -> None:
    """The first family mended is taken for a permit."""

    def untried(old: Any) -> Any:
        return lambda standing: old(lambda way: None if way else standing(way))

    _wrap(patch, explain, "ways_out", untried)


def one_round_only(patch: Patch) -> None:
    """What wakes once an obstacle is mended is not followed up; the naive interpreter shares this bug."""

    def short(old: Any) -> Any:
        def ways_out(standing: Any) -> Any:
            def once(way: Any) -> Any:
                families = standing(way)
                return [frozenset()] if families and way else families

            return old(once)

        return ways_out

    _wrap(patch, explain, "ways_out", short)
    _wrap(patch, naive, "ways_out", short)


def bars_never_fall_silent(patch: Patch) -> None:
    """No way out turns round when a bar stands; the naive interpreter shares this bug."""
    patch.setattr(explain, "rows_when_unmet", lambda demand: ())
    patch.setattr(naive, "_turned", lambda conditions: iter(()))


def explanation_of_another_word(patch: Patch) -> None:
    _wrap(
        patch,
        explain.Explainer,
        "explain",
        lambda old: lambda self, question, word, unknown: old(self, question, 0, 0),
    )


def export_without_place(patch: Patch) -> None:
    def silent(old: Any) -> Any:
        return lambda *asked: (one for one in old(*asked) if "place" not in one.detail)

    _wrap(patch, reach, "undeclared", silent)
    patch.setattr(fold, "undeclared", reach.undeclared)
    patch.setattr(explain, "undeclared", reach.undeclared)


def joint_ways_loosened(patch: Patch) -> None:
    """One literal of a way that takes several is enough."""
    patch.setattr(Row, "known", lambda self, view: bool(view.yes & self.need or view.no & self.forbid))


def joint_ways_forgotten(patch: Patch) -> None:
    _wrap(patch, masks, "demand_of", lambda old: lambda *given: old(*given)._replace(joint=()))
    patch.setattr(lower, "demand_of", masks.demand_of)


# --- rows and batch ------------------------------------------------------------------------------------------------------


def rows_without_forbid(patch: Patch) -> None:
    patch.setattr(
        residual, "rows_when_met", lambda demand: tuple(Row(bit, 0) for bit in masks.bits_of(demand.reads))
    )


def joint_ways_never_fail_in_rows(patch: Patch) -> None:
    def single(demand: Demand) -> tuple[Row, ...]:
        return (Row(demand.neg, demand.pos),)

    patch.setattr(residual, "rows_when_unmet", single)


def joint_ways_never_met_in_rows(patch: Patch) -> None:
    _wrap(patch, residual, "rows_when_met", lambda old: lambda demand: old(demand._replace(joint=())))


def names_forgotten_in_rows(patch: Patch) -> None:
    def silent(self: Any) -> Any:
        yield from (frame.barrier for frame in self.frames)
        yield from self.barriers

    patch.setattr(residual.Residual, "hindering", property(silent))


def bars_forgotten_in_rows(patch: Patch) -> None:
    patch.setattr(residual, "_blocking", lambda barrier: iter(()))


def unless_ignored_in_rows(patch: Patch) -> None:
    def hard(barrier: Any) -> Any:
        for hurdle in barrier.hurdles:
            yield from masks.rows_when_unmet(hurdle.demand)

    patch.setattr(residual, "_blocking", hard)


def request_word_ignored(patch: Patch) -> None:
    _wrap(patch, Rule, "given", lambda old: lambda self, word, known: old(self, 0, known))


def lanes_mixed_up(patch: Patch) -> None:
    patch.setattr(layout, "LANE_BITS", 5)
    patch.setattr(batch, "LANE_BITS", 5)
    patch.setattr(batch, "LANE", 31)
    _wrap(patch, batch, "lanes_of", lambda old: lambda *given: old(*given)[::-1])
    patch.setattr(checks, "lanes_of", batch.lanes_of)


def people_beyond_the_last(patch: Patch) -> None:
    patch.setattr(batch, "_clear_tail", lambda pieces, size: None)


def bitmaps_start_late(patch: Patch) -> None:
    _wrap(patch, batch.Batch, "_sliced", lambda old: lambda self, at: old(self, at) << 1)


def last_ground_decides(patch: Patch) -> None:
    _wrap(
        patch,
        batch.Batch,
        "_planes",
        lambda old: lambda self, grounds, *more: old(self, grounds[::-1], *more),
    )


def blocks_ignored_on_words(patch: Patch) -> None:
    _wrap(
        patch,
        batch,
        "_match",
        lambda old: lambda rows, words: old(rows if isinstance(rows, list) else (), words),
    )


# --- databases -----------------------------------------------------------------------------------------------------------


def database_compares_before_it_shares(patch: Patch) -> None:
    """As an engine does that reads `w & m = n` from the right."""
    patch.setattr(sql, "_bits", lambda dialect: lambda column, mask: f"{column} & {mask}")
    _wrap(patch, sql, "_row", lambda old: lambda *asked: old(*asked).replace(" = ", " <= "))


def database_forgets_bars(patch: Patch) -> None:
    _wrap(
        patch, sql, "_any", lambda old: lambda rows, *more: old(rows if isinstance(rows, list) else (), *more)
    )


def database_reads_one_row(patch: Patch) -> None:
    _wrap(patch, sql, "_any", lambda old: lambda rows, *more: old(list(rows)[:1], *more))


ANSWER = (
    naive_forgets_bars, naive_takes_the_unknown_for_absent, naive_counts_every_basis, forbid_mask_dropped, bit_off_by_one,
    bars_after_grounds, categories_not_closed_upwards, one_side_of_the_question_forgotten, stale_residual, stale_table,
    mask_too_narrow, decisions_shared_too_widely, undeclared_passes, frames_reach_everywhere, data_leaves_home, closed_points_open,
    minors_grown_up, limits_ignored, unknown_is_absent, ways_out_untried, explanation_of_another_word, export_without_place,
    joint_ways_loosened, joint_ways_forgotten, nearest_grounds_without_regard_to_their_basis,
    nobody_must_name_anything, frames_demand_no_names,
    exceptions_taken_for_lists,
)  # fmt: skip
DECISION = (exceptions_first, stale_table, forbid_mask_dropped, decisions_shared_too_widely)
LIST = (
    bars_forgotten_in_rows, rows_without_forbid, unless_ignored_in_rows, request_word_ignored, lanes_mixed_up, people_beyond_the_last,
    bitmaps_start_late, last_ground_decides, blocks_ignored_on_words, joint_ways_never_fail_in_rows, joint_ways_never_met_in_rows,
)  # fmt: skip
DATABASE = (database_compares_before_it_shares, database_forgets_bars, database_reads_one_row)
PLANTED = [
    *((plant, checks.same_answer) for plant in ANSWER),
    *((plant, checks.same_decision) for plant in DECISION),
    *((plant, checks.same_list) for plant in LIST),
    *((plant, checks.same_in_database) for plant in DATABASE),
    (names_forgotten_in_rows, checks.same_list),
    (first_category_only, checks.categories_add_up),
    (ways_out_untried, checks.what_is_missing_permits),
    (one_round_only, checks.nothing_is_missing_that_is_not_said),
    (bars_never_fall_silent, checks.nothing_is_missing_that_is_not_said),
]
SIZES: dict[Callable[[Case], None], dict[str, Any]] = {
    checks.same_answer: {"unknown": True},
    checks.nothing_is_missing_that_is_not_said: {"unknown": True, "asked": 3, "known": 3},
}
"""Cases as the laws have them, where they are not the usual ones."""


@pytest.mark.slow
@pytest.mark.parametrize(("plant", "check"), PLANTED, ids=lambda one: one.__name__)
def test_a_planted_bug_is_caught(
    plant: Callable[[Patch], None], check: Callable[[Case], None], monkeypatch: Patch
) -> None:
    plant(monkeypatch)
    with pytest.raises((AssertionError, LookupError)):
        _look(check, **SIZES.get(check, {}))


@pytest.mark.parametrize(
    "plant",
    [
        forbid_mask_dropped,
        bars_after_grounds,
        limits_ignored,
        frames_reach_everywhere,
        bars_forgotten_in_rows,
    ],
    ids=lambda one: one.__name__,
)
def test_the_law_book_catches_it_too(plant: Callable[[Patch], None], monkeypatch: Patch) -> None:
    plant(monkeypatch)
    monkeypatch.setattr(implementations, "_ENGINES", {})
    with pytest.raises(AssertionError):
        _read_the_law_book()


def _read_the_law_book() -> None:
    for case in test_cases.ASKED:
        for implementation in implementations.IMPLEMENTATIONS[1:]:
            test_cases.test_case(case, implementation)
