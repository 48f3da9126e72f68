"""The protocol under every interleaving: never a permit that was not true while it was asked, and recovery from every death."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.words.actors import changes, fails, merges, packed_world, reads, repacks, settled, then
from tests.words.enumerator import ANN, BEN, Actor, explore
from troth.words.epoch import KEY_BYTES, USED, Epoch
from troth.words.model import Hit, State, head_of, state_of, version_of
from troth.words.protocol import Order, Step
from troth.words.service import SharedWords

AGREED = (ANN, "consent")
OBJECTS = (ANN, "objects")
SCENES: dict[str, tuple[tuple[tuple[str, str], ...], list[Actor], int]] = {
    "a withdrawal": ((AGREED,), [changes("withdraw"), reads()], 1),
    "a permission": ((), [changes("give"), reads()], 1),
    "a withdrawal and a permission": ((AGREED,), [changes("withdraw"), changes("give"), reads()], 1),
    "a withdrawal, then a question": ((AGREED,), [then(changes("withdraw"), reads()), changes("give")], 1),
    "to and fro": ((AGREED,), [changes("withdraw", "give", "withdraw"), reads()], 1),
    "two lanes": ((AGREED, OBJECTS), [changes("withdraw", "lift"), reads()], 1),
    "an objection in the other lane": (
        (AGREED,),
        [changes("object"), changes("withdraw", "give"), reads()],
        0,
    ),
    "nobody knows what changes": ((AGREED,), [merges, reads()], 1),
    "one that fails": ((AGREED,), [fails, changes("withdraw"), reads()], 1),
    "another policy": ((AGREED,), [changes("policy"), changes("withdraw"), reads()], 1),
    "another policy, by one who asks again": ((AGREED,), [changes("policy"), reads(2)], 1),
    "a repacking": ((AGREED,), [repacks, changes("withdraw")], 1),
    "a repacking that is read": ((AGREED,), [repacks, changes("withdraw"), reads()], 0),
    "a repacking under another policy": ((AGREED,), [repacks, changes("policy")], 0),
}


LONG = {"a withdrawal and a permission", "an objection in the other lane", "one that fails", "another policy"}


@pytest.mark.parametrize(
    "scene", [pytest.param(one, marks=pytest.mark.slow if one in LONG else ()) for one in SCENES]
)
def test_no_interleaving_permits_what_was_not_true(scene: str) -> None:
    facts, actors, deaths = SCENES[scene]
    found = explore(packed_world(*facts), actors, deaths=deaths, at_end=settled)
    assert not found.violations, found.violations[0]
    assert found.ends


# --- tempting ways that are wrong: the enumerator finds what each of them permits -----------------------------------------

UNLOCKED_AT_COMMIT = Order(committed=(Step.UNLOCK, Step.SET, Step.FORGET))
SET_BEFORE_COMMIT = Order(permit=(Step.NOTE, Step.OWE, Step.SET), committed=(Step.FORGET, Step.UNLOCK))
CLEARED_AFTER_COMMIT = Order(restrict=(Step.NOTE, Step.OWE))
UNNOTED = Order(restrict=(Step.CLEAR,), permit=(Step.OWE,))


class Reusing(Epoch):
    """Gives a closed person's slot to the next newcomer, to save room."""

    def add(self, key: str) -> int:
        for slot in range(1, self.tally[USED] + 1):
            if state_of(self.heads[slot]) is State.CLOSED:
                self.keys[slot * KEY_BYTES : (slot + 1) * KEY_BYTES] = bytes.fromhex(key)
                self.heads[slot] = head_of(State.CLOSED, self.heads[slot])
                return slot
        return super().add(key)


class ReadingOnce(Epoch):
    """Does not look at the head again after the lanes."""

    def find(self, key: str, at: float) -> Hit | None:
        slot = self.slot(key)
        head = self.heads[slot]
        if not slot or state_of(head) is not State.OPEN:
            return None
        return self.number, version_of(head), tuple(lane[slot] for lane in self.lanes)


class Trusting(SharedWords):
    """Stays with the map it once opened."""

    def _look(self, key: str, at: float) -> Hit | None:
        self._epoch = self._epoch or self._host.current()
        return self._epoch.find(key, at) if self._epoch is not None else None


WRONG: dict[str, tuple[tuple[tuple[str, str], ...], list[Actor], int]] = {
    "the lock ends at the commit": (
        (AGREED,),
        [
            then(changes("withdraw", order=UNLOCKED_AT_COMMIT), reads()),
            changes("give", order=UNLOCKED_AT_COMMIT),
        ],
        0,
    ),
    "set before the commit": ((), [changes("give", order=SET_BEFORE_COMMIT), reads()], 1),
    "cleared after the commit, and the lock ends at it": (
        (AGREED,),
        [
            changes("withdraw", order=replace(UNLOCKED_AT_COMMIT, restrict=CLEARED_AFTER_COMMIT.restrict)),
            reads(),
        ],
        0,
    ),
    "nobody notes whom a change touches": ((AGREED,), [changes("withdraw", order=UNNOTED), reads()], 1),
    "slots are given again": (
        (AGREED, (BEN, "consent")),
        [changes("withdraw"), reads(2, kind=Reusing), reads(key=BEN, kind=Reusing)],
        1,
    ),
    "the head is read once": ((AGREED, OBJECTS), [changes("withdraw", "lift"), reads(kind=ReadingOnce)], 0),
    "a reader stays with its map": ((AGREED,), [changes("policy"), reads(2, words=Trusting)], 0),
}


@pytest.mark.parametrize("way", WRONG)
def test_the_tempting_ways_are_found_out(way: str) -> None:
    facts, actors, deaths = WRONG[way]
    people = (ANN,) if "slots" in way else (ANN, BEN)
    at_end = (
        settled if "notes" in way else None
    )  # that way nobody is permitted too much, and Ann too little for ever
    found = explore(packed_world(*facts, people=people), actors, deaths=deaths, at_end=at_end, strict=False)
    assert found.violations
    assert ("in the end" if at_end else "true at no moment") in found.violations[0]
