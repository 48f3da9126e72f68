"""The law of the register, over looks drawn at random: kept exactly when the last look at each item found it and is fresh."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from troth.decide.register import Shown, Standing, end_of, standing, threat_map
from troth.policy.catalogue import Catalogue
from troth.policy.model import Safeguard
from troth.policy.terms import PeriodTerm

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
FRESH = (
    PeriodTerm(24, "hours"),
    PeriodTerm(10, "calendar_days"),
    PeriodTerm(1, "months"),
    PeriodTerm(1, "years"),
    None,
)
AGES = st.integers(0, 800).map(lambda days: NOW - timedelta(days=days))
UNTIL = st.one_of(
    st.none(), st.integers(1, 900).map(lambda days: NOW - timedelta(days=400) + timedelta(days=days))
)


def looks(items: int) -> st.SearchStrategy[dict[int, Shown]]:
    one = st.builds(Shown, st.just(0), st.booleans(), AGES, UNTIL, st.one_of(st.none(), st.integers(0, 4)))
    return st.dictionaries(st.integers(1, items), one)


@given(looks(3), st.sampled_from(FRESH), st.one_of(st.none(), st.integers(0, 4)))
def test_it_stands_as_the_looks_say(
    shown: dict[int, Shown], fresh: PeriodTerm | None, cap: int | None
) -> None:
    statement = Safeguard(
        id="s", evidence=("a", "b", "c"), fresh=fresh, cap=None if cap is None else Decimal(cap)
    )
    found = standing(statement, shown, NOW)
    live = {n for n, one in shown.items() if one.passed and end_of(statement, one) > NOW}
    heads = [one.heads for n, one in shown.items() if n in live and one.heads is not None]
    failed = any(not one.passed for one in shown.values())
    crowded = cap is not None and any(count > cap for count in heads)
    counted = cap is None or bool(heads)
    if failed or crowded:
        assert found.outcome is Standing.BROKEN
    elif live == {1, 2, 3} and counted:
        assert found.outcome in (Standing.KEPT, Standing.AT_RISK)
    else:
        assert found.outcome is Standing.UNPROVEN
    assert set(found.missing) - {"head count"} == {"abc"[n - 1] for n in {1, 2, 3} - live}


@given(looks(1), st.sampled_from(FRESH), st.integers(0, 400))
def test_waiting_never_makes_it_better(shown: dict[int, Shown], fresh: PeriodTerm | None, days: int) -> None:
    statement = Safeguard(id="s", evidence=("a",), fresh=fresh)
    order = [Standing.KEPT, Standing.AT_RISK, Standing.UNPROVEN, Standing.BROKEN]
    earlier = standing(statement, shown, NOW).outcome
    later = standing(statement, shown, NOW + timedelta(days=days)).outcome
    assert order.index(later) >= order.index(earlier)


@given(
    st.dictionaries(st.sampled_from("pqr"), st.sets(st.sampled_from(["theft", "leak", "loss"]))),
    st.sets(st.sampled_from("pqr")),
)
def test_a_threat_is_answered_by_what_is_live_and_names_it(
    named: dict[str, set[str]], live: set[str]
) -> None:
    catalogue = Catalogue(
        Safeguard(id=id, evidence=("e",), threats=tuple(sorted(t))) for id, t in named.items()
    )
    drawn = threat_map(catalogue, live, apart="q")
    assert set(drawn) == {threat for ones in named.values() for threat in ones}
    for threat, answers in drawn.items():
        assert set(answers) == {
            id for id, ones in named.items() if threat in ones and id in live and id != "q"
        }
