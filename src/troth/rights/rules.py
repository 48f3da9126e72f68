"""In which order systems lose what is somebody's; pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from troth.datamap import DataMap
from troth.datamap.plan import in_order


def in_turn(map: DataMap, systems: Sequence[str], kinds: Collection[str]) -> tuple[str, ...]:
    """Systems so that each comes before those over which it is found: what was erased first leads nowhere any more, and a worker
    that dies between two of them is followed by one who still finds the rest.

    `kinds` are the kinds of identity that are proven: a system that is found by one of them needs no other. A ring of systems that
    are found over each other alone keeps the order given; then the plan is best run in one go.
    """
    found_by: dict[str, set[str]] = {one: set() for one in systems}
    own = {one.system for one in map.datasets if any(field.identity in kinds for field in one.fields)}
    for child, link in map.links():
        parent = map.dataset(link.to)
        if parent is None or parent.system == child.system:
            continue
        if link.direction.leads_down and child.system in found_by and child.system not in own:
            found_by[child.system].add(parent.system)
        if link.direction.leads_up and parent.system in found_by and parent.system not in own:
            found_by[parent.system].add(child.system)
    order, ring = in_order(tuple(systems), found_by)
    return (*order, *ring)
