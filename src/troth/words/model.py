"""How a person lies in a map: the head that says whether the words may be believed, and the shape that says what bits mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import Any, Final, Protocol

LANE_BITS: Final = 62
NEVER: Final = (1 << 40) - 1
"""The second after which nothing changes by itself."""
MOST_VERSIONS: Final = 256

Hit = tuple[int, int, tuple[int, ...]]
"""What a look-up found: the epoch, the number of the policy version in its shape, the lanes."""


class Cells(Protocol):
    """A column of 64-bit numbers. Each is read and written whole: a reader sees the old one or the new one, never a mixture."""

    def __getitem__(self, at: int, /) -> int:
        """The number there."""

    def __setitem__(self, at: int, value: int, /) -> None:
        """Put a number there."""


class State(IntEnum):
    """Whether the words of a person may be believed."""

    CLOSED = 0
    """Not now: read the database, and pack the person again when nobody is changing anything."""
    OPEN = 1
    """Yes, until the next change that comes by itself."""
    THROUGH = 2
    """The person cannot be told in words (several versions bind, something is in doubt): read the database."""


# A head, from its lowest bit: 40 bits the second of the next change, 8 the version, 2 the state, 14 count the changes.
UNTIL: Final = NEVER
_VERSION_AT, _STATE_AT, _COUNT_AT = 40, 48, 50
STATE: Final = 3 << _STATE_AT
OPEN: Final = State.OPEN << _STATE_AT
_COUNT: Final = (1 << 14) - 1


def head_of(state: State, before: int, *, version: int = 0, until: int = 0) -> int:
    """The head that follows another: a reader who saw the one before can tell that there was a change."""
    count = (before >> _COUNT_AT) + 1 & _COUNT
    return count << _COUNT_AT | state << _STATE_AT | version << _VERSION_AT | until


def state_of(head: int) -> State:
    """Whether the words under this head may be believed."""
    return State(head >> _STATE_AT & 3)


def version_of(head: int) -> int:
    """The number of the policy version under which these words were packed."""
    return head >> _VERSION_AT & 255


@dataclass(frozen=True, slots=True)
class Packed:
    """A person as words: under which version of the shape, the lanes, the second at which they were true and the one at which
    they stop being so by themselves."""

    version: int
    lanes: tuple[int, ...]
    at: int
    until: int = NEVER


@dataclass(frozen=True)
class VersionShape:
    """Where the facts of one policy version lie.

    `positions` is a bit for each fact, counted through the lanes; `strict` the value that forbids, for those facts of which
    one value can only ever forbid. A restriction writes that value at once; without one it closes the person.
    """

    digest: str
    positions: Mapping[str, int]
    strict: Mapping[str, int]

    def as_json(self) -> dict[str, Any]:
        """As it stands in a map, so that every reader of the map knows what its bits mean."""
        return {"digest": self.digest, "positions": dict(self.positions), "strict": dict(self.strict)}


@dataclass(frozen=True)
class Shape:
    """What the bits of an epoch mean: a layout for each policy version that may bind somebody.

    It holds from `since` until `until` (seconds): then another version is in force for those whom no version binds.
    """

    versions: tuple[VersionShape, ...]
    since: float
    until: float

    @cached_property
    def lanes(self) -> int:
        """How many lanes a person takes: as many as the version with the most facts."""
        most = max((at for one in self.versions for at in one.positions.values()), default=0)
        return most // LANE_BITS + 1

    @cached_property
    def numbers(self) -> dict[str, int]:
        """The number of each version, by digest."""
        return {one.digest: number for number, one in enumerate(self.versions)}

    def as_json(self) -> dict[str, Any]:
        """As it stands in a map."""
        return {
            "versions": [one.as_json() for one in self.versions],
            "since": self.since,
            "until": self.until,
        }

    @classmethod
    def of_json(cls, found: Mapping[str, Any]) -> Shape:
        """Read back from a map."""
        versions = tuple(VersionShape(v["digest"], v["positions"], v["strict"]) for v in found["versions"])
        return cls(versions, found["since"], found["until"])
