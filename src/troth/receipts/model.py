"""A receipt, what a check of one finds, and which entries of the ledger have one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from troth.consent import evidence

Claims = dict[str, Any]
"""A consent record as JSON-LD: plain JSON values."""


class Outcome(StrEnum):
    """What is said of a receipt that somebody shows."""

    VALID = "valid"
    FORGED = "forged"
    OTHER_PERSON = "other_person"
    """It is ours and unaltered, and speaks of somebody else than the person it was shown for."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt: the compact JWS, what it says, and the proof that its entry lies under a signed checkpoint.

    `proof` is a C2SP tlog-proof that holds for good, '' as long as no checkpoint covers the entry. It stands beside the JWS
    and not in it, so that the same entry gives the same claims whenever it is asked for.
    """

    sequence: int
    jws: str
    claims: Claims
    proof: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found: the outcome, why, and what the receipt says where its signature holds."""

    outcome: Outcome
    reason: str
    claims: Claims | None = None
    proven: bool = False
    """Whether a proof came along that holds: the entry lies under a checkpoint signed by the same ledger."""


@dataclass(frozen=True, slots=True)
class ActKind:
    """What an act is called on a receipt, and its DPV term ('' = DPV has none)."""

    name: str
    dpv: str = ""


ACTS: Final[Mapping[str, ActKind]] = MappingProxyType(
    {
        f"{evidence.ITEM}given": ActKind("given", "dpv:ConsentGiven"),
        f"{evidence.ITEM}refused": ActKind("refused", "dpv:ConsentRefused"),
        f"{evidence.ITEM}withdrawn": ActKind("withdrawn", "dpv:ConsentWithdrawn"),
        f"{evidence.ITEM}expired": ActKind("expired", "dpv:ConsentExpired"),
        evidence.ACCEPTED: ActKind("accepted"),
        evidence.DECLINED: ActKind("declined"),
        evidence.RAISED: ActKind("objected", "dpv:ObjectingToProcess"),
        evidence.LIFTED: ActKind("objection lifted"),
    }
)
"""The kinds of entries that have a receipt: every act on consent, acceptance and objection, and a consent's running out."""
