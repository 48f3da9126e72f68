"""Who takes part in the enumeration: people who change their mind, readers, a policy that changes, a repacking."""

from __future__ import annotations

from tests.words.enumerator import (
    ANN,
    AT,
    BEN,
    PERMITTING,
    Actor,
    SharedHost,
    SharedTruth,
    Tape,
    Violation,
    World,
    commit,
    permitted,
    shape,
)
from troth.words.epoch import Epoch
from troth.words.protocol import CURRENT, EVERYBODY, LAST, ORDER, Change, Order
from troth.words.service import SharedWords

TOUCHES = {
    "withdraw": "consent",
    "give": "consent",
    "object": "objects",
    "lift": "objects",
    "other": "other",
}


def changes(*acts: str, order: Order = ORDER, kind: type[Epoch] = Epoch) -> Actor:
    """Does these acts, each in a transaction of its own, and hears the acknowledgement of each."""

    def run(tape: Tape) -> None:
        for act in acts:
            _change(tape, act, order, kind)

    return run


def then(*actors: Actor) -> Actor:
    """One after the other, in one process."""

    def run(tape: Tape) -> None:
        for actor in actors:
            actor(tape)

    return run


def _change(tape: Tape, act: str, order: Order, kind: type[Epoch]) -> None:
    truth = SharedTruth(tape)
    change = Change(SharedHost(tape, kind), truth, order)
    change.begin()
    truth.own = act
    if act == "policy":
        change.restrict(EVERYBODY, None)
    else:
        key = BEN if act == "other" else ANN
        (change.grant if act in PERMITTING else change.restrict)(key, TOUCHES[act])
    commit(tape, act)
    truth.own = ""
    change.committed()
    tape.do(
        lambda world: setattr(world, "acked", world.acked | {len(world.commits) - 1}), f"acknowledge {act}"
    )


def merges(tape: Tape) -> None:
    """Something happens of which nobody can say what it changes, and it turns out to be a withdrawal."""
    truth = SharedTruth(tape)
    change = Change(SharedHost(tape), truth)
    change.begin()
    change.restrict(ANN, None)
    commit(tape, "withdraw")
    change.committed()


def fails(tape: Tape) -> None:
    """A withdrawal that is rolled back."""
    change = Change(SharedHost(tape), SharedTruth(tape))
    change.begin()
    change.restrict(ANN, "consent")
    change.failed()


def reads(
    times: int = 1,
    *,
    key: str = ANN,
    words: type[SharedWords] = SharedWords,
    kind: type[Epoch] = Epoch,
) -> Actor:
    """Asks as the gate does: the words, else the database. A permit for Ann must have been true while it was asked."""

    def run(tape: Tape) -> None:
        host = SharedHost(tape, kind)
        mine = words(host, SharedTruth(tape))
        for _ in range(times):
            tape.do(lambda world: _begin(world, tape.actor), free=True)
            hit = mine.find(key, AT)
            if hit is None:
                answer = tape.do(lambda world: world.permits(key), "ask the database")
            else:
                answer = permitted(tape.world.shapes[hit[0]], hit[1], hit[2])
            true_meanwhile = tape.do(lambda world: _end(world, tape.actor), free=True)
            if answer and not true_meanwhile and key == ANN:
                raise Violation("a permit that was true at no moment of asking")

    return run


def _begin(world: World, actor: int) -> None:
    world.seen = (*world.seen, (actor, world.permits(ANN)))


def _end(world: World, actor: int) -> bool:
    found = dict(world.seen)[actor]
    world.seen = tuple(pair for pair in world.seen if pair[0] != actor)
    return found


def repacks(tape: Tape) -> None:
    """Packs both people into another map aside, replays what changed meanwhile, swaps."""
    words = SharedWords(SharedHost(tape), SharedTruth(tape))
    before = tape.do(lambda world: len(world.commits), "note the sequence")

    def tail() -> list[str]:
        acts = [act for _, act in tape.do(lambda world: world.commits[before:], "replay the tail")]
        return sorted({BEN if act == "other" else ANN for act in acts if act != "policy"})

    words.repack([ANN, BEN], tail)


def packed_world(*facts: tuple[str, str], people: tuple[str, ...] = (ANN, BEN)) -> World:
    """A world in which people are packed into the first map, as they stand."""
    world = World(facts=frozenset(facts))
    tape = Tape(world, 99, budget=1 << 30)
    host, truth = SharedHost(tape), SharedTruth(tape)
    epoch = host.make(1, shape(0), 0)
    for key, found in truth.read(shape(0), people).items():
        epoch.put(epoch.add(key), found)
    host.control[LAST], host.control[CURRENT] = 1, 1
    return world


def settled(world: World) -> None:
    """In the end a process that comes anew is told the truth by the words: nothing stays too strict."""
    for newcomer in (97, 98):
        tape = Tape(world.copy(), newcomer, budget=1 << 30)
        words = SharedWords(SharedHost(tape), SharedTruth(tape))
        words.mend()
        hit = words.find(ANN, AT)
        if hit is None:
            raise Violation("the words do not come back")
        if permitted(tape.world.shapes[hit[0]], hit[1], hit[2]) != world.permits(ANN):
            raise Violation("in the end the words say something else than the database")
