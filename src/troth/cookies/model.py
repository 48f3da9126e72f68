"""What a site may load: declared items, the choices a visitor has about them, and what the visitor said.

A choice is as fine as the policy's own words let it be: two items that hang on one consent, or on one objection, are one choice,
because whoever said yes to one has said yes to the other as far as the gate can tell.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

KINDS: Final = ("cookie", "local_storage", "beacon")
"""Kinds of collection point that belong to a site; a pixel and a tracked link belong to a mail."""
STORED: Final = ("cookie", "local_storage")
NECESSARY: Final = frozenset({"dpv:ServiceProvision", "dpv:EnforceSecurity"})
"""Purposes that the service a visitor asked for cannot do without. Chosen: no text lists them."""
OWN: Final = "troth_choice"
"""The one cookie of the banner itself, set after a choice and never before."""
LASTS: Final = 180 * 86_400
"""Seconds a choice is remembered on the device before the visitor is asked again. Chosen, not promised by any text."""


ALL, NONE, SOME = "all", "none", "some"
"""How much somebody agreed to: everything offered, nothing that can be off, or a part."""


class Mode(StrEnum):
    """How a choice stands before the visitor has said anything."""

    ASKED = "asked"
    """Off, until a clear yes: the enforced reading asks for one."""
    OPEN = "open"
    """On, until a no: the enforced reading takes browsing on, after the notice, for enough."""
    NECESSARY = "necessary"
    """On: what the visitor asked for cannot be done without it, and the enforced reading asks for nothing."""
    SHUT = "shut"
    """Off, and not offered: what the policy asks for is nothing that a banner can get."""


@dataclass(frozen=True, slots=True)
class Served:
    """One item serving one purpose: the smallest thing the engine can be asked about."""

    point: str
    what: str
    purpose: str
    data: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """What a visitor can say yes or no to as a whole.

    `gives` are facts that a yes puts on record (`consent:…`, `allowed:…`), `rests` those that browsing on brings (`accepted`,
    deemed consents), `shows` notices that must have been shown, `stops` objections that a no raises.
    """

    id: str
    mode: Mode
    served: tuple[Served, ...]
    gives: tuple[str, ...] = ()
    rests: tuple[str, ...] = ()
    shows: tuple[str, ...] = ()
    stops: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()

    @property
    def purposes(self) -> tuple[str, ...]:
        """What it is for, without repetition."""
        return tuple(dict.fromkeys(one.purpose for one in self.served))

    @property
    def points(self) -> tuple[str, ...]:
        """The items it is about, without repetition."""
        return tuple(dict.fromkeys(one.point for one in self.served))

    @property
    def offered(self) -> bool:
        """Whether a visitor can turn it on or off."""
        return self.mode is not Mode.SHUT


@dataclass(frozen=True, slots=True)
class Plan:
    """All choices of one policy version under one reading."""

    policy: str
    choices: tuple[Choice, ...]

    def get(self, id: str) -> Choice | None:
        """The choice of that id."""
        return next((one for one in self.choices if one.id == id), None)

    def before(self, *, signal: bool) -> frozenset[str]:
        """What is on before anybody chose: less under a signal such as Global Privacy Control, which is never a yes."""
        modes = (Mode.NECESSARY,) if signal else (Mode.NECESSARY, Mode.OPEN)
        return frozenset(one.id for one in self.choices if one.mode in modes)

    @property
    def offered(self) -> frozenset[str]:
        """What a visitor can turn on."""
        return frozenset(one.id for one in self.choices if one.offered)

    def how(self, on: frozenset[str]) -> str:
        """How much a visitor agreed to who turned these on."""
        if on >= self.offered:
            return ALL
        return SOME if on - self.before(signal=True) else NONE


@dataclass(frozen=True, slots=True)
class Site:
    """Where a company's site lives, and what its declared items are called there.

    `origins` may ask from a browser, `domain` is the one that shares a choice among its sub-domains ('' = the host alone),
    `policy` the address of the published text, `names` the declared point of each cookie or storage item; a name may end in `*`.
    Where no item was given a name, undeclared ones are told of and left in place: the site was never gone through.
    """

    origins: tuple[str, ...] = ()
    domain: str = ""
    policy: str = ""
    names: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Said:
    """What a visitor said: which choices are on, how it was shown, and whether a signal stood beside it."""

    on: frozenset[str]
    language: str
    interface: str
    signal: bool = False


@dataclass(frozen=True, slots=True)
class Made:
    """A choice on record: as `Said`, with policy, instant and what stood preselected."""

    said: Said
    policy: str
    preselected: frozenset[str]
    how: str
    at: datetime
    sequence: int


@dataclass(frozen=True, slots=True)
class Day:
    """The choices of one day: how many of each kind, and how many beside a signal."""

    day: str
    all: int
    none: int
    some: int
    signals: int


@dataclass(frozen=True, slots=True)
class Stranger:
    """An item nobody declared, as visitors' browsers reported it: what kind, which name, refused or found in place, how often."""

    what: str
    name: str
    refused: bool
    days: int
    first: datetime
    last: datetime
