"""Ways out of a denial: combinations of what each obstacle lacks, each tried for real.

One round: a fact that removes one obstacle and wakes another bar is tried as it is, and not followed up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice, product

from troth.decide.model import Obstacle
from troth.policy.facts import Way

NAMING = "name the "
"""How a step begins that names a side of the question."""
MOST_MISSING = 8
"""How many ways out an answer lists at most."""
MOST_TRIED = 512
"""How many combinations are looked at for them."""

Missing = tuple[tuple[str, ...], ...]


def naming_first(obstacles: Iterable[Obstacle]) -> Missing | None:
    """What must be named before facts can help, as steps; None where nothing must, nothing at all where naming is no help."""
    obstacles = tuple(obstacles)
    sides = sorted({obstacle.name for obstacle in obstacles if obstacle.name})
    if any(one.code in ("undeclared", "outside") and not one.name for one in obstacles):
        return ()
    return (tuple(f"{NAMING}{side}" for side in sides),) if sides else None


def ways_out(choices: list[list[Way]], mends: Callable[[Way], bool]) -> Missing:
    """The smallest sets of literals that permit: one choice for each obstacle, none left where an obstacle has no choice.

    Smallest first, then alphabetical; at most MOST_MISSING of them.
    """
    if not all(choices):
        return ()
    found: set[Way] = set()
    for combination in islice(product(*choices), MOST_TRIED):
        wanted = tuple(sorted({literal for way in combination for literal in way}))
        if wanted not in found and mends(wanted):
            found.add(wanted)
    named = (tuple(map(str, way)) for way in _smallest(found))
    return tuple(sorted(named, key=lambda way: (len(way), way))[:MOST_MISSING])


def _smallest(ways: set[Way]) -> Iterator[Way]:
    return (way for way in ways if not any(set(other) < set(way) for other in ways))
