"""Consent as state: every yes by item and kind, every no, acceptances, objections; and the table of allowed moves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class ConsentKind(StrEnum):
    """How clearly somebody said yes."""

    DEEMED = "deemed"
    EXPLICIT = "explicit"
    SEPARATE = "separate"
    GUARDIAN = "guardian"


class ConsentAct(StrEnum):
    """What happens to a consent."""

    GIVEN = "given"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class AcceptanceKind(StrEnum):
    """What a person does with a policy that is shown."""

    DEEMED = "deemed"
    EXPLICIT = "explicit"
    DECLINED = "declined"


SATISFIED_BY: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "deemed": frozenset({"deemed", "explicit", "separate", "guardian"}),
        "explicit": frozenset({"explicit", "separate"}),
        "separate": frozenset({"separate"}),
        "guardian": frozenset({"guardian"}),
    }
)
"""For each kind that an item may ask for, the kinds of yes that are enough (GDPR 4(11), 8; PIPL 14, 23, 25, 26, 29, 31, 39)."""

NO: Final = ""
"""The kind under which a refusal, a withdrawal or a lapse stands: it is about the item, whatever kind of yes it ends."""


class Stand(StrEnum):
    """Where an item stands, as far as it matters to the next act."""

    OPEN = "open"
    YES = "yes"
    NO = "no"


MOVES: Final[Mapping[tuple[Stand, ConsentAct, bool], bool]] = MappingProxyType(
    {
        (Stand.OPEN, ConsentAct.GIVEN, True): True,
        (Stand.OPEN, ConsentAct.GIVEN, False): True,
        (Stand.YES, ConsentAct.GIVEN, True): True,
        (Stand.YES, ConsentAct.GIVEN, False): True,
        (Stand.NO, ConsentAct.GIVEN, True): False,  # browsing on does not undo a no
        (Stand.NO, ConsentAct.GIVEN, False): True,
    }
)
"""Whether an act may follow, by (where it stands, act, is it merely deemed). A no is never refused, wherever it stands."""


@dataclass(frozen=True, slots=True)
class Said:
    """One yes or no: what, when, until when, under which policy, before which version of which notice, in what language."""

    act: ConsentAct
    since: datetime
    expires: datetime | None = None
    policy: str = ""
    notice: str = ""
    version: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class ConsentState:
    """All that this room knows of one person.

    `said` by item and kind (a no under the kind NO); `accepted` the policy versions by digest and kind (the digest '' for
    a decline), each with the instant; `objections` those that stand, each with the instant it was raised.
    """

    said: Mapping[tuple[str, str], Said] = field(default_factory=lambda: MappingProxyType({}))
    accepted: Mapping[tuple[str, str], datetime] = field(default_factory=lambda: MappingProxyType({}))
    objections: Mapping[str, datetime] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one consent item stands at an instant: does it count for this policy, and what was last said of which kind."""

    item: str
    holds: bool
    act: str
    kind: str
    asks_for: str
    since: datetime | None
    expires: datetime | None
    notice: str
    version: str
    language: str
