"""A bucket that empties with each request and fills with time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from troth.web.site.limits import Limit

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_a_full_bucket_lets_so_many_through_and_says_when_the_next_may_come() -> None:
    limit = Limit(3, 60)
    assert [limit.wait("a", NOON) for _ in range(3)] == [0, 0, 0]
    wait = limit.wait("a", NOON)
    assert 0 < wait <= 21
    assert limit.wait("b", NOON) == 0
    assert limit.wait("a", NOON + timedelta(seconds=wait)) == 0


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=60))
def test_never_more_than_the_bucket_and_what_flowed_in_even_when_a_clock_jumps_back(
    steps: list[float],
) -> None:
    limit, now, passed = Limit(5, 50), NOON, 0
    latest = flowed = 0.0
    for step in steps:
        before, now = now, now + timedelta(seconds=step)
        flowed += max((now - before).total_seconds(), 0.0)
        passed += limit.wait("a", now) == 0
        latest = flowed
    assert passed <= 5 + latest * 5 / 50 + 1e-6
