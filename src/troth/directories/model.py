"""Lines of the two lists, permissions, kits, what an app reports, and what it may do now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

DEVICE_KINDS: Final = ("permission", "identifier", "sensor", "sdk")
"""Kinds of collection point that belong to an app on a device."""
COLLECTED: Final = "collected"
SHARED: Final = "shared"
LISTS: Final = (COLLECTED, SHARED)
UNDECLARED: Final = "undeclared"
"""How a name is counted that the policy does not have."""


class Moment(StrEnum):
    """When a person is asked for a permission."""

    FIRST_START = "first_start"
    FIRST_USE = "first_use"


class Start(StrEnum):
    """How a run of an app began."""

    PERSON = "person"
    """Somebody opened it."""
    ITSELF = "itself"
    """It started again in the background."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a list: by which point or recipient which data go for which purpose, in which features (scenes).

    `by` is the key of a statement (`point:…`, `recipient:…`), '' where data of a purpose come by no point that is declared.
    """

    list: str
    by: str
    what: str
    purpose: str
    data: tuple[str, ...]
    features: tuple[str, ...] = ()
    link: str = ""
    clauses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Permission:
    """A permission of the device: the features it is tied to, when a person is asked, whether it can be switched off."""

    point: str
    what: str
    moment: str
    closable: bool
    features: tuple[str, ...]
    data: tuple[str, ...]
    purposes: tuple[str, ...]
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Kit:
    """A kit of another vendor inside an app."""

    point: str
    vendor: str
    data: tuple[str, ...]
    purposes: tuple[str, ...]
    features: tuple[str, ...]
    link: str
    clauses: tuple[str, ...]


Open = Mapping[str, Mapping[str, tuple[str, ...]]]
"""By point and purpose, the categories that may be read or sent now; what is not there may not."""


@dataclass(frozen=True, slots=True)
class Asking:
    """How a permission stands: open or not, when it may be asked for, in which features, and whether that would open anything."""

    open: bool
    moment: str
    features: tuple[str, ...]
    asked: bool
    ready: bool

    def as_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {
            "open": self.open, "prompt": self.moment, "features": list(self.features), "asked": self.asked, "ready": self.ready,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Allowed:
    """All that an app may do for one person now, as the engine says: what is not named here may not be done."""

    policy: str
    permissions: Mapping[str, Asking]
    reads: Open
    kits: Open
    uses: Mapping[str, tuple[str, ...]]
    features: Mapping[str, bool]

    def as_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {
            "policy": self.policy,
            "permissions": {id: one.as_json() for id, one in sorted(self.permissions.items())},
            "reads": _plain(self.reads),
            "kits": _plain(self.kits),
            "uses": {purpose: list(data) for purpose, data in sorted(self.uses.items())},
            "features": dict(sorted(self.features.items())),
        }


def _plain(open: Open) -> dict[str, Any]:
    return {
        id: {purpose: list(data) for purpose, data in sorted(served.items())}
        for id, served in sorted(open.items())
    }


KINDS: Final = ("prompt", "read", "send", "use", "switch", "confirm", "shown", "class")


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that an app reports. `number` counts up for each installation: what came before is not taken twice.

    `done` is False for what the app kept itself from doing. `point` is a permission, identifier or kit by the policy's id (or, of
    a kit that has none, the name it has in the build), `said` what the person answered, or the state of a switch.
    """

    kind: str
    number: int
    at: datetime
    point: str = ""
    feature: str = ""
    data: tuple[str, ...] = ()
    purpose: str = ""
    moment: str = ""
    said: str = ""
    language: str = ""
    times: int = 1
    done: bool = True
    papers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an entry: `taken`, `permitted`, `refused`, `breach` or `again`, with the reason in a stable word, and what
    would have been missing."""

    number: int
    outcome: str
    reason: str = ""
    missing: tuple[tuple[str, ...], ...] = ()
    sequence: int | None = None

    def as_json(self) -> dict[str, Any]:
        """As plain JSON values; what is empty is left out."""
        found: dict[str, Any] = {"number": self.number, "outcome": self.outcome}
        found |= {"reason": self.reason} if self.reason else {}
        found |= {"missing": [list(way) for way in self.missing]} if self.missing else {}
        return found | ({"sequence": self.sequence} if self.sequence is not None else {})


@dataclass(frozen=True, slots=True)
class Installed:
    """An installation of an app, as its reports tell: which version runs, how many runs there were, which number came last."""

    subject: str
    app: str
    version: str
    policy: str
    sessions: int
    upto: int
    told_to: datetime
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt that a person saw."""

    point: str
    moment: str
    said: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something about apps that should not be, and how often and when it was met: `what` is a stable word, `name` what it is about."""

    what: str
    name: str
    breach: bool
    times: int
    first: datetime
    last: datetime
    sequence: int


@dataclass(frozen=True, slots=True)
class Deed:
    """One kind of act: how often and when last, with which categories (and how often each), by which point, for what, to whom."""

    action: str
    purpose: str
    recipient: str
    point: str
    count: int = 0
    breaches: int = 0
    last: datetime | None = None
    data: Mapping[str, int] = field(default_factory=dict)
