"""Sentences inside a clause, in English, Malay and Chinese."""

from __future__ import annotations

import re

_CLOSERS = "\"'”’»)\\]）】」』"
_END = re.compile(
    rf"[。！？…]+[{_CLOSERS}]*\s*|[.!?]+[{_CLOSERS}]*(?:\s+|$)|(?<=[a-z]{{2}}[.!?])(?=[A-Z][a-z]+\s)"
)
_NEVER = frozenset("e.g i.e eg ie cf vs mr mrs ms dr prof viz approx cth spt iaitu".split())
_BEFORE_FIGURES = frozenset("no nos art arts para paras sec fig bil hlm per".split())
_SELDOM = frozenset("co ltd inc corp bhd sdn llc plc etc dsb dll jr sr a.m p.m u.s".split())


def sentences(text: str, language: str | None = None) -> tuple[tuple[int, int], ...]:
    """The sentences of a clause's text as (start, end), in order, white space between them left out.

    A full stop after an abbreviation ends nothing; for Chinese only 。！？… end a sentence, so that a stop inside a Latin
    name does not. A text without any end is one sentence, an empty one has none.
    """
    spans: list[tuple[int, int]] = []
    start = 0
    for m in _END.finditer(text):
        if _ends(text, m, language):
            _add(spans, text, start, m.end())
            start = m.end()
    _add(spans, text, start, len(text))
    return tuple(spans)


def _ends(text: str, m: re.Match[str], language: str | None) -> bool:
    if not m[0] or m[0][0] in "。！？…!?":
        return m[0] != "" or not _address(text, m.start())
    word = re.search(r"\S*$", text[max(0, m.start() - 40) : m.start()])
    last = word[0].lower().lstrip("(（\"'“‘") if word else ""
    following = text[m.end() : m.end() + 1]
    if last in _BEFORE_FIGURES and following.isdigit():
        return False
    if last in _NEVER or (len(last) == 1 and last.isalpha() and following.isalpha()):
        return False
    if last in _SELDOM or last.rstrip(".") in _SELDOM:
        return following.isupper() or not following
    return not (language or "").startswith("zh") or not following or not following.islower()


def _address(text: str, position: int) -> bool:
    """Whether a stop without a space after it stands in a web or mail address."""
    word = re.search(r"\S*$", text[max(0, position - 200) : position])
    return word is not None and any(sign in word[0].lower() for sign in ("://", "www.", "@"))


def _add(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    piece = text[start:end]
    if piece.strip():
        spans.append((start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())))
