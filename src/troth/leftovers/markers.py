"""Markers: words planted in somebody's data, one a line; and the forms in which bytes may carry them."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, quote_plus

from troth.kernel.errors import CallerError

SHORTEST: Final = 4
"""Bytes. Anything shorter stands in every larger file by chance."""


class MarkersUnreadable(CallerError):
    """A list of markers cannot be used."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A marker that was found: where, in which form, at which byte or row; by its number, never by its words."""

    place: str
    marker: int
    """The line of the list on which it stands, counted from 1."""
    form: str
    at: int

    def as_json(self) -> dict[str, object]:
        """As plain values."""
        return {"place": self.place, "marker": self.marker, "form": self.form, "at": self.at}

    def __str__(self) -> str:
        return f"{self.place}: marker {self.marker} as {self.form}, at {self.at}"


@dataclass(frozen=True, slots=True)
class _Needle:
    marker: int
    form: str
    bytes: bytes
    folded: bool


class Markers:
    """Markers in all their forms, ready to be looked for."""

    def __init__(self, words: dict[int, str]) -> None:
        self._needles = tuple(
            dict.fromkeys(needle for n, word in words.items() for needle in _needles(n, word))
        )
        self.count = len(words)
        self.longest = max((len(needle.bytes) for needle in self._needles), default=0)

    def found_in(self, data: bytes) -> Iterator[tuple[int, str, int]]:
        """Marker, form and offset of the first place at which each form of each marker stands in some bytes."""
        lower = data.lower()
        for needle in self._needles:
            at = (lower if needle.folded else data).find(needle.bytes)
            if at >= 0:
                yield needle.marker, needle.form, at


def read_markers(text: str) -> Markers:
    """Markers from a list with one on each line. Raises MarkersUnreadable for none at all and for one that is too short."""
    words = {number: line.strip() for number, line in enumerate(text.splitlines(), 1) if line.strip()}
    if not words:
        raise MarkersUnreadable("This list holds no marker.", "Write one on each line.")
    short = next((number for number, word in words.items() if len(word.encode()) < SHORTEST), 0)
    if short:
        raise MarkersUnreadable(
            f"The marker on line {short} is shorter than {SHORTEST} bytes: it would be found everywhere.",
            "Plant longer ones.",
        )
    return Markers(words)


def _needles(number: int, word: str) -> Iterator[_Needle]:
    """The forms of a marker. Case is folded for letters of ASCII, but not in base64, where it carries meaning."""
    plain = {
        "UTF-8": word.encode(),
        "UTF-16LE": word.encode("utf-16-le"),
        "UTF-16BE": word.encode("utf-16-be"),
        "JSON": json.dumps(word)[1:-1].encode(),
        "URL": quote(word, safe="").encode(),
        "form": quote_plus(word).encode(),
        "HTML": html.escape(word).encode(),
        "hex": word.encode().hex().encode(),
    }
    seen: set[bytes] = set()
    for form, data in plain.items():
        if data.lower() not in seen:
            seen.add(data.lower())
            yield _Needle(number, form, data.lower(), True)
    for encoding in ("UTF-8", "UTF-16LE"):
        for core in _base64_cores(word.encode(encoding)):
            yield _Needle(number, f"base64 of {encoding}", core, False)


def _base64_cores(data: bytes) -> Iterator[bytes]:
    """What base64 makes of some bytes wherever in a longer text they stand: the characters that no neighbour changes."""
    for before in range(3):
        whole = base64.b64encode(b"\0" * before + data)
        start = (0, 2, 3)[before]
        end = len(whole) - (0, 3, 2)[(before + len(data)) % 3]
        core = whole[start:end]
        if len(core) >= SHORTEST:
            yield core
            yield core.replace(b"+", b"-").replace(b"/", b"_")
