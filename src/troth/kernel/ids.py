"""Typed ids: what names an organisation can never be passed where a subject is meant.

A random id is a short prefix that says what it names, and 128 random bits: `sub_` and 26 letters and digits
(Crockford's base 32 in lower case, so that no two signs look alike). It says nothing about what it names.
An organisation may also bear a name its operator chose, such as `harbour`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NewType, TypeVar

from troth.kernel.entropy import Entropy
from troth.kernel.errors import CallerError
from troth.kernel.findings import did_you_mean

OrganisationId = NewType("OrganisationId", str)
SubjectId = NewType("SubjectId", str)
TenantId = NewType("TenantId", str)
RequestId = NewType("RequestId", str)
EventId = NewType("EventId", str)
ConsentId = NewType("ConsentId", str)
DisclosureId = NewType("DisclosureId", str)
KeyId = NewType("KeyId", str)
SessionId = NewType("SessionId", str)
StaffId = NewType("StaffId", str)

Id = TypeVar("Id", bound=str)

PREFIXES: dict[str, str] = {
    "OrganisationId": "org",
    "SubjectId": "sub",
    "TenantId": "ten",
    "RequestId": "req",
    "EventId": "evt",
    "ConsentId": "con",
    "DisclosureId": "dis",
    "KeyId": "key",
    "SessionId": "ses",
    "StaffId": "stf",
}
"""The prefix of each kind of id."""

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_LETTERS = 26
_CHOSEN = re.compile(r"[a-z][a-z0-9-]{0,62}")


class BadId(CallerError):
    """A text is not an id of the kind that is needed."""


def new(kind: Callable[[str], Id], entropy: Entropy) -> Id:
    """A fresh random id of a kind, as in `new(SubjectId, entropy)`; takes 16 bytes from the source."""
    number = int.from_bytes(entropy.bytes(16), "big")
    letters = "".join(_ALPHABET[(number >> 5 * place) & 31] for place in reversed(range(_LETTERS)))
    return kind(f"{_prefix(kind)}_{letters}")


def parse(kind: Callable[[str], Id], text: str) -> Id:
    """The text as an id of a kind, as in `parse(SubjectId, text)`. Raises `BadId` without quoting the text."""
    prefix = _prefix(kind)
    if re.fullmatch(f"{prefix}_[0-7][{_ALPHABET}]{{{_LETTERS - 1}}}", text):
        return kind(text)
    if prefix == "org" and _CHOSEN.fullmatch(text):
        return kind(text)
    or_name = ", or a name in lower-case letters, digits and hyphens" if prefix == "org" else ""
    raise BadId(
        f"This is not the id of {_article(kind)}.",
        f"It is written '{prefix}_' and {_LETTERS} letters and digits{or_name}.",
        kind=_name(kind),
    )


def _prefix(kind: Callable[[str], Id]) -> str:
    name = _name(kind)
    if name not in PREFIXES:
        raise CallerError(f"There is no kind of id named '{name}'.", did_you_mean(name, PREFIXES), kind=name)
    return PREFIXES[name]


def _name(kind: Callable[[str], Id]) -> str:
    return getattr(kind, "__name__", type(kind).__name__)


def _article(kind: Callable[[str], Id]) -> str:
    noun = _name(kind).removesuffix("Id").lower()
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"
