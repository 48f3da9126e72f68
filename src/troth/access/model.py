"""Fields, cells, tokens, and what is asked and told about them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as default
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from troth.access.errors import FieldUnknown
from troth.kernel.ids import StaffId

_FIELD: Final = re.compile(r"[a-z][a-z0-9_]{0,63}\.[a-z][a-z0-9_]{0,63}")
LONGEST_VALUE: Final = 65_536
"""No value of a cell is longer, in bytes of UTF-8."""
LONGEST_TOKEN: Final = timedelta(hours=8)
"""No access token lasts longer: a working day. Chosen, not promised by any text."""


def field_name(text: str) -> str:
    """The name of a field, `table.column`. Raises FieldUnknown without repeating what is none."""
    if not _FIELD.fullmatch(text):
        raise FieldUnknown("A field is named table.column, in lower case.", "Declare it under such a name.")
    return text


@dataclass(frozen=True, slots=True)
class Field:
    """A column of which people have sealed values: its category in the policy, and the purposes for which values are found."""

    name: str
    category: str
    search: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """A sealed field of a subject, by pseudonym. `version` counts the values it has had."""

    subject: str
    field: str
    version: int
    sealed: bytes
    written_at: datetime

    @property
    def place(self) -> str:
        """What the ciphertext is bound to beside the subject: no other cell, and no other version of this one, opens it."""
        return place_of(self.field, self.version)


def place_of(name: str, version: int) -> str:
    """The place of a version of a cell, as a ciphertext names it."""
    return f"access_cells.sealed:{name}:{version}"


@dataclass(frozen=True, slots=True)
class Token:
    """What an access token says: who reads, in which role, for which purpose, from when until before when.

    Of the token itself only a digest is kept.
    """

    id: str
    digest: str
    member: StaffId
    role: str
    purpose: str
    issued_at: datetime
    expires_at: datetime

    def live(self, at: datetime) -> bool:
        """Whether it counts at an instant."""
        return self.issued_at <= at < self.expires_at


@dataclass(frozen=True, slots=True)
class Issued:
    """A token that was made: `text` is shown this once."""

    text: str
    token: Token


@dataclass(frozen=True, slots=True)
class Put:
    """Values to be kept for a subject, by field; each takes the place of the one before."""

    subject: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Wrote:
    """The version at which each field of a subject now stands."""

    subject: str
    versions: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Asked:
    """Fields of a subject that somebody with a token wants to read."""

    token: str
    subject: str
    fields: tuple[str, ...]


class Outcome(StrEnum):
    """What became of one field that was asked for."""

    READ = "read"
    REFUSED = "refused"
    ABSENT = "absent"
    """Nothing is kept there."""
    GONE = "gone"
    """Its key was destroyed."""


@dataclass(frozen=True, slots=True)
class Told:
    """What is told about one field: its value, or why not and what is missing."""

    field: str
    outcome: Outcome
    value: str = ""
    reason: str = ""
    missing: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Counted:
    """How many reads there were in a role, for a purpose, from one origin."""

    role: str
    purpose: str
    origin: str
    permitted: int
    refused: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class ObservedRead:
    """A read that was seen outside, in the log of a store perhaps: of which field of whom, when, and by whom if that is known."""

    subject: str
    field: str
    at: datetime
    role: str = ""
    member: str = ""
    where: str = ""
    how: str = "log"
    more: Mapping[str, object] = default(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class FoundRead:
    """What an observed read was: the entry that permitted it, or a breach."""

    breach: bool
    sequence: int
    permitted_by: int | None = None
