"""One row of a bench: what was measured, beside its peer and its goal."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any, TypeAlias

Row: TypeAlias = dict[str, Any]


def row(
    name: str,
    value: float,
    unit: str,
    *,
    at_least: float | None = None,
    at_most: float | None = None,
    peer: str | None = None,
    peer_value: float | None = None,
    least_ratio: float | None = None,
    smaller_is_better: bool = False,
) -> Row:
    """A row; `ratio` says how many times better than the peer we are, and below 1 how much worse.

    A goal is a bound of the value, of the ratio, or both; without any, `met` is null.
    """
    ratio = None
    if peer_value and (value or not smaller_is_better):  # nothing is not so many times less than something
        ratio = peer_value / value if smaller_is_better else value / peer_value
    goals = [
        (f">= {at_least:g} {unit}", value >= at_least) if at_least is not None else None,
        (f"<= {at_most:g} {unit}", value <= at_most) if at_most is not None else None,
        (f">= {least_ratio:g} x peer", (ratio or 0) >= least_ratio) if least_ratio is not None else None,
    ]
    asked = [goal for goal in goals if goal]
    return {
        "name": name,
        "value": _rounded(value),
        "unit": unit,
        "peer": peer,
        "peer_value": _rounded(peer_value),
        "ratio": _rounded(ratio),
        "goal": " and ".join(text for text, _ in asked) or None,
        "met": all(met for _, met in asked) if asked else None,
    }


def median_seconds(act: Callable[[], object], times: int = 5) -> float:
    """The median time that `act` takes, in seconds of the wall clock."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        act()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def _rounded(value: float | None) -> float | None:
    """Four significant digits: more would claim a precision no run has."""
    return None if value is None else float(f"{value:.4g}")
