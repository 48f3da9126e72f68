"""What a search through the stores came to, whichever right it was for: rows, what would be done where, what stays, what is in the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from troth.datamap import Plan
from troth.datamap.changing import Changing


@dataclass(frozen=True, slots=True)
class Found:
    """Counts and ids alone: nothing of anybody."""

    rows: Mapping[str, int]
    """How many rows are theirs, by dataset."""
    systems: tuple[str, ...] = ()
    tell: tuple[str, ...] = ()
    obstacles: tuple[str, ...] = ()
    undone: tuple[str, ...] = ()
    """Datasets in which something is still to be done."""
    stays: tuple[Mapping[str, Any], ...] = ()
    said: Mapping[str, Any] = field(default_factory=dict)
    """What a plan says of itself, for whoever looks at it."""


def of_rows(rows: Mapping[str, Sequence[Any]]) -> dict[str, int]:
    """How many there are in each dataset."""
    return {name: len(found) for name, found in rows.items()}


def of_plan(rows: Mapping[str, int], plan: Plan, more: Sequence[Mapping[str, Any]] = ()) -> Found:
    """What an erasure would do; `more` is what stays because it is not part of it."""
    stays = (*(stay.as_json() for stay in plan.stays), *more)
    said = {
        "acts": [act.as_json() for act in plan.acts], "stays": list(stays),
        "backups": [{"id": one.id, "kept": str(one.kept or "")} for one in plan.backups], "tell": list(plan.tell),
    }  # fmt: skip
    undone = tuple(dict.fromkeys(act.dataset for act in plan.acts if act.removes))
    return Found(rows, plan.systems, plan.tell, tuple(map(str, plan.obstacles)), undone, stays, said)


def of_changing(
    rows: Mapping[str, int], changing: Changing, tell: Sequence[str], more: Mapping[str, Any]
) -> Found:
    """What would be written; `more` is what else is to be told of it."""
    stays = tuple(one.as_json() for one in changing.left)
    said = {**changing.as_json(), "stays": list(stays), "tell": list(tell), **more}
    obstacles = tuple(map(str, changing.obstacles))
    return Found(rows, changing.systems, tuple(tell), obstacles, tuple(changing.changes), stays, said)
