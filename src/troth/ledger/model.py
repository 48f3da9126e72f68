"""The envelope of an event: what a room drafts, and what stands in the ledger for good."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final

from troth.ledger.errors import DraftRefused

_KIND: Final = re.compile(r"[a-z][a-z0-9_-]*(:[a-z][a-z0-9_-]*){2}")
_ORGANISATION: Final = re.compile(r"[a-z][a-z0-9_-]{0,63}")
_CODE: Final = re.compile(r"[^\s\"\\@\x00-\x1f\x7f\ud800-\udfff]{1,160}")
MOST_CODES: Final = 256


class Origin(StrEnum):
    """Where an event comes from; one is never shown as another."""

    OBSERVED = "observed"
    EXAMPLE = "example"
    IMPORTED = "imported"
    ATTESTED = "attested"


@dataclass(frozen=True, slots=True)
class Draft:
    """An event a room wants recorded.

    `subject` is the random id of a subject within its organisation; the ledger stores only its pseudonym. `codes` are
    short and never personal (outcome, ground, statement ids): they are readable for ever. `payload` holds plain JSON
    values and may be personal: the ledger stores it beside the entry and commits to it under a salt. `policy` is the
    digest of the policy version and `rule` the version of the rules under which it happened, where there are such.

    Raises DraftRefused when a field has not the form the envelope allows.
    """

    kind: str
    occurred_at: datetime
    subject: str | None = None
    policy: str | None = None
    rule: str | None = None
    codes: tuple[str, ...] = ()
    payload: Mapping[str, object] | None = None
    origin: Origin = Origin.OBSERVED
    schema: int = 1

    def __post_init__(self) -> None:
        check_kind(self.kind)
        check_codes(self.codes)
        if self.occurred_at.utcoffset() != timedelta(0):
            raise DraftRefused(
                f"{self.kind}: occurred_at is no instant in UTC.", "Hand in an aware datetime in UTC."
            )
        if self.schema < 1:
            raise DraftRefused(f"{self.kind}: the schema version counts from 1")
        if self.subject == "":
            raise DraftRefused(f"{self.kind}: an empty subject; leave it out where there is none")
        if self.policy is not None:
            check_codes((self.policy,))
        if self.rule is not None:
            check_codes((self.rule,))


@dataclass(frozen=True, slots=True)
class Event:
    """An entry of the ledger as today's program reads it: its header, upcast where its kind was written by older ones.

    `subject` is a pseudonym; `commitment` is the hex HMAC of the payload under the entry's own salt.
    """

    organisation: str
    sequence: int
    kind: str
    schema: int
    occurred_at: datetime
    recorded_at: datetime
    subject: str | None
    policy: str | None
    rule: str | None
    origin: Origin
    codes: tuple[str, ...]
    commitment: str | None


@dataclass(frozen=True, slots=True)
class Head:
    """How many entries an organisation's ledger holds, and the root of the Merkle tree over all of them."""

    organisation: str
    size: int
    root: bytes


@lru_cache(maxsize=1024)
def check_kind(kind: str) -> str:
    """The kind, when it reads noun:subnoun:verb; raises DraftRefused."""
    if not _KIND.fullmatch(kind) or len(kind) > 128:
        raise DraftRefused("the kind of an event reads noun:subnoun:verb in lower case")
    return kind


@lru_cache(maxsize=1024)
def check_organisation(organisation: str) -> str:
    """The organisation's id, when it is lower-case letters, digits, - and _; raises DraftRefused."""
    if not _ORGANISATION.fullmatch(organisation):
        raise DraftRefused("an organisation's id has up to 64 lower-case letters, digits, - and _")
    return organisation


@lru_cache(maxsize=8192)
def check_codes(codes: tuple[str, ...]) -> tuple[str, ...]:
    """The codes, when each is short, of one word, and no address; raises DraftRefused without repeating them."""
    if len(codes) > MOST_CODES:
        raise DraftRefused(f"an event carries at most {MOST_CODES} codes; put the rest into its payload")
    for code in codes:
        if not _CODE.fullmatch(code):
            raise DraftRefused("a code is 1 to 160 characters without blanks, quotes, backslashes or @")
    return codes
