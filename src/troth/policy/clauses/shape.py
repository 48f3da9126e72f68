"""The shape of a line: whether it reads like a title, ends like a sentence, opens a list, or belongs to a table of contents."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence

from troth.policy.clauses.blocks import Block
from troth.policy.clauses.markers import Form, Marker

TITLE_LETTERS = 90
TITLE_WORDS = 15
SLUG_LETTERS = 32

_CLOSERS = "\"'”’»)]）】」』*"
_ENDS = ".;!。；！,，、|"
_WORDS = re.compile(r"[^\W_]+")
_CUE = re.compile(r"(?i)\b(?:table of contents|contents|kandungan|isi kandungan)\s*:?$|^目[录錄次]")


def titled(text: str) -> bool:
    """Whether a line reads like a title: short, and not ended like a sentence (a question may be a title)."""
    if len(text) > TITLE_LETTERS or len(text.split()) > TITLE_WORDS:
        return False
    bare = text.rstrip(_CLOSERS + " ")
    return bool(bare) and bare[-1] not in _ENDS + ":：" and any(c.isalpha() for c in text)


def introduces(text: str) -> bool:
    """Whether a line ends in a colon and so introduces what follows."""
    return text.rstrip(_CLOSERS + " ").endswith((":", "："))


def ended(text: str) -> bool:
    """Whether a line ends like a sentence or like an item of a list."""
    bare = text.rstrip(_CLOSERS + " ")
    return bool(bare) and bare[-1] in ".;!?。；！？"


def slug(text: str) -> str:
    """A short name made of a heading: its first words in small letters, joined by hyphens."""
    name = ""
    for word in _WORDS.findall(text.lower()):
        if name and len(name) + len(word) >= SLUG_LETTERS:
            break
        name = f"{name}-{word}" if name else word[:SLUG_LETTERS]
    return name or "heading"


def contents_of(blocks: Sequence[Block], markers: Sequence[Marker | None]) -> range:
    """The blocks that are the text's table of contents: numbered titles in a row that come again, numbered, further on."""
    later: dict[str, list[int]] = defaultdict(list)
    for i, marker in enumerate(markers):
        if marker and marker.form is not Form.BULLET:
            later[marker.label].append(i)
    run = _first_run(blocks, markers)
    if len(run) < 3:
        return range(0)
    again = sum(_comes_again(blocks, markers, i, run.stop, later) for i in run)
    cued = run.start > 0 and bool(_CUE.search(blocks[run.start - 1].text))
    return run if 2 * again >= len(run) or (cued and again > 0) else range(0)


def _first_run(blocks: Sequence[Block], markers: Sequence[Marker | None]) -> range:
    first = next((i for i, m in enumerate(markers) if m and m.form is not Form.BULLET), len(blocks))
    seen: set[str] = set()
    last = first
    while last < len(blocks) and (m := markers[last]) is not None and m.form is not Form.BULLET:
        if m.label in seen or not titled(_content(blocks[last], m)):
            break
        seen.add(m.label)
        last += 1
    return range(first, last)


def _content(block: Block, marker: Marker) -> str:
    return block.text[marker.width :]


def _comes_again(
    blocks: Sequence[Block], markers: Sequence[Marker | None], i: int, after: int, later: dict[str, list[int]]
) -> bool:
    marker = markers[i]
    if marker is None:
        return False
    places = later[marker.label]
    here = _content(blocks[i], marker)
    for j in places[bisect_right(places, after - 1) :][:4]:
        other = markers[j]
        if other is not None and _alike(here, _content(blocks[j], other)):
            return True
    return False


def _alike(a: str, b: str) -> bool:
    one, two = _parts(a), _parts(b)
    return 2 * len(one & two) >= max(len(one), len(two)) > 0


def _parts(text: str) -> set[str]:
    """Words, or for writing without spaces, single characters."""
    text = text[:200].lower()
    return set(_WORDS.findall(text)) if text.isascii() else set(re.findall(r"[a-z0-9]+|[^\W_]", text))
