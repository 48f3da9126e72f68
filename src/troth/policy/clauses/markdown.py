"""Markdown into blocks: headings, list items, table rows, paragraphs; comments, rules and front matter are not read."""

from __future__ import annotations

import re
from collections.abc import Iterator

from troth.policy.clauses.blocks import Block, Line, Readable, lines_of
from troth.policy.clauses.inline_markdown import add_inline
from troth.policy.clauses.markers import Form, marker_of
from troth.policy.clauses.model import Kind

_ATX = re.compile(r" {0,3}(#{1,6})(?:[ \t]+|$)")
_SETEXT = re.compile(r" {0,3}(=+|-+)\s*$")
_RULE = re.compile(r" {0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*$")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_SEPARATOR = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_QUOTE = re.compile(r"[ \t]{0,3}(?:>[ \t]?)+")
_ENDED = re.compile(r"[.:;!?。：；！？]['\"”’)\]*_]*$|\\$|  $")


def markdown_blocks(text: str) -> list[Block]:
    """The blocks of a Markdown text."""
    reader = _Reader(text)
    for line in _body(text):
        reader.take(line)
    reader.close()
    return [b for b in reader.blocks if b.text]


def _body(text: str) -> Iterator[Line]:
    """The lines a reader sees: without front matter; lines inside a comment come as blank ones that end nothing."""
    spans = [(m.start(), m.end()) for m in _COMMENT.finditer(text)]
    lines = lines_of(text)
    held = _after_front_matter(text)
    index = 0
    for line in lines:
        if line.start < held:
            continue
        while index < len(spans) and spans[index][1] <= line.start:
            index += 1
        stop = line.start + len(line.text.rstrip())
        begins = line.start + len(line.text) - len(line.text.lstrip())
        if index < len(spans) and spans[index][0] <= begins and stop <= spans[index][1] and line.text.strip():
            continue
        if index < len(spans) and spans[index][0] < line.start < spans[index][1]:
            cut = spans[index][1]
            line = Line(cut, text[cut : line.start + len(line.text)])
        yield line


def _after_front_matter(text: str) -> int:
    m = re.match(r"\ufeff?---[ \t]*\r?\n(?:(?!---)[^\n]*\n){0,200}?---[ \t]*(?:\r?\n|$)", text)
    return m.end() if m else 0


class _Reader:
    """Reads a Markdown text line by line; an open paragraph is gathered until something ends it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.blocks: list[Block] = []
        self.open: list[Line] = []
        self.fence = ""
        self.listed = False
        self.table = False

    def take(self, line: Line) -> None:
        """Take the next line."""
        if self.fence or _FENCE.match(line.text):
            self._fenced(line)
            return
        if quote := _QUOTE.match(line.text):
            line = Line(line.start + quote.end(), line.text[quote.end() :])
        if line.blank:
            self.close()
            self.table = False
        elif not self._structure(line):
            self._running(line)

    def close(self) -> None:
        """End the open paragraph."""
        if self.open:
            self._emit(self.open, Kind.PARAGRAPH)
            self.open = []

    def _structure(self, line: Line) -> bool:
        if atx := _ATX.match(line.text):
            self.close()
            stripped = re.sub(r"[ \t]+#+[ \t]*$", "", line.text[atx.end() :])
            self._emit(
                [Line(line.start, line.text[: atx.end()] + stripped)], Kind.HEADING, len(atx[1]), atx.end()
            )
            self.listed = False
            return True
        if (
            self.open
            and (setext := _SETEXT.match(line.text))
            and marker_of(self.open[0].text.strip()) is None
        ):
            self._emit(self.open, Kind.HEADING, 1 if setext[1][0] == "=" else 2)
            self.open, self.listed = [], False
            return True
        if _RULE.match(line.text):
            self.close()
            return True
        return self._row(line)

    def _row(self, line: Line) -> bool:
        separator = "|" in line.text and _SEPARATOR.match(line.text) is not None
        if separator and self.open:
            head = self.open.pop()
            self.close()
            self._cells(head)
            self.table = True
        elif separator:
            self.table = True
        elif line.text.lstrip().startswith("|") or (self.table and "|" in line.text):
            self.close()
            self._cells(line)
        else:
            self.table = False
            return False
        return True

    def _cells(self, line: Line) -> None:
        gathered = Readable()
        position = line.start
        for cell in re.split(r"(?<!\\)\|", line.text):
            if gathered.letters and cell.strip():
                gathered.add(" | ", position, fixed=True)
            add_inline(gathered, self.text, position, position + len(cell))
            position += len(cell) + 1
        self.blocks.append(gathered.block(line.start, Kind.ROW, indent=line.indent))

    def _fenced(self, line: Line) -> None:
        mark = _FENCE.match(line.text)
        if not self.fence and mark:
            self.close()
            self.fence = mark[1]
        elif mark and line.text.strip().startswith(self.fence) and not line.text.strip().strip(self.fence[0]):
            self.fence = ""
        elif not line.blank:
            gathered = Readable()
            gathered.add(line.text, line.start)
            self.blocks.append(gathered.block(line.start, Kind.CODE))

    def _running(self, line: Line) -> None:
        if self.open and self._opens(line):
            self.close()
        self.open.append(line)

    def _opens(self, line: Line) -> bool:
        """Whether a line inside a paragraph starts a block of its own: a bullet, or a number after an ended line."""
        marker = marker_of(line.text.strip())
        if marker is None:
            return False
        if marker.form is Form.BULLET:
            return True
        return bool(_ENDED.search(self.open[-1].text)) or marker_of(self.open[0].text.strip()) is not None

    def _emit(self, lines: list[Line], kind: Kind, heading: int = 0, skip: int = 0) -> None:
        first = lines[0]
        gathered = Readable()
        for start, end in self._joined(lines):
            gathered.add(" ", start)
            add_inline(gathered, self.text, max(start, first.start + skip), end)
        block = gathered.block(first.start, kind, heading=heading, indent=first.indent)
        starts_item = not heading and marker_of(block.text) is not None
        block.inside = self.listed and not heading and not starts_item and first.indent >= 2
        self.listed = starts_item or (self.listed and block.inside)
        self.blocks.append(block)

    def _joined(self, lines: list[Line]) -> list[tuple[int, int]]:
        """The stretches of source the lines cover: lines that follow each other at once are one stretch."""
        stretches: list[tuple[int, int]] = []
        for line in lines:
            end = line.start + len(line.text)
            if stretches and not self.text[stretches[-1][1] : line.start].strip():
                stretches[-1] = (stretches[-1][0], end)
            else:
                stretches.append((line.start, end))
        return stretches
