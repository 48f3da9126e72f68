"""The plan of an erasure: which system, which rows, in what order, what stays and why, what would break; pure.

A plan is shown before it runs, and refuses itself with one clear sentence where a constraint of a store would be broken or
rows of others would go. Its making asks the stores one thing: how many rows refer to those that would go.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from troth.datamap.connector import Key
from troth.datamap.fitting import Treatment
from troth.datamap.model import Backup


@dataclass(frozen=True, slots=True)
class Act:
    """One step in one dataset: rows that go, or fields of rows that are written."""

    system: str
    dataset: str
    keys: tuple[Key, ...]
    treatments: tuple[Treatment, ...] = ()
    """Empty: the rows go."""
    because: str = ""

    @property
    def removes(self) -> bool:
        """Whether the rows go."""
        return not self.treatments

    def as_json(self) -> dict[str, Any]:
        """The step without any key of anybody."""
        fields = {one.field: one.way.value for one in self.treatments}
        verb = "remove" if self.removes else "change"
        return {"system": self.system, "dataset": self.dataset, "verb": verb, "rows": len(self.keys), "fields": fields,
                "because": self.because}  # fmt: skip

    def __str__(self) -> str:
        rows = f"{len(self.keys)} row{'' if len(self.keys) == 1 else 's'}"
        if self.removes:
            return f"remove {rows} of {self.dataset}"
        fields = ", ".join(f"{one.field} → {one.way.value}" for one in self.treatments)
        return f"change {rows} of {self.dataset}: {fields}{f' ({self.because})' if self.because else ''}"


@dataclass(frozen=True, slots=True)
class Stay:
    """What stays, how much of it, and why."""

    dataset: str
    rows: int
    fields: tuple[str, ...]
    """Empty: whole rows."""
    because: str
    cite: str = ""
    retention: str = ""

    def as_json(self) -> dict[str, Any]:
        """As plain values."""
        return {"dataset": self.dataset, "rows": self.rows, "fields": list(self.fields), "because": self.because,
                "cite": self.cite, "retention": self.retention}  # fmt: skip

    def __str__(self) -> str:
        what = f"{', '.join(self.fields)} of " if self.fields else ""
        cited = f" ({self.cite})" if self.cite else ""
        return f"keep {what}{self.rows} row{'' if self.rows == 1 else 's'} of {self.dataset}: {self.because}{cited}"


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why an erasure cannot run as the map says: one sentence, and how to mend it."""

    dataset: str
    message: str
    help: str

    def __str__(self) -> str:
        return f"{self.message} {self.help}"


@dataclass(frozen=True, slots=True)
class Plan:
    """Steps in their order, what stays, what stands in the way, and which copies can bring the person back."""

    acts: tuple[Act, ...] = ()
    stays: tuple[Stay, ...] = ()
    obstacles: tuple[Obstacle, ...] = ()
    backups: tuple[Backup, ...] = ()
    tell: tuple[str, ...] = ()
    """Sub-processors to whom the erasure is to be told."""
    notes: tuple[str, ...] = field(default=())
    """What the store will do by itself."""

    @property
    def refusal(self) -> str:
        """One sentence when the plan refuses itself, else nothing."""
        if not self.obstacles:
            return ""
        more = f" (and {len(self.obstacles) - 1} more)" if len(self.obstacles) > 1 else ""
        return f"{self.obstacles[0].message}{more}"

    @property
    def systems(self) -> tuple[str, ...]:
        """The systems it acts in, in order."""
        return tuple(dict.fromkeys(act.system for act in self.acts))

    def of_system(self, system: str) -> tuple[Act, ...]:
        """The steps in one system, in order."""
        return tuple(act for act in self.acts if act.system == system)

    def as_json(self) -> dict[str, Any]:
        """As plain values, without any key of anybody."""
        return {
            "refused": bool(self.obstacles),
            "refusal": self.refusal,
            "acts": [act.as_json() for act in self.acts],
            "stays": [stay.as_json() for stay in self.stays],
            "obstacles": [
                {"dataset": o.dataset, "message": o.message, "help": o.help} for o in self.obstacles
            ],
            "backups": [{"id": b.id, "kept": str(b.kept or "")} for b in self.backups],
            "tell": list(self.tell),
            "notes": list(self.notes),
        }

    def __str__(self) -> str:
        lines = [f"{number}. {act}" for number, act in enumerate(self.acts, 1)]
        lines += [str(stay) for stay in self.stays]
        lines += [f"copy {one.id}: kept {one.kept or 'without end'}" for one in self.backups]
        lines += [f"tell {one}" for one in self.tell] + list(self.notes)
        return "\n".join([*lines, *(f"REFUSED: {one}" for one in self.obstacles)])


def in_order(
    tables: Sequence[str], refers: Mapping[str, set[str]]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Tables so that each comes before those it refers to, and the tables that refer to each other in a ring.

    `refers` says for each table to which others it refers; itself does not count.
    """
    left: dict[str, None] = dict.fromkeys(tables)
    order: list[str] = []
    while left:
        free = [
            one for one in left if not any(one in refers.get(other, set()) for other in left if other != one)
        ]
        if not free:
            return tuple(order), tuple(left)
        for one in free:
            del left[one]
        order += free
    return tuple(order), ()
