"""Verdicts by rule: what evidence, how old, allows which word."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.promises.controls import BUILT
from troth.promises.model import WORST_FIRST, Breach, Control, Evidence, Grade, Look, SelfTest, State, Tally
from troth.promises.rules import spoken, verdict, worst

NOW = datetime(2026, 3, 1, tzinfo=UTC)
BUILT_ONE = (BUILT[0],)
LATER = (Control("later", "rights", "requests carried out", lambda _: True, built=False),)
DAY = timedelta(days=1)


def tally(age: timedelta, permitted: int = 1, refused: int = 0, origin: str = "observed") -> Tally:
    return Tally(origin, Grade.LOG, permitted, refused, NOW - age, 7)


def breach(mended: bool = False) -> Breach:
    return Breach("pixel_after_unsubscribe", NOW - DAY, 9, Grade.PROBE, "observed", NOW if mended else None)


CASES: list[tuple[str, tuple[Control, ...], Evidence, State, str]] = [
    ("a control that is not built proves nothing", LATER, Evidence((tally(DAY),)), State.UNPROVEN, "not_built"),
    ("no control at all proves nothing", (), Evidence((tally(DAY),)), State.UNPROVEN, "not_built"),
    ("no evidence is unproven", BUILT_ONE, Evidence(), State.UNPROVEN, "no_evidence"),
    ("occasions keep", BUILT_ONE, Evidence((tally(DAY),)), State.KEPT, "occasions"),
    ("a refused attempt keeps", BUILT_ONE, Evidence((tally(DAY, 0, 1),)), State.KEPT, "occasions"),
    ("evidence past its freshness decays", BUILT_ONE, Evidence((tally(31 * DAY),)), State.UNPROVEN, "stale"),
    ("evidence at four fifths is at risk", BUILT_ONE, Evidence((tally(25 * DAY),)), State.AT_RISK, "ageing"),
    ("just under four fifths is kept", BUILT_ONE, Evidence((tally(23 * DAY),)), State.KEPT, "occasions"),
    ("no occasion, but a fresh self-test", BUILT_ONE, Evidence(selftest=SelfTest(True, NOW - DAY / 2, 3)), State.KEPT, "selftest"),
    ("an old self-test is no help", BUILT_ONE, Evidence(selftest=SelfTest(True, NOW - 2 * DAY, 3)), State.UNPROVEN, "stale"),
    ("a failed self-test is no help", BUILT_ONE, Evidence(selftest=SelfTest(False, NOW, 3)), State.UNPROVEN, "no_evidence"),
    ("a fresh self-test renews", BUILT_ONE, Evidence((tally(29 * DAY),), selftest=SelfTest(True, NOW, 3)), State.KEPT, "selftest"),
    ("an open breach breaks", BUILT_ONE, Evidence((tally(DAY),), (breach(),)), State.BROKEN, "breach"),
    ("a mended breach does not", BUILT_ONE, Evidence((tally(DAY),), (breach(True),)), State.KEPT, "occasions"),
    ("a probe that failed last breaks", BUILT_ONE, Evidence(looks=(Look("p", False, NOW, 4, "observed"),)), State.BROKEN, "probe_failed"),
    ("a probe that passed last keeps", BUILT_ONE, Evidence(looks=(Look("p", True, NOW, 4, "observed"),)), State.KEPT, "probe"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "controls", "evidence", "state", "reason"), CASES, ids=[c[0] for c in CASES]
)
def test_what_evidence_allows(
    name: str, controls: tuple[Control, ...], evidence: Evidence, state: State, reason: str
) -> None:
    found = verdict(controls, evidence, NOW)
    assert (found.state, found.reason) == (state, reason)
    assert "compliant" not in found.sentence


def test_a_probe_outweighs_the_log_as_grade() -> None:
    found = verdict(
        BUILT_ONE, Evidence((tally(DAY),), looks=(Look("p", True, NOW - DAY, 4, "observed"),)), NOW
    )
    assert found.grade is Grade.PROBE


def test_origins_are_named_and_never_merged() -> None:
    found = verdict(BUILT_ONE, Evidence((tally(DAY), tally(DAY, origin="example"))), NOW)
    assert found.origins == ("example", "observed")


def test_a_self_test_never_hides_that_nothing_happened() -> None:
    found = verdict(BUILT_ONE, Evidence(selftest=SelfTest(True, NOW - timedelta(hours=3), 3)), NOW)
    assert found.sentence == "Kept: no occasion yet; tested 3 hours ago."


def test_the_worst_of_several() -> None:
    kept, broken, unproven = (
        verdict(BUILT_ONE, evidence, NOW)
        for evidence in (Evidence((tally(DAY),)), Evidence(breaches=(breach(),)), Evidence())
    )
    assert worst([("a", kept), ("b", unproven), ("c", broken)]) == ("c", broken)
    assert worst([("a", kept), ("b", unproven)]) == ("b", unproven)
    assert worst([]) is None


@given(st.lists(st.integers(0, 60), max_size=4), st.booleans(), st.booleans(), st.integers(0, 60))
def test_waiting_never_makes_a_promise_better(
    ages: list[int], broken: bool, tested: bool, later: int
) -> None:
    evidence = Evidence(
        tuple(tally(age * DAY) for age in ages),
        (breach(),) if broken else (),
        SelfTest(True, NOW, 1) if tested else None,
    )
    before, after = (verdict(BUILT_ONE, evidence, NOW + days * DAY).state for days in (0, later))
    rank = {State.KEPT: 0, State.AT_RISK: 1, State.UNPROVEN: 2, State.BROKEN: 3}
    assert rank[after] >= rank[before]
    assert before in WORST_FIRST


def test_ages_in_words() -> None:
    assert [spoken(timedelta(seconds=s)) for s in (1, 59, 60, 7200, 172800)] == [
        "1 second",
        "59 seconds",
        "1 minute",
        "2 hours",
        "2 days",
    ]
