"""Notices as they are shown: words in one language, displays to people, submissions made under them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

LONGEST: Final = 500_000
"""Bytes of one shown text. The longest of the known policies has a fifth of that. Chosen, not promised by any text."""
MOST_FIELDS: Final = 100
"""Fields that one submission names."""


class Interface(StrEnum):
    """By what somebody was shown something."""

    WEB = "web"
    APP = "app"
    MAIL = "mail"
    PAPER = "paper"
    PHONE = "phone"


@dataclass(frozen=True, slots=True)
class Rendered:
    """A notice in the words of one language: what is shown, and the digest that names just these words."""

    notice: str
    version: str
    language: str
    level: str
    text: str
    digest: str


@dataclass(frozen=True, slots=True)
class Shown:
    """How a notice is said to have been shown.

    `text` are the exact words, where they are the caller's own; `rendered` is the digest of words that are known here: those this
    program renders, or those that were handed in before. `point` is the form or other collection point it stood at.
    """

    language: str
    interface: Interface = Interface.WEB
    point: str = ""
    text: str = ""
    rendered: str = ""


@dataclass(frozen=True, slots=True)
class Display:
    """A display on record. `own` where the words were not those that this program renders."""

    sequence: int
    notice: str
    version: str
    language: str
    interface: str
    point: str
    level: str
    rendered: str
    own: bool
    at: datetime
    again: bool = False


@dataclass(frozen=True, slots=True)
class Submission:
    """What came in by a form: from where, which fields, under which versions of which notices (none named: those in force)."""

    point: str
    fields: tuple[str, ...]
    versions: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Submitted:
    """What became of a submission: taken under these notices, or refused, with what is missing and which fields no notice names."""

    sequence: int
    taken: bool
    notices: tuple[tuple[str, str], ...] = ()
    missing: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()
    undeclared: int = 0


@dataclass(frozen=True, slots=True)
class Counted:
    """How often a version of a notice was shown in a language by an interface, and when last."""

    notice: str
    version: str
    language: str
    interface: str
    level: str
    times: int
    last: datetime
