"""One epoch: the map of all people under one shape. Whoever holds the lock of the host may write; everybody may read.

Nothing in here waits or locks. A key is found through an index of open addressing; a slot, once given to a key, is never given
to another one within the epoch, so a reader may keep it.
"""

from __future__ import annotations

from typing import Final

from troth.words.model import (
    LANE_BITS,
    OPEN,
    STATE,
    UNTIL,
    Cells,
    Hit,
    Packed,
    Shape,
    State,
    head_of,
    state_of,
    version_of,
)

KEY_BYTES: Final = 32
USED, AS_OF = 0, 1
_SLOTS_KEPT: Final = 1 << 16
_NOW: Final = 1.0
"""Seconds before the latest packing that still count as now; an instant before them is another one."""


class Epoch:
    """A map over columns that may lie in a file, or in a test's hands.

    `index` has a power of two of cells, each the number of a slot or 0; slot 0 is nobody's. `tally[USED]` counts slots given,
    `tally[AS_OF]` is the latest second at which somebody was packed.
    """

    def __init__(
        self,
        number: int,
        shape: Shape,
        heads: Cells,
        lanes: tuple[Cells, ...],
        index: Cells,
        tally: Cells,
        keys: memoryview,
        sizes: tuple[int, int],
    ) -> None:
        self.number = number
        self.shape = shape
        self.heads = heads
        self.lanes = lanes
        self.index = index
        self.tally = tally
        self.keys = keys
        self.capacity, self.index_size = sizes
        self._since, self._until = shape.since, shape.until
        self._single = lanes[0] if len(lanes) == 1 else None
        self._slots: dict[str, int] = {}

    # --- reading -----------------------------------------------------------------------------------------------------

    def find(self, key: str, at: float) -> Hit | None:
        """The words of a key as they are now; None: read the database. They answer only now: not an instant before somebody was
        packed, nor one at which something changed by itself.

        The head is read before and after the lanes: it changes with every change that permits, so what was read in between
        belongs together, or is stricter.
        """
        slot = self._slots.get(key) or self.slot(key)
        if not slot:
            return None
        head = self.heads[slot]
        if head & STATE != OPEN or at >= head & UNTIL:
            return None
        if not self._since <= at < self._until or at < self.tally[AS_OF] - _NOW:
            return None
        single = self._single
        if single is not None:
            words: tuple[int, ...] = (single[slot],)
        else:
            words = tuple([lane[slot] for lane in self.lanes])
        if self.heads[slot] != head:
            return None
        return self.number, head >> 40 & 255, words

    def slot(self, key: str) -> int:
        """The slot of a key; 0 when it has none."""
        wanted = bytes.fromhex(key)
        place = self._first_place(wanted)
        while found := self.index[place]:
            if self.keys[found * KEY_BYTES : (found + 1) * KEY_BYTES] == wanted:
                if len(self._slots) >= _SLOTS_KEPT:
                    self._slots.clear()
                self._slots[key] = found
                return found
            place = place + 1 & self.index_size - 1
        return 0

    def through(self, key: str, at: float) -> bool:
        """Whether it is no use to pack this person again."""
        slot = self._slots.get(key) or self.slot(key)
        return bool(slot) and state_of(self.heads[slot]) is State.THROUGH

    # --- writing, under the lock -------------------------------------------------------------------------------------

    @property
    def is_full(self) -> bool:
        """Whether no slot is left to give."""
        return self.tally[USED] + 1 >= self.capacity

    def add(self, key: str) -> int:
        """A slot for a new key, closed. The key lies there before the index leads to it."""
        slot = self.tally[USED] + 1
        wanted = bytes.fromhex(key)
        self.keys[slot * KEY_BYTES : (slot + 1) * KEY_BYTES] = wanted
        self.heads[slot] = head_of(State.CLOSED, 0)
        self.tally[USED] = slot
        place = self._first_place(wanted)
        while self.index[place]:
            place = place + 1 & self.index_size - 1
        self.index[place] = slot
        return slot

    def take(self, other: Epoch) -> None:
        """Take over everybody of a map of the same shape, under the same slots, into this empty one."""
        for slot in range(1, other.tally[USED] + 1):
            self.add(other.keys[slot * KEY_BYTES : (slot + 1) * KEY_BYTES].hex())
            for mine, theirs in zip((*self.lanes, self.heads), (*other.lanes, other.heads), strict=True):
                mine[slot] = theirs[slot]
        self.tally[AS_OF] = other.tally[AS_OF]

    def put(self, slot: int, packed: Packed | None) -> None:
        """Write a person anew, closed meanwhile; across lanes bits are cleared before any is set."""
        before = self.heads[slot]
        closed = head_of(State.CLOSED, before)
        self.heads[slot] = closed
        if packed is None:
            self.heads[slot] = head_of(State.THROUGH, closed)
            return
        self.tally[AS_OF] = max(self.tally[AS_OF], packed.at)
        for lane, word in zip(self.lanes, packed.lanes, strict=True):
            lane[slot] = lane[slot] & word
        for lane, word in zip(self.lanes, packed.lanes, strict=True):
            lane[slot] = word
        self.heads[slot] = head_of(State.OPEN, closed, version=packed.version, until=packed.until)

    def restrict(self, slot: int, fact: str | None) -> bool:
        """Write the value of a fact that forbids; True when the words are then exact, else the person is closed."""
        head = self.heads[slot]
        if state_of(head) is not State.OPEN:
            return False
        if fact is None:
            self.close(slot)
            return False
        version = self.shape.versions[version_of(head)]
        at = version.positions.get(fact)
        if at is None:
            return True  # no statement reads it
        strict = version.strict.get(fact)
        if strict is None:
            self.close(slot)
            return False
        lane, bit = divmod(at, LANE_BITS)
        word = self.lanes[lane][slot]
        self.lanes[lane][slot] = word | 1 << bit if strict else word & ~(1 << bit)
        return True

    def close(self, slot: int) -> None:
        """Let nobody believe these words."""
        self.heads[slot] = head_of(State.CLOSED, self.heads[slot])

    def _first_place(self, wanted: bytes) -> int:
        """Keys are keyed digests, so any of their bits are as good as a hash."""
        return int.from_bytes(wanted[:8], "little") & self.index_size - 1
