"""Marks: which words may occur in a heap of entries, in few bytes: a Bloom filter. Pure.

A word that is in the heap is always found to be; one that is not is taken for one about once in a hundred. So a search
passes over nearly every archive that has nothing for it, and over none that has.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from typing import Final

BITS_PER_WORD: Final = 10
_PROBES: Final = 7


def mark(words: Iterable[str]) -> bytes:
    """The marks of these words; equal words make equal bytes."""
    named = sorted(set(words))
    marks = bytearray(max(1, (len(named) * BITS_PER_WORD + 7) // 8))
    for word in named:
        for bit in _bits(word, len(marks) * 8):
            marks[bit >> 3] |= 1 << (bit & 7)
    return bytes(marks)


def may_hold(marks: bytes, word: str) -> bool:
    """False where the word is surely not among those marked."""
    return bool(marks) and all(marks[bit >> 3] >> (bit & 7) & 1 for bit in _bits(word, len(marks) * 8))


def _bits(word: str, width: int) -> Iterable[int]:
    digest = sha256(word.encode()).digest()
    return (int.from_bytes(digest[4 * at : 4 * at + 4], "big") % width for at in range(_PROBES))
