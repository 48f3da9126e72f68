"""Blocks: the lines, paragraphs, items and rows of a text before they are numbered, each knowing where its letters came from."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from troth.policy.clauses.markers import Marker, marker_of
from troth.policy.clauses.model import Kind

# Not shown to a reader: controls, zero-width and soft-hyphen, byte order mark, direction marks.
# The joiners U+200C and U+200D stay: they are part of words in Persian, Hindi and others.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]"
)
_LINE = re.compile("[^\n\r\f\u2028\u2029]*(?:\r\n|[\n\r\f\u2028\u2029]|$)")


@dataclass(slots=True)
class Block:
    """One piece before numbering: readable `text` (white space folded), and for each letter its place `at` in the source."""

    start: int
    text: str
    at: array[int]
    kind: Kind = Kind.PARAGRAPH
    heading: int = 0
    indent: int = 0
    marker: Marker | None = None
    inside: bool = False
    """Belongs to the list item before it (an indented paragraph)."""

    def split(self, position: int) -> Block:
        """Cut off everything from the readable `position` on and return it as a block of its own."""
        rest = Block(self.at[position], self.text[position:], self.at[position:], self.kind, 0, self.indent)
        self.text, self.at = self.text[:position].rstrip(), self.at[:position]
        return rest


@dataclass(slots=True)
class Readable:
    """Gathers what a reader sees, letter by letter, folding white space and dropping what is not shown."""

    letters: list[str] = field(default_factory=list)
    at: array[int] = field(default_factory=lambda: array("l"))

    def add(self, text: str, where: int, *, fixed: bool = False) -> None:
        """Take `text`, found at `where`; with `fixed` all its letters stand at that one place (an entity)."""
        for i, c in enumerate(text):
            if c.isspace():
                if not self.letters or self.letters[-1] == " ":
                    continue
                c = " "
            elif _UNSEEN.match(c):
                continue
            self.letters.append(c)
            self.at.append(where if fixed else where + i)

    def block(self, start: int, kind: Kind = Kind.PARAGRAPH, *, heading: int = 0, indent: int = 0) -> Block:
        """What was gathered, as a block."""
        text = "".join(self.letters).rstrip()
        return Block(start, text, self.at[: len(text)], kind, heading, indent)


@dataclass(frozen=True, slots=True)
class Line:
    """One line: where it starts, its characters without the line end, how deep it is indented."""

    start: int
    text: str

    @property
    def blank(self) -> bool:
        """Whether a reader sees nothing on it."""
        return not _UNSEEN.sub("", self.text).strip()

    @property
    def indent(self) -> int:
        """Columns of white space before the first letter, a tab counting as four."""
        seen = _UNSEEN.sub("", self.text).expandtabs(4)
        return len(seen) - len(seen.lstrip())


def lines_of(text: str) -> Iterator[Line]:
    """The lines of a text, whatever ends them."""
    for m in _LINE.finditer(text):
        if m.end() > m.start():
            yield Line(m.start(), m[0].rstrip("\n\r\f\u2028\u2029"))


def readable_of(lines: Iterable[Line]) -> Readable:
    """The lines read as one, a space where a line ends."""
    gathered = Readable()
    for line in lines:
        gathered.add(" ", line.start)
        gathered.add(line.text, line.start)
    return gathered


def text_blocks(text: str) -> list[Block]:
    """Plain text: a block for each line, and for each paragraph that was broken at a fixed width."""
    blocks: list[Block] = []
    for stretch in _stretches(text):
        for group in _unwrapped(stretch):
            block = readable_of(group).block(group[0].start, indent=group[0].indent)
            if block.text:
                blocks.append(block)
    return blocks


def _stretches(text: str) -> Iterator[list[Line]]:
    stretch: list[Line] = []
    for line in lines_of(text):
        if not line.blank:
            stretch.append(line)
        elif stretch:
            yield stretch
            stretch = []
    if stretch:
        yield stretch


def _unwrapped(stretch: list[Line]) -> Iterator[list[Line]]:
    """The stretch line by line, or joined where every break was forced by the width of the stretch."""
    opens = [i == 0 or marker_of(line.text.strip()) is not None for i, line in enumerate(stretch)]
    if not _filled(stretch, opens):
        yield from ([line] for line in stretch)
        return
    starts = [i for i, first in enumerate(opens) if first]
    for start, end in zip(starts, [*starts[1:], len(stretch)], strict=True):
        yield stretch[start:end]


def _filled(stretch: list[Line], opens: list[bool]) -> bool:
    """Whether every break was forced: the next word would not have fitted, and somewhere a break parts a sentence."""
    width = max(len(line.text) for line in stretch)
    if not 50 <= width <= 100 or all(opens):
        return False
    breaks = [(a, b) for a, b, first in zip(stretch, stretch[1:], opens[1:], strict=False) if not first]
    forced = all(len(a.text.rstrip()) + len(b.text.split()[0]) >= width for a, b in breaks)
    return forced and any(_parts_a_sentence(a, b) for a, b in breaks)


def _parts_a_sentence(a: Line, b: Line) -> bool:
    return a.text.rstrip()[-1:] not in ".:;!?。：；！？" and b.text.lstrip()[:1].islower()
