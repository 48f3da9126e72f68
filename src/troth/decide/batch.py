"""One question about millions of people at once, over columns.

People stand in rows `0..n-1`; their words are int64 columns, one a lane (8 bytes a person and lane). The same flat rules that
answer one question run on them, in two forms: on words, row by row (`codes_of`), and on bitmaps, one for each bit that a rule
reads (`Batch`), 64 people an operation. A batch is a snapshot: its columns must not change while it lives. A list made from it is a
cache, so whoever sends asks again for each person at the moment of sending.

A column has no room for "unknown": people whose packed facts leave `Words.unknown` bits are asked about one by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from troth.decide.compiled import Engine
from troth.decide.layout import LANE, LANE_BITS, Layout
from troth.decide.masks import Row, bits_of
from troth.decide.model import Question
from troth.decide.residual import Rule
from troth.kernel.errors import CallerError

MOST_GROUNDS = 255
"""Grounds of one question whose places fit a byte; beyond, the words are read."""
CHUNK = 1 << 14
"""64-bit pieces of a bitmap handled at a time, so that what is being worked on stays near the processor."""
PEOPLE = CHUNK * 64
"""People in such a chunk."""

Lane = NDArray[np.int64]
Bitmap = NDArray[np.uint8]
"""Person `i` is bit `i % 8` of byte `i // 8`; bits beyond the last person are 0."""
Pieces = NDArray[np.uint64]
Mask = NDArray[np.bool_]


class UnevenLanes(CallerError):
    """The columns do not fit the layout, or each other."""


def lanes_of(layout: Layout, words: Sequence[int]) -> tuple[Lane, ...]:
    """Columns for some people's words."""
    return tuple(
        np.fromiter(((word >> LANE_BITS * lane) & LANE for word in words), dtype=np.int64, count=len(words))
        for lane in range(layout.lanes)
    )


