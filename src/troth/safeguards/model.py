"""A proof: what somebody or some probe says of one item of evidence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Proof:
    """That an item of a safeguard was seen (`passed`) or looked for and not found, at an instant.

    `item` counts from 1 in the order of the policy. `by` is the id of a member of staff, or `probe:NAME`; `document` the digest of
    what was seen; `until` when it runs out at the latest; `heads` how many people were counted; `grade` how it was seen: probe,
    read_back, signed, log or attestation.
    """

    safeguard: str
    item: int
    at: datetime
    by: str
    passed: bool = True
    document: str = ""
    until: datetime | None = None
    heads: int | None = None
    grade: str = "attestation"
