"""How many are in which state, as stripes of a bar drawn on the server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from troth.promises.model import State


@dataclass(frozen=True, slots=True)
class Stripe:
    """One stripe: its state, where it begins and how wide it is, in hundredths of the bar."""

    state: State
    x: float
    width: float


def stripes(counts: Mapping[State, int]) -> tuple[Stripe, ...]:
    """The stripes of a bar; none where nothing is counted."""
    total = sum(counts.values())
    found: list[Stripe] = []
    x = 0.0
    for state in State:
        width = 100 * counts.get(state, 0) / total if total else 0.0
        if width:
            found.append(Stripe(state, round(x, 3), round(width, 3)))
        x += width
    return tuple(found)
