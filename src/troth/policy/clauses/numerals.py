"""Numerals of clause numbering: digits, letters, Roman, Chinese, circled; each read as the place it takes in a row."""

from __future__ import annotations

import re
import unicodedata

CHINESE = "一二三四五六七八九十百千零〇两"
CIRCLED = "".join(chr(c) for c in range(0x2460, 0x2474))

_ROMAN = re.compile(r"^(x{0,3})(ix|iv|v?i{0,3})$", re.IGNORECASE)
_ROMAN_VALUE = {"i": 1, "v": 5, "x": 10}
_CHINESE_DIGIT = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_CHINESE_UNIT = {"十": 10, "百": 100, "千": 1000}


def roman(text: str) -> int | None:
    """The value of a Roman numeral up to 39, or None."""
    if not text or not _ROMAN.match(text):
        return None
    values = [_ROMAN_VALUE[c] for c in text.lower()]
    pairs = zip(values, [*values[1:], 0], strict=True)
    return sum(-v if v < after else v for v, after in pairs)


def letter(text: str) -> int | None:
    """The place of a letter, `a` = 1, doubled letters going on after `z` (`aa` = 27), or None."""
    if not text.isascii() or not text.isalpha() or len(set(text.lower())) != 1 or len(text) > 2:
        return None
    return ord(text[0].lower()) - ord("a") + 1 + 26 * (len(text) - 1)


def chinese(text: str) -> int | None:
    """The value of a Chinese numeral below ten thousand, written with units (二十三) or digit by digit (二三), or None."""
    if not text or any(c not in CHINESE for c in text):
        return None
    if not any(c in _CHINESE_UNIT for c in text):
        return int("".join(str(_CHINESE_DIGIT[c]) for c in text))
    total = digit = 0
    for c in text:
        if c in _CHINESE_UNIT:
            total += (digit or 1) * _CHINESE_UNIT[c]
            digit = 0
        else:
            digit = _CHINESE_DIGIT[c]
    return total + digit


def readings(text: str) -> tuple[tuple[str, int], ...]:
    """Every way to read a numeral as (family, place): `i` is Roman 1 and letter 9, `12` only a digit."""
    plain = unicodedata.normalize("NFKC", text)
    if plain.isdecimal():
        return (("digit", int(plain)),)
    case = "upper" if plain.isupper() else "lower"
    found = [(f"roman-{case}", roman(plain)), (f"letter-{case}", letter(plain)), ("chinese", chinese(plain))]
    return tuple((family, value) for family, value in found if value)
