"""Clause numbers at the start of a line, in English, Malay and Chinese: found, told apart, never guessed from layout."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from enum import StrEnum

from troth.policy.clauses.numerals import CHINESE, CIRCLED, readings


class Form(StrEnum):
    """The forms of numbering; they differ in how an address is made of them."""

    DOTTED = "dotted"
    COMPOUND = "compound"
    WORD = "word"
    SIMPLE = "simple"
    BARE = "bare"
    BULLET = "bullet"


@dataclass(frozen=True, slots=True)
class Marker:
    """A clause number: as `found`, its `label` inside an address, how it may be read, and how many characters it takes."""

    form: Form
    found: str
    label: str
    width: int
    style: str = ""
    readings: tuple[tuple[str, int], ...] = ()
    path: tuple[int, ...] = ()
    rank: int = 9

    @property
    def joins(self) -> bool:
        """Whether a word that counts anew beneath each holder: 节, 款, 项."""
        return self.form is Form.WORD and self.found[-1] in "节節款項项"


_UNITS = r"(?:million|billion|percent|per cent|[kKMGT]B\b|kg\b|km\b|hours?\b|days?\b|years?\b|months?\b|[ap]\.?m\b|juta|[万亿年月日天个小])"
_DOTTED = re.compile(rf"(\d{{1,3}}(?:[.．]\d{{1,3}}){{1,9}})([.．、)）:：]?)(?![\d%./-])(?!\s?{_UNITS})\s*")
_COMPOUND = re.compile(
    r"(\d{1,3}(?:\.\d{1,3}){0,9})((?:[(（][0-9A-Za-z]{1,4}[)）])*)(\s?[(（]([0-9A-Za-z]{1,4})[)）])[.:：]?\s*"
)
_SIMPLE = re.compile(r"(\d{1,3})([.．、)）])(?!\d)\s*")
_PAREN = re.compile(rf"[(（]\s*(\d{{1,3}}|[A-Za-z]{{1,5}}|[{CHINESE}]{{1,5}})\s*[)）][.、:：]?\s*")
_LETTER = re.compile(r"([A-Za-z]{1,5})(?:[.．](?=\s|$)|[)）、])\s*")
_CHINESE = re.compile(rf"([{CHINESE}]{{1,6}})[、.．]\s*")
_ORDINAL = re.compile(
    rf"第\s*([{CHINESE}]{{1,7}}|\d{{1,4}})\s*(编|編|部分|章|节|節|条|條|款|项|項)[、.:：\s]*"
)
_WORDS = (
    "Article|Section|Clause|Part|Chapter|Schedule|Annex|Appendix"
    "|Perkara|Fasal|Seksyen|Bahagian|Bab|Jadual|Lampiran|附件|附录"
)
_WORD = re.compile(
    rf"(?P<word>(?i:{_WORDS}))\s*(?P<numeral>\d{{1,4}}(?:\.\d{{1,3}}){{0,6}}[A-Z]?|[IVX]{{1,6}}|[A-Z])(?!\w|\.\d)"
    r"(?:(?P<sign>\s*[.:：、–—-]\s*)|\s*$|\s+(?=[^a-z\s]))"
)
_CIRCLED = re.compile(rf"([{CIRCLED}])[.、]?\s*")
_BULLET = re.compile(r"(?:([•·●○▪■◦‣∙◆➢✓])|([*+–—-])(?=\s))\s*")
_BARE = re.compile(
    r"(\d{1,2})\s+(?=[A-Z\u4e00-\u9fff])(?!(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|Mac|Mei|Ogos)\w*\s+\d)"
)
_COPYRIGHT = re.compile(r"\([cC]\)\s*(?:\d{4}|copyright)", re.IGNORECASE)

_RANKS = {"编": 0, "編": 0, "部分": 0, "章": 1, "节": 2, "節": 2, "条": 3, "條": 3, "款": 4, "项": 5, "項": 5}
_RANKS |= dict.fromkeys(
    ["part", "bahagian", "schedule", "jadual", "annex", "lampiran", "appendix", "附件", "附录"], 0
)
_RANKS |= dict.fromkeys(["chapter", "bab"], 1) | dict.fromkeys(
    ["article", "section", "clause", "perkara", "fasal", "seksyen"], 3
)


def marker_of(text: str, *, bare: bool = False) -> Marker | None:
    """The number or bullet that opens `text`, or None; `bare` admits a number that only a space parts from its title."""
    tries = [_word, _ordinal, _compound, _dotted, _simple, _paren, _chinese, _letter, _circled, _bullet]
    for attempt in [*tries, _bare] if bare else tries:
        if found := attempt(text):
            return found
    return None


def _word(text: str) -> Marker | None:
    if not (m := _WORD.match(text)) or (text[0].islower() and not m["sign"]):
        return None
    word, numeral = m["word"], m["numeral"]
    found = text[: m.end("numeral")]
    label = f"{word.capitalize()} {numeral}" if word.isascii() else found
    read = readings(numeral) or (("digit", 0),)
    return Marker(Form.WORD, found, label, m.end(), f"word-{word.lower()}", read, (), _RANKS[word.lower()])


def _ordinal(text: str) -> Marker | None:
    if not (m := _ORDINAL.match(text)):
        return None
    found = f"第{m[1]}{m[2]}"
    return Marker(Form.WORD, found, found, m.end(), f"word-{m[2]}", readings(m[1]), (), _RANKS[m[2]])


def _compound(text: str) -> Marker | None:
    if not (m := _COMPOUND.match(text)) or not (read := readings(m[4])):
        return None
    if m[3][0].isspace() and (any(place == 1 for _, place in read) or "." not in m[1]):
        return None  # `1.3 (a)`: a clause that begins with its first item
    label = unicodedata.normalize("NFKC", m[1] + m[2] + m[3].strip())
    return Marker(Form.COMPOUND, text[: m.end(3)], label, m.end(), "(#)", read)


def _dotted(text: str) -> Marker | None:
    if not (m := _DOTTED.match(text)):
        return None
    path = tuple(int(n) for n in re.split(r"[.．]", m[1]))
    label = ".".join(str(int(n)) for n in path)
    return Marker(Form.DOTTED, m[1] + m[2], label, m.end(), "dotted", (), path)


def _made(m: re.Match[str], numeral: str, label: str, style: str) -> Marker | None:
    read = readings(numeral)
    return Marker(Form.SIMPLE, m[0].strip(), label, m.end(), style, read) if read else None


def _simple(text: str) -> Marker | None:
    if not (m := _SIMPLE.match(text)):
        return None
    closing = unicodedata.normalize("NFKC", m[2])
    number = str(int(m[1]))
    return _made(m, m[1], f"({number})" if closing == ")" else number, f"#{closing}")


def _paren(text: str) -> Marker | None:
    if not (m := _PAREN.match(text)) or _COPYRIGHT.match(text):
        return None
    label = f"（{m[1]}）" if m[1][0] in CHINESE else f"({unicodedata.normalize('NFKC', m[1])})"
    return _made(m, m[1], label, "(#)")


def _chinese(text: str) -> Marker | None:
    return _made(m, m[1], m[1], "#、") if (m := _CHINESE.match(text)) else None


def _letter(text: str) -> Marker | None:
    if not (m := _LETTER.match(text)):
        return None
    closing = unicodedata.normalize("NFKC", m[0].strip()[-1])
    alone = m[1].isupper() and closing != ")"
    return _made(m, m[1], m[1] if alone else f"({m[1]})", f"#{closing}")


def _circled(text: str) -> Marker | None:
    if not (m := _CIRCLED.match(text)):
        return None
    place = CIRCLED.index(m[1]) + 1
    return Marker(Form.SIMPLE, m[1], m[1], m.end(), "circled", (("circled", place),))


def _bullet(text: str) -> Marker | None:
    """A bullet; one that only stands before a number gives way to the number."""
    if not (m := _BULLET.match(text)):
        return None
    glyph, after = m[1] or m[2], text[m.end() :]
    inner = None if _BULLET.match(after) else marker_of(after)
    if inner:
        return replace(inner, found=f"{glyph} {inner.found}", width=m.end() + inner.width)
    return Marker(Form.BULLET, glyph, "•", m.end(), glyph)


def _bare(text: str) -> Marker | None:
    if not (m := _BARE.match(text)):
        return None
    return Marker(Form.BARE, m[1], str(int(m[1])), m.end(), "bare", readings(m[1]))
