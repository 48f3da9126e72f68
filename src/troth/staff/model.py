"""What is on record about somebody who works here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from troth.kernel.ids import StaffId


@dataclass(frozen=True, slots=True)
class Held:
    """A role somebody holds, from an instant until before another."""

    role: str
    since: datetime
    until: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """Whether it is in force at an instant."""
        return self.since <= at and (self.until is None or at < self.until)


@dataclass(frozen=True, slots=True)
class Training:
    """A course somebody took: good from the instant it was taken until before it expires.

    `course` is the id of `decide.reads.course_id`; `document` the digest of its certificate, where there is one.
    """

    course: str
    taken: datetime
    expires: datetime
    document: str = ""

    def holds(self, at: datetime) -> bool:
        """Whether it is current at an instant."""
        return self.taken <= at < self.expires


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who works here. `named` is the ledger entry whose sealed payload holds the display name, if one was given."""

    id: StaffId
    since: datetime
    left: datetime | None = None
    named: int | None = None
    roles: tuple[Held, ...] = ()
    trainings: tuple[Training, ...] = ()

    def holds(self, role: str, at: datetime) -> bool:
        """Whether the role is held at an instant, by somebody who still works here."""
        return self.left is None and any(one.role == role and one.holds(at) for one in self.roles)

    def courses(self, at: datetime) -> frozenset[str]:
        """The ids of the courses that are current at an instant."""
        return frozenset(one.course for one in self.trainings if one.holds(at))


@dataclass(frozen=True, slots=True)
class Granted:
    """What became of a grant. When it was refused, `reason` is `full` or `untrained`, and `missing` names the courses."""

    granted: bool
    reason: str = ""
    missing: tuple[str, ...] = ()
    holders: int = 0
    at_most: int | None = None
