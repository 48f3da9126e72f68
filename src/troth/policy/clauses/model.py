"""What a cut text is made of: clauses with an address, their kinds, the digest of what a reader reads, and the limits."""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from troth.kernel.findings import Finding, Severity

MAX_CHARACTERS = 4_000_000
"""A published text longer than this is refused whole: the longest real policies stay under a tenth of it."""

MAX_LINE = 50_000
"""Numbers are looked for inside a line only up to this many characters."""

MAX_DEPTH = 12
"""Clauses nested deeper than this are laid beside each other instead."""


class Format(StrEnum):
    """How the text was published."""

    TEXT = "text"
    MARKDOWN = "markdown"
    HTML = "html"


class Kind(StrEnum):
    """What a clause is to its reader."""

    TITLE = "title"
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    ROW = "row"
    CODE = "code"
    CONTENTS = "contents"
    BLANK = "blank"


@dataclass(frozen=True, slots=True)
class Clause:
    """One addressed piece of a published text.

    `number` is the numbering as found ("1.3", "1、", "（一）", "•"), `text` what a reader reads after it, `start` and `end`
    the characters of the source it covers, markup and white space included, `digest` the SHA-256 of `text` alone:
    neither the number nor the clauses beneath it take part, so a renumbered clause keeps its digest.
    """

    address: str
    number: str | None
    kind: Kind
    level: int
    parent: str | None
    title: str
    text: str
    start: int
    end: int
    digest: str


@dataclass(frozen=True, slots=True)
class Cut:
    """A text cut into clauses that tile it; `findings` says what is odd, `clauses` is empty when it was refused."""

    source: str
    clauses: tuple[Clause, ...]
    findings: tuple[Finding, ...] = ()
    language: str | None = None

    @property
    def refused(self) -> bool:
        """Whether the text could not be used at all."""
        return any(f.severity is Severity.ERROR for f in self.findings)

    def joined(self) -> str:
        """The clauses put together again: the source, unless it was refused for its size."""
        return "".join(self.source[c.start : c.end] for c in self.clauses)

    def by_address(self) -> dict[str, Clause]:
        """Every clause under its address."""
        return {c.address: c for c in self.clauses}


def normalised(text: str) -> str:
    """The content that counts for the digest: Unicode NFC, every run of white space one space, none at the ends."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def digest_of(text: str) -> str:
    """SHA-256, in hex, of the normalised content."""
    return hashlib.sha256(normalised(text).encode("utf-8", "surrogatepass")).hexdigest()
