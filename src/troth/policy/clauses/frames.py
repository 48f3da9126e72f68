"""Frames: the open clauses a new number is laid against, and how addresses are joined.

The grammar of an address:

    1.2.5.11  第一条  Perkara 1     a dotted number, an article, a chapter or part stands alone, wherever it is nested
    5(6)  5(6)1  7.1  第二条（一）   any other number is joined to the clause it lies beneath
    your-rights  5§routes           a heading without number: its first words, after `§` where it lies beneath another
    7¶2  1.2•3  1.3|4               paragraph, bullet, table row: counted within the clause it lies beneath
    Title  Intro¶1  TOC.4           the title, the text before the first number or heading, the table of contents
    4.1~2                           a number found before

A dotted number lies beneath the section `一、` or `（一）` it follows, so `二、` after `1.1` goes on from `一、`: `一`, `1.1`
beneath it, `二`, `2.1` beneath that.

A number takes its place from its own line, so that text put in or reworded elsewhere does not move it. What has no
number is counted: a paragraph put in before it moves it, and `compare` then says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

ARTICLE_RANK = 3
LIST_RANK = 9
"""Words rank from 0 (a part) to 5 (款, 项), articles in between; whatever has no word lies beneath them all."""


@dataclass(slots=True, eq=False)
class Frame:
    """An open clause that may hold others: its address and how it was numbered."""

    address: str
    parent: Frame | None
    style: str = ""
    place: int = 0
    path: tuple[int, ...] = ()
    rank: int = LIST_RANK
    heading: int = 0
    titled: bool = False
    indent: int = 0
    listed: bool = False
    numbered: bool = True
    level: int = 0
    stem: str | None = None
    """What the numbers that go on from this one are joined to, where that is no clause of its own (`1.3` of `1.3(a)`)."""

    def __post_init__(self) -> None:
        if not self.level:
            self.level = self.parent.level + 1 if self.parent else 1

    @property
    def sections(self) -> bool:
        """Whether it is a section `一、` or `（一）` that dotted numbers lie beneath, so that `二、` goes on after them.

        One beneath a dotted number is an item of it, and so is a sentence-like one of a list that a colon introduced.
        """
        chinese = self.style.endswith("chinese") and (self.titled or not self.listed)
        return chinese and not any(f.path for f in self.chain())

    def chain(self) -> Iterator[Frame]:
        """This frame and those that hold it, innermost first."""
        frame: Frame | None = self
        while frame is not None:
            yield frame
            frame = frame.parent


def join(parent: str | None, label: str) -> str:
    """The address of a number beneath another: `5` + `(6)` = `5(6)`, `5(6)` + `1` = `5(6)1`, `7` + `1` = `7.1`."""
    if parent is None:
        return label
    if label[0] in "(（" or parent[-1] in ")）":
        return parent + label
    return f"{parent}.{label}"


class Addresses:
    """Hands out addresses, each once: a repeated one gets `~2`, `~3` …; and counts what has no number."""

    def __init__(self) -> None:
        self._given: set[str] = set()
        self._next: Counter[str] = Counter()
        self._counts: Counter[tuple[str, str]] = Counter()

    def mint(self, wanted: str) -> str:
        """The wanted address, or with a suffix when it was given before."""
        address = wanted
        while address in self._given:
            self._next[wanted] += 1
            address = f"{wanted}~{self._next[wanted] + 1}"
        self._given.add(address)
        return address

    def counted(self, parent: str, sign: str) -> str:
        """The next unnumbered clause beneath `parent`: `7¶2`, `1.2•3`, `1.3|4`."""
        self._counts[parent, sign] += 1
        return self.mint(f"{parent}{sign}{self._counts[parent, sign]}")
