"""Which items wait for a yes follows from the policy, the reading that is enforced, and the engine: not from a setting."""

from __future__ import annotations

import pytest

from tests.cookies.kit import declared, planned
from troth.cookies import Mode, allowed
from troth.decide.compiled import Engine
from troth.decide.model import Facts, Question
from troth.policy.facts import Fact

PLANS = [
    (e, r) for e in ("harbour", "axle", "counter", "desk", "gateway") for r in ("as_written", "with_regimes")
]


@pytest.mark.parametrize(("example", "reading"), PLANS)
def test_the_interpreter_leaves_visitors_the_same_choices(example: str, reading: str) -> None:
    assert planned(example, reading, "engine") == planned(example, reading, "naive")


def test_as_written_browsing_on_is_enough_and_with_regimes_nothing_runs_before_a_yes() -> None:
    written, enforced = planned("axle", "as_written"), planned("axle", "with_regimes")
    assert {one.mode for one in written.choices} <= {Mode.OPEN, Mode.NECESSARY}
    assert written.before(signal=False) == written.offered
    assert [one.mode for one in enforced.choices] == [Mode.ASKED]
    assert enforced.before(signal=False) == frozenset()
    assert "consent:eu_gdpr.storage" in enforced.choices[0].gives


def test_a_signal_turns_off_what_runs_until_somebody_objects_and_never_counts_as_a_yes() -> None:
    for example, reading in PLANS:
        plan = planned(example, reading)
        assert plan.before(signal=True) <= plan.before(signal=False)
        modes = {plan.get(id).mode for id in plan.before(signal=True)}  # type: ignore[union-attr]
        assert modes <= {Mode.NECESSARY}


@pytest.mark.parametrize(("example", "reading"), PLANS)
def test_what_is_off_before_a_choice_the_gate_refuses_and_a_yes_is_all_it_takes(
    example: str, reading: str
) -> None:
    """The plan says nothing the gate would not say: asked things are refused without their yes and permitted with it."""
    version, plan = declared(example, reading), planned(example, reading)
    engine = Engine.compile(version.bundle)
    on = {Fact("on", "service"), Fact("on", "tenant_active")}
    for choice in plan.choices:
        browsing = {Fact.parse(one) for one in (*choice.rests, *choice.shows)} | on
        yes = browsing | {Fact.parse(one) for one in choice.gives}
        for one in choice.served:
            question = Question("collect", one.data, one.purpose, via=one.point)
            before = engine.answer(question, Facts(frozenset(browsing), _unknown(example, reading)))
            after = engine.answer(question, Facts(frozenset(yes), _unknown(example, reading)))
            assert after.permitted, (choice.id, one)
            if choice.mode is Mode.OPEN:
                assert before.permitted, (choice.id, one)
        if choice.mode is Mode.ASKED:
            answers = [
                engine.answer(
                    Question("collect", one.data, one.purpose, via=one.point),
                    Facts(frozenset(browsing), _unknown(example, reading)),
                )
                for one in choice.served
            ]
            assert not all(one.permitted for one in answers), choice.id


def test_two_items_that_hang_on_one_consent_are_one_choice() -> None:
    desk = planned("desk", "with_regimes").get("consent:optional_cookies")
    assert desk is not None
    assert set(desk.points) == {"cookie_recognition", "flash_analysis", "local_analysis", "page_beacon"}
    harbour = planned("harbour", "with_regimes")
    assert {"allowed:basket_cookie", "allowed:language_cookie"} <= {one.id for one in harbour.choices}


def test_objections_that_the_policy_keeps_apart_stay_apart() -> None:
    ways = [one.stops for one in planned("gateway", "with_regimes").choices if one.stops]
    assert sorted(ways) == [("login_cookies",), ("membership_cookies",), ("visit_cookies",)]


def test_a_purpose_runs_only_where_every_choice_that_serves_it_is_on() -> None:
    plan = planned("gateway", "with_regimes")
    assert "site_operation" in allowed(plan, plan.offered)
    assert "site_operation" not in allowed(plan, plan.offered - {"unless:visit_cookies"})
    assert allowed(plan, frozenset()) == frozenset()


def test_a_pixel_in_a_mail_is_no_item_of_a_site() -> None:
    points = {point for one in planned("harbour", "as_written").choices for point in one.points}
    assert "mail_pixel" not in points
    assert "site_beacon" in points


def _unknown(example: str, reading: str) -> frozenset[Fact]:
    return (
        frozenset({Fact("is", "eu_person")})
        if (example, reading) == ("axle", "with_regimes")
        else frozenset()
    )
