"""Whether a read is permitted: the token is live, its holder holds the role, the role covers it, and the purpose is alive.

The token and the role are judged here; of the purpose, for this person, the gate is asked, and only when all else is well.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from troth.access.model import Token
from troth.decide.reads import Read, answer_read
from troth.policy.catalogue import Catalogue
from troth.staff import Member

PREFIX: Final = "trothread"
NO_TOKEN, NOT_HELD, NO_PURPOSE = "token", "role", "gate"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether token and role allow something: `reason` is '' when they do; `missing` are the courses to take."""

    reason: str
    missing: tuple[str, ...] = ()


ALLOWED: Final = Verdict("")


def digest_of(text: str) -> str:
    """The digest of a token: all that is kept of it."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def id_of(text: str) -> str:
    """The id that a token bears; '' when it is none."""
    prefix, _, rest = text.partition("_")
    id = rest.partition("_")[0]
    return id if prefix == PREFIX and len(id) == 16 else ""


def matching(text: str, known: Mapping[str, Token], at: datetime) -> Token | None:
    """The live token with this text, compared in constant time."""
    found = known.get(id_of(text))
    held = found.digest if found is not None else "0" * 64
    same = hmac.compare_digest(held, digest_of(text))
    return found if found is not None and same and found.live(at) else None


def allowed(
    token: Token, member: Member | None, catalogue: Catalogue, category: str, holders: int, at: datetime
) -> Verdict:
    """Whether the holder of a live token may read a category, as far as the role decides."""
    if member is None or not member.holds(token.role, at):
        return Verdict(NOT_HELD)
    read = Read(token.role, (category,), token.purpose)
    found = answer_read(catalogue, read, member.courses(at), holders)
    return ALLOWED if found.permitted else Verdict(found.reasons[0], found.missing)
