"""What this room records. Codes name role, purpose, field and staff id, all declared or random; values are never recorded.

A code with `=` names something without counting for it; the counts of a batch stand in an entry of their own, which the tables
of promises read (`role:support=48/2`), so that thousands of reads a second cost one count each batch.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from troth.access.model import Field, ObservedRead, Token
from troth.kernel.ids import StaffId
from troth.ledger import Draft, Event, Origin

FIELD_DECLARED: Final = "access:field:declared"
WRITTEN: Final = "access:cell:written"
CHANGED: Final = "access:cell:changed"
REMOVED: Final = "access:cell:removed"
ISSUED: Final = "access:token:issued"
WITHHELD: Final = "access:token:refused"
REVOKED: Final = "access:token:revoked"
READ: Final = "access:read:permitted"
REFUSED: Final = "access:read:refused"
CONFIRMED: Final = "access:read:confirmed"
BREACH: Final = "access:read:breach"
SEARCHED: Final = "access:search:made"
COUNTED: Final = "access:reads:counted"
NOBODY: Final = "-"
"""Stands for role and purpose where no token said them: no id of a policy is written so."""
MOST_FIELDS: Final = 200
"""How many fields one entry names."""


def field_declared(field: Field, policy: str, at: datetime, origin: Origin) -> Draft:
    """A field got its category, and the purposes for which its values can be found."""
    codes = (f"field={field.name}", f"category={field.category}", *(f"search={one}" for one in field.search))
    return Draft(FIELD_DECLARED, at, policy=policy, codes=codes, origin=origin)


def field_of(event: Event) -> Field:
    """The field that was declared."""
    said = pairs(event)
    return Field(said["field"][0], said["category"][0], tuple(said.get("search", ())))


def cells(kind: str, subject: str, fields: Iterable[str], policy: str, at: datetime, origin: Origin) -> Draft:
    """Fields of a person were written, changed or removed."""
    codes = tuple(f"field={name}" for name in fields)
    return Draft(kind, at, subject=subject, policy=policy, codes=codes, origin=origin)


def token_issued(token: Token, policy: str, origin: Origin) -> Draft:
    """A token was given out; its digest is of 256 random bits, which nobody guesses."""
    codes = (
        f"token={token.id}", f"staff={token.member}", f"role={token.role}", f"purpose={token.purpose}",
        f"expires={token.expires_at.isoformat()}", f"digest={token.digest}",
    )  # fmt: skip
    return Draft(ISSUED, token.issued_at, policy=policy, codes=codes, origin=origin)


def token_refused(
    member: StaffId, role: str, reason: str, missing: Iterable[str], policy: str, at: datetime, origin: Origin
) -> Draft:
    """Somebody was given no token for a role: an occasion on which what the policy says of the role was kept."""
    codes = (f"staff={member}", f"role:{role}", f"reason={reason}", *(f"missing={one}" for one in missing))
    return Draft(WITHHELD, at, policy=policy, codes=codes, origin=origin)


def token_revoked(id: str, at: datetime, origin: Origin) -> Draft:
    """A token counts no more."""
    return Draft(REVOKED, at, codes=(f"token={id}",), origin=origin)


def token_of(event: Event) -> Token:
    """The token that was given out."""
    said = {name: values[0] for name, values in pairs(event).items()}
    return Token(
        said["token"], said["digest"], StaffId(said["staff"]), said["role"], said["purpose"],
        event.occurred_at, datetime.fromisoformat(said["expires"]),
    )  # fmt: skip


def read(
    kind: str,
    subject: str | None,
    token: Token | None,
    fields: Iterable[str],
    reason: str,
    policy: str,
    at: datetime,
    origin: Origin,
    *more: str,
) -> Draft:
    """Somebody read fields of a person, or was refused."""
    who = (f"staff={token.member}", f"role={token.role}", f"purpose={token.purpose}") if token else ()
    why = (f"reason={reason}",) if reason else ()
    codes = (*who, *why, *more, *(f"field={name}" for name in fields))
    return Draft(kind, at, subject=subject, policy=policy, codes=codes, origin=origin)


def searched(token: Token, field: str, found: int, policy: str, at: datetime, origin: Origin) -> Draft:
    """Somebody looked for whoever has a value; the value is not repeated."""
    codes = (
        f"staff={token.member}", f"role={token.role}", f"purpose={token.purpose}", f"field={field}", f"found={found}",
    )  # fmt: skip
    return Draft(SEARCHED, at, policy=policy, codes=codes, origin=origin)


def counted(reads: Mapping[tuple[str, str, bool], int], policy: str, at: datetime, origin: Origin) -> Draft:
    """How many reads of a batch were permitted and refused, by role and purpose, and by role alone."""
    pairs, roles = Counter[tuple[str, str]](), Counter[tuple[str, bool]]()
    for (role, purpose, permitted), count in reads.items():
        pairs[role, purpose] += count
        roles[role, permitted] += count
    codes = [
        f"role:{role}={roles[role, True]}/{roles[role, False]}" for role in sorted({r for r, _ in roles})
    ]
    codes += [
        f"{role}+{purpose}={reads.get((role, purpose, True), 0)}/{reads.get((role, purpose, False), 0)}"
        for role, purpose in sorted(pairs)
    ]
    return Draft(COUNTED, at, policy=policy, codes=tuple(codes[:250]), origin=origin)


def counts_of(event: Event) -> dict[tuple[str, str], tuple[int, int]]:
    """By role and purpose, how many reads of a batch were permitted and refused."""
    found = {}
    for code in event.codes:
        named, _, counts = code.partition("=")
        role, plus, purpose = named.partition("+")
        if plus:
            permitted, _, refused = counts.partition("/")
            found[role, purpose] = (int(permitted), int(refused))
    return found


def observed(seen: ObservedRead, roles: Iterable[str], breach: bool, policy: str, origin: Origin) -> Draft:
    """A read that was seen outside, as what it was; where it was seen is payload, how is a code."""
    codes = [*(f"role:{role}" for role in roles), f"field={seen.field}", f"grade:{seen.how}"]
    payload = {"where": seen.where, "how": seen.how, "more": dict(seen.more)}
    kind = BREACH if breach else CONFIRMED
    return Draft(
        kind, seen.at, subject=seen.subject, policy=policy, codes=tuple(codes), payload=payload, origin=origin
    )


def pairs(event: Event) -> dict[str, list[str]]:
    """What the codes of an event say, by name."""
    found: dict[str, list[str]] = {}
    for code in event.codes:
        name, equals, value = code.partition("=")
        if equals:
            found.setdefault(name, []).append(value)
    return found
