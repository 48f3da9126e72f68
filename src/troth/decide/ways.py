"""Ways out of a denial: every smallest set of facts that permits, found by mending one obstacle after the other.

From the facts as they are, one obstacle that stands is mended in each of the ways there are; what then stands is mended in turn,
until the question is permitted. Whatever permits must mend each obstacle it meets in one of its ways, so no set is missed; the
smallest sets are looked at first, so that none is listed that holds another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from heapq import heappop, heappush

from troth.decide.model import Obstacle
from troth.policy.facts import Literal, Way

NAMING = "name the "
"""How a step begins that names a side of the question."""
MOST_MISSING = 8
"""How many ways out an answer lists at most."""
MOST_TRIED = 512
"""How many sets are tried for them."""

Missing = tuple[tuple[str, ...], ...]
Family = frozenset[frozenset[Literal]]
"""Every way to mend one obstacle, each as what it still lacks; none holds another."""


def naming_first(obstacles: Iterable[Obstacle]) -> Missing | None:
    """What must be named before facts can help, as steps; None where nothing must, nothing at all where naming is no help."""
    obstacles = tuple(obstacles)
    sides = sorted({obstacle.name for obstacle in obstacles if obstacle.name})
    if any(one.code in ("undeclared", "outside") and not one.name for one in obstacles):
        return ()
    return (tuple(f"{NAMING}{side}" for side in sides),) if sides else None


def family(ways: Iterable[Iterable[Literal]], holds: Callable[[Literal], bool]) -> Family:
    """What each way still lacks, without ways that contradict themselves and those that ask for more than another."""
    sets = {frozenset(way) for way in ways}
    lacking = {
        frozenset(one for one in way if not holds(one))
        for way in sets
        if not any(one.inverse() in way for one in way)
    }
    return frozenset(way for way in lacking if not any(other < way for other in lacking))


def ways_out(standing: Callable[[Way], list[Family] | None]) -> tuple[Missing, bool]:
    """The smallest sets of literals that permit, and whether there may be more than are listed.

    `standing` tells what stands in the way once some literals have come true, None when nothing does. Sets that change who a
    person is (`is:`) come last; then the smallest first, then alphabetical. At most MOST_MISSING are listed, and at most
    MOST_TRIED sets tried.
    """
    found: list[frozenset[Literal]] = []
    start: frozenset[Literal] = frozenset()
    seen, open_sets = {start}, [(_rank(start), start)]
    for _ in range(MOST_TRIED):
        if not open_sets or len(found) == MOST_MISSING:
            break
        _, wanted = heappop(open_sets)
        if any(one <= wanted for one in found):
            continue
        families = standing(tuple(sorted(wanted)))
        if families is None:
            found.append(wanted)
            continue
        for way in min(families, key=_hardest_first, default=()):
            more = wanted | way
            if more not in seen and not any(literal.inverse() in more for literal in way):
                seen.add(more)
                heappush(open_sets, (_rank(more), more))
    listed = tuple(tuple(map(str, sorted(one))) for one in found)
    return listed, any(not any(one <= rest for one in found) for _, rest in open_sets)


def _hardest_first(ways: Family) -> tuple[int, list[tuple[int, int, tuple[str, ...]]]]:
    return len(ways), sorted(map(_rank, ways))


def _rank(wanted: frozenset[Literal]) -> tuple[int, int, tuple[str, ...]]:
    """Where a set stands among others; whatever holds a set stands behind it."""
    changes_who = sum(literal.fact.family == "is" for literal in wanted)
    return changes_who, len(wanted), tuple(map(str, sorted(wanted)))