class Batch:
    """Some people, ready to be asked about. Bitmaps are made when a rule first reads their bit, and kept."""

    def __init__(self, engine: Engine, lanes: Sequence[Lane]) -> None:
        _fit(engine.layout, lanes)
        self._engine = engine
        self.lanes = tuple(lanes)
        self._bitmaps: dict[int, Pieces] = {}
        self.size = len(lanes[0])

    @property
    def bitmap_bytes(self) -> int:
        """What the bitmaps made so far take in memory."""
        return sum(bitmap.nbytes for bitmap in self._bitmaps.values())

    def bitmap(self, question: Question, request_word: int = 0) -> Bitmap:
        """Who is permitted, one bit a person."""
        return self._permitted(self._engine.fold.rules_of_person(question, request_word)).view(np.uint8)[
            : -(-self.size // 8)
        ]

    def ids(self, question: Question, request_word: int = 0) -> NDArray[np.int64]:
        """The rows of those who are permitted, in order."""
        permitted = self._permitted(self._engine.fold.rules_of_person(question, request_word))
        counts = [
            int(np.bitwise_count(permitted[at : at + CHUNK]).sum()) for at in range(0, len(permitted), CHUNK)
        ]
        found = np.empty(sum(counts), dtype=np.int64)
        filled = 0
        for index, count in enumerate(counts):
            some = _unpacked(permitted[index * CHUNK : (index + 1) * CHUNK])
            np.add(np.flatnonzero(some.view(np.bool_)), index * PEOPLE, out=found[filled : filled + count])
            filled += count
        return found

    def codes(self, question: Question, request_word: int = 0) -> NDArray[np.int16]:
        """For each person the number of the ground that decides (for several categories: of the first); 0 for a denial."""
        rules = self._engine.fold.rules_of_person(question, request_word)
        permitted = self._permitted(rules)
        first = rules[0].grounds
        if not 0 < len(first) <= MOST_GROUNDS:
            return codes_of(self._engine, question, self.lanes, request_word)
        meaning = np.array([0, *(code for code, _ in first)], dtype=np.int16)
        found = np.zeros(self.size, dtype=np.int16)
        for start, stop in self._chunks():
            planes = self._planes(first, permitted[start:stop], start, stop)
            places = self._places(planes)
            people = found[start * 64 : stop * 64]
            np.take(meaning, places[: len(people)], out=people, mode="clip")
        return found

    # bitmaps -------------------------------------------------------------------------------------------------------------

    def _chunks(self) -> Iterator[tuple[int, int]]:
        pieces = -(-self.size // 64)
        for start in range(0, pieces, CHUNK):
            yield start, min(start + CHUNK, pieces)

    def _permitted(self, rules: tuple[Rule, ...]) -> Pieces:
        self._read(rules)
        found = np.zeros(-(-self.size // 64), dtype=np.uint64)
        for start, stop in self._chunks():
            chunk = found[start:stop]
            chunk[:] = ~np.uint64(0)
            for rule in rules:
                chunk &= self._any((row for _, rows in rule.grounds for row in rows), start, stop)
                chunk &= ~self._any(rule.blocks, start, stop)
        _clear_tail(found, self.size)
        return found

    def _read(self, rules: tuple[Rule, ...]) -> None:
        """Make the bitmaps that some rules need and nobody asked for yet."""
        for rule in rules:
            for row in (*rule.blocks, *(row for _, rows in rule.grounds for row in rows)):
                for bit in bits_of(row.reads):
                    if bit not in self._bitmaps:
                        self._bitmaps[bit] = self._sliced(bit.bit_length() - 1)

    def _sliced(self, position: int) -> Pieces:
        lane, bit = divmod(position, LANE_BITS)
        found = np.zeros(-(-self.size // 64), dtype=np.uint64)
        octets = found.view(np.uint8)
        for start in range(0, self.size, PEOPLE):
            words = self.lanes[lane][start : start + PEOPLE]
            packed = np.packbits((words & (1 << bit)) != 0, bitorder="little")
            octets[start // 8 : start // 8 + len(packed)] = packed
        return found

    def _any(self, rows: Iterable[Row], start: int, stop: int) -> Pieces:
        """Who matches one of some rows, in one chunk."""
        found = np.zeros(stop - start, dtype=np.uint64)
        for row in rows:
            found |= self._matching(row, start, stop)
        return found

    def _matching(self, row: Row, start: int, stop: int) -> Pieces:
        needed = [self._bitmaps[bit][start:stop] for bit in bits_of(row.need)]
        barred = [self._bitmaps[bit][start:stop] for bit in bits_of(row.forbid)]
        found = np.full(stop - start, ~np.uint64(0)) if not needed else needed[0].copy()
        for bitmap in needed[1:]:
            found &= bitmap
        if barred:
            against = barred[0].copy()
            for bitmap in barred[1:]:
                against |= bitmap
            found &= ~against
        return found

    def _planes(
        self, grounds: tuple[tuple[int, tuple[Row, ...]], ...], permitted: Pieces, start: int, stop: int
    ) -> list[Pieces]:
        """The place of the deciding ground (from 1) for each person, as binary digits, one bitmap a digit."""
        planes = [np.zeros(stop - start, dtype=np.uint64) for _ in range(len(grounds).bit_length())]
        undecided = permitted.copy()
        for place, (_, rows) in enumerate(grounds, 1):
            deciding = self._any(rows, start, stop)
            deciding &= undecided
            undecided &= ~deciding
            for digit, plane in enumerate(planes):
                if place >> digit & 1:
                    plane |= deciding
        return planes

    def _places(self, planes: list[Pieces]) -> NDArray[np.uint8]:
        """Binary digits put together, a number a person."""
        found = _unpacked(planes[0])
        for digit, plane in enumerate(planes[1:], 1):
            found |= _unpacked(plane) << np.uint8(digit)
        return found


def codes_of(
    engine: Engine, question: Question, lanes: Sequence[Lane], request_word: int = 0
) -> NDArray[np.int16]:
    """As `Batch.codes`, straight from words: for people whose words changed a moment ago, or few of them."""
    _fit(engine.layout, lanes)
    rules = engine.fold.rules_of_person(question, request_word)
    found = np.zeros(len(lanes[0]), dtype=np.int16)
    for start in range(0, len(found), PEOPLE):
        words = [lane[start : start + PEOPLE] for lane in lanes]
        here = found[start : start + PEOPLE]
        for code, rows in reversed(rules[0].grounds):
            here[_match(rows, words)] = code
        for rule in rules:
            allowed = _match([row for _, rows in rule.grounds for row in rows], words)
            here[~allowed | _match(rule.blocks, words)] = 0
    return found


def _match(rows: Sequence[Row], words: list[Lane]) -> Mask:
    """Who matches one of some rows: for each lane, `(w & (need | forbid)) == need`."""
    found = np.zeros(len(words[0]), dtype=np.bool_)
    for row in rows:
        matching = np.ones(len(found), dtype=np.bool_)
        for lane, word in enumerate(words):
            reads, need = (mask >> LANE_BITS * lane & LANE for mask in (row.reads, row.need))
            if reads:
                matching &= (word & reads) == need
        found |= matching
    return found


def _fit(layout: Layout, lanes: Sequence[Lane]) -> None:
    sizes = {len(lane) for lane in lanes}
    if len(lanes) != layout.lanes or len(sizes) != 1:
        raise UnevenLanes(
            f"This policy packs a person into {layout.lanes} columns of equal length; {len(lanes)} were given.",
            "Pack them with the layout of the same bundle.",
            lanes=len(lanes),
            wanted=layout.lanes,
        )


def _unpacked(pieces: Pieces) -> NDArray[np.uint8]:
    return np.unpackbits(pieces.view(np.uint8), bitorder="little")


def _clear_tail(pieces: Pieces, size: int) -> None:
    """Nobody stands beyond the last person."""
    octets = pieces.view(np.uint8)
    octets[-(-size // 8) :] = 0
    if size % 8:
        octets[size // 8] &= (1 << size % 8) - 1
