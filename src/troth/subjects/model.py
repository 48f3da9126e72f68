"""A subject as state: what is known of a person, under a pseudonym."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from troth.kernel.ids import SubjectId
from troth.policy.facts import Fact

FAMILIES_HERE: Final = frozenset(
    {"registered", "verified", "closed", "restricted", "is", "on", "allowed", "shown"}
)
"""The families of facts this room records; consents, acceptances and objections have a room of their own."""


class IdentityKind(StrEnum):
    """By what a person is recognised."""

    EMAIL = "email"
    PHONE = "phone"
    DEVICE = "device"
    ACCOUNT = "account"
    COOKIE = "cookie"


@dataclass(frozen=True, slots=True)
class Identity:
    """An identity as a caller gives it; the value is personal, is never stored and never shown."""

    kind: IdentityKind
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Opened:
    """A subject that was found, or made."""

    subject: SubjectId
    created: bool


class Standing(StrEnum):
    """What is known of a fact: it holds, or it is in doubt (a fact that is neither does not hold)."""

    HOLDS = "holds"
    DOUBTED = "doubted"


@dataclass(frozen=True, slots=True)
class Known:
    """How a fact stands, since when, and for a notice: under which policy, in which version and language it was shown."""

    standing: Standing
    since: datetime
    policy: str = ""
    version: str = ""
    language: str = ""
    rendered: str = ""


@dataclass(frozen=True, slots=True)
class PersonState:
    """All that this room knows of one person: facts, and the policy versions that bind the person."""

    facts: Mapping[Fact, Known] = field(default_factory=lambda: MappingProxyType({}))
    bound: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Person:
    """A person as found: the pseudonym under which the state stands (after a merge, the kept one's) and that state."""

    pseudonym: str
    state: PersonState
