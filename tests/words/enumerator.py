"""Every interleaving of a few actors that share words and a database, deaths at any point included.

An actor is a function that runs the very code of the product; all it shares (a cell, the lock, a commit, a look at the database)
it reaches through a `Tape`. The enumerator lets one actor do one such effect at a time, in every order. An actor is a function of
what its effects gave back, so to go on it is run again with the record of them: its state is that record.

What only the holder of the lock may write cannot change under him, so his own reads of it are no points of interleaving.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from troth.words.epoch import KEY_BYTES, Epoch
from troth.words.model import NEVER, Packed, Shape, State, VersionShape, state_of, version_of
from troth.words.protocol import CURRENT

AT = 1000.0
ANN, BEN = "01" + "00" * 31, "01" + "00" * 30 + "01"
"""Two people whose keys lead to the same place of the index."""
LAYOUT = {"consent": 0, "objects": 62, "other": 1}
LANES = 2
CAPACITY, INDEX = 8, 16
Effect = Callable[["World"], Any]
Cell = tuple[Any, ...]


class Pause(BaseException):
    """The actor stops before its next effect."""


class Blocked(BaseException):
    """The actor's next effect cannot happen now."""


class Violation(Exception):
    """Somebody was told what nobody may be told."""


@dataclass
class World:
    """What the actors share. `facts` and `policy` are what is committed, `flying` what a dead actor had sent to be committed."""

    cells: dict[Cell, int] = field(default_factory=dict)
    keys: dict[tuple[int, int], bytes] = field(default_factory=dict)
    shapes: dict[int, Shape] = field(default_factory=dict)
    holder: int | None = None
    facts: frozenset[tuple[str, str]] = frozenset()
    policy: int = 0
    flying: tuple[int, str] | None = None
    commits: tuple[tuple[int, str], ...] = ()
    acked: frozenset[int] = frozenset()
    seen: tuple[tuple[int, bool], ...] = ()

    def copy(self) -> World:
        return World(
            dict(self.cells), dict(self.keys), dict(self.shapes), self.holder, self.facts, self.policy,
            self.flying, self.commits, self.acked, self.seen,
        )  # fmt: skip

    def frozen(self) -> tuple[Any, ...]:
        cells, keys = frozenset(self.cells.items()), len(self.keys)
        return (
            cells, keys, self.holder, self.facts, self.policy, self.flying, self.commits, self.acked, self.seen,
        )  # fmt: skip

    def permits(self, key: str) -> bool:
        """Whether what is committed permits: the first policy on a consent without an objection, the second never."""
        agreed, objects = (key, "consent") in self.facts, (key, "objects") in self.facts
        return self.policy == 0 and agreed and not objects

    def claims(self, key: str) -> bool:
        """Whether the words permit as they stand, to whoever looks them up undisturbed."""
        number = self.cells.get(("c", CURRENT), 0)
        for (of, slot), held in self.keys.items():
            head = self.cells.get((of, "h", slot), 0)
            if of == number and held.hex() == key and state_of(head) is State.OPEN:
                lanes = tuple(self.cells.get((of, lane, slot), 0) for lane in range(LANES))
                return permitted(self.shapes[of], version_of(head), lanes)
        return False

    def watch(self) -> None:
        """Note for every reader under way whether what is committed permits now."""
        self.seen = tuple((who, was or self.permits(ANN)) for who, was in self.seen)


def shape(policy: int) -> Shape:
    return Shape((VersionShape(f"v{policy}", LAYOUT, {"consent": 0, "objects": 1}),), 0.0, float(NEVER))


def permitted(shape: Shape, version: int, lanes: tuple[int, ...]) -> bool:
    """What bits say."""
    return shape.versions[version].digest == "v0" and bool(lanes[0] & 1) and not lanes[1] & 1


def packed(facts: Iterable[tuple[str, str]], key: str) -> Packed:
    places = [divmod(LAYOUT[fact], 62) for who, fact in facts if who == key]
    return Packed(0, tuple(sum(1 << bit for lane, bit in places if lane == n) for n in range(LANES)), 0)


class Tape:
    """The record of an actor's effects, and leave to do one more."""

    def __init__(self, world: World, actor: int, log: tuple[Any, ...] = (), budget: int = 1) -> None:
        self.world = world
        self.actor = actor
        self.log = list(log)
        self.next = "end"
        self.blocked = False
        self.private: set[Any] = set()
        self.nobody_dies = False
        self._budget = budget
        self._played = 0
        self._stopped = False

    def do(self, effect: Effect, name: str = "", *, free: bool = False) -> Any:
        """What the effect gives back, or gave when it was done."""
        if self._stopped:
            raise Pause
        if self._played == len(self.log):
            self._perform(effect, name, free)
        self._played += 1
        return self.log[self._played - 1]

    def _perform(self, effect: Effect, name: str, free: bool) -> None:
        if not free and not self._budget:
            self.next, self._stopped = name, True
            raise Pause
        try:
            self.log.append(effect(self.world))
        except Blocked:
            self.blocked = self._stopped = True
            raise
        self._budget -= not free
        self.world.watch()

    @property
    def holds(self) -> bool:
        """Whether this actor holds the lock, as its own record has it."""
        return self.world.holder == self.actor


class Column:
    """Cells of the world. A map that its maker has not made current yet is nobody else's concern, and the notes of a change
    are another's only once it has died."""

    def __init__(self, tape: Tape, *name: Any) -> None:
        self._tape, self._name = tape, name

    def __getitem__(self, at: int) -> int:
        cell, tape = (*self._name, at), self._tape
        free = tape.holds or self._name[0] in tape.private
        return int(tape.do(lambda world: world.cells.get(cell, 0), f"read {cell}", free=free))

    def __setitem__(self, at: int, value: int) -> None:
        cell, tape = (*self._name, at), self._tape
        free = self._name[0] in tape.private or (tape.nobody_dies and self._name[0] == "c" and at != CURRENT)
        if cell == ("c", CURRENT):
            tape.private.discard(value)
        tape.do(lambda world: world.cells.__setitem__(cell, value), f"write {cell}", free=free)


class Keys:
    """The keys of a map: they lie there before the index leads to them, and never change."""

    def __init__(self, tape: Tape, number: int) -> None:
        self._tape, self._number = tape, number

    def __getitem__(self, place: slice) -> bytes:
        name = (self._number, place.start // KEY_BYTES)
        return bytes(self._tape.do(lambda world: world.keys.get(name, b""), free=True))

    def __setitem__(self, place: slice, key: bytes) -> None:
        name = (self._number, place.start // KEY_BYTES)
        self._tape.do(lambda world: world.keys.__setitem__(name, key), free=True)


class SharedHost:
    """What the processes of a host share, as one actor reaches it."""

    def __init__(self, tape: Tape, kind: type[Epoch] = Epoch) -> None:
        self._tape, self._kind = tape, kind
        self._epoch: Epoch | None = None
        self.control = Column(tape, "c")

    def acquire(self) -> None:
        def take(world: World) -> None:
            if world.holder is not None:
                raise Blocked
            world.holder = self._tape.actor

        self._tape.do(take, "lock")

    def try_acquire(self) -> bool:
        def take(world: World) -> bool:
            free = world.holder is None
            world.holder = self._tape.actor if free else world.holder
            return free

        return bool(self._tape.do(take, "try lock"))

    def release(self) -> None:
        self._tape.do(lambda world: setattr(world, "holder", None), "unlock")

    def current(self) -> Epoch | None:
        number = self.control[CURRENT]
        if self._epoch is None or self._epoch.number != number:
            self._epoch = self._open(number) if number else None
        return self._epoch

    def make(self, number: int, shape: Shape, capacity: int) -> Epoch:
        self._tape.do(lambda world: world.shapes.__setitem__(number, shape), free=True)
        self._tape.private.add(number)
        return self._open(number)

    def keeps(self, number: int) -> bool:
        return True

    def _open(self, number: int) -> Epoch:
        tape = self._tape
        lanes = tuple(Column(tape, number, lane) for lane in range(LANES))
        heads, index, tally = (Column(tape, number, name) for name in "hit")
        keys: Any = Keys(tape, number)
        return self._kind(
            number, tape.world.shapes[number], heads, lanes, index, tally, keys, (CAPACITY, INDEX)
        )


class SharedTruth:
    """What is committed, as one actor sees it; `own` is what it has itself written and not committed."""

    def __init__(self, tape: Tape) -> None:
        self._tape = tape
        self.own = ""

    def shape(self) -> Shape:
        return shape(self._tape.do(lambda world: world.policy, "read policy"))

    def read(self, shape: Shape, keys: Iterable[str]) -> Mapping[str, Packed | None]:
        listed, own = tuple(keys), self.own

        def look(world: World) -> tuple[tuple[str, Packed], ...]:
            facts = CHANGES[own](world.facts) if own else world.facts
            return tuple((key, packed(facts, key)) for key in listed)

        return dict(self._tape.do(look, "read people"))

    def fence(self) -> None:
        def wait(world: World) -> None:
            if world.flying is not None:
                raise Blocked

        self._tape.do(wait, "fence")


Facts = frozenset[tuple[str, str]]
CHANGES: dict[str, Callable[[Facts], Facts]] = {
    "withdraw": lambda facts: facts - {(ANN, "consent")},
    "give": lambda facts: facts | {(ANN, "consent")},
    "object": lambda facts: facts | {(ANN, "objects")},
    "lift": lambda facts: facts - {(ANN, "objects")},
    "other": lambda facts: facts | {(BEN, "other")},
    "policy": lambda facts: facts,
}
PERMITTING = {"give", "lift"}


def commit(tape: Tape, act: str) -> None:
    """What was written becomes true; as each work holds the organisation's row, it waits for what a dead one had sent."""

    def land(world: World) -> None:
        if world.flying is not None:
            raise Blocked
        settle(world, tape.actor, act)

    tape.do(land, f"commit {act}")


def settle(world: World, actor: int, act: str) -> None:
    world.facts = CHANGES[act](world.facts)
    world.policy += act == "policy"
    world.commits = (*world.commits, (actor, act))


# --- going through all of it ---------------------------------------------------------------------------------------------

Actor = Callable[[Tape], None]


@dataclass(frozen=True)
class Node:
    """A state: the world, each actor's record and next effect ('end': done, 'dead': dead), how it came about."""

    world: World
    logs: tuple[tuple[Any, ...], ...]
    nexts: tuple[str, ...]
    deaths: int
    path: tuple[Any, ...]

    def frozen(self) -> tuple[Any, ...]:
        return (self.world.frozen(), self.logs, self.nexts, self.deaths)


@dataclass
class Found:
    """What an enumeration came to."""

    states: int = 0
    ends: int = 0
    violations: list[str] = field(default_factory=list)


def explore(
    world: World,
    actors: list[Actor],
    *,
    deaths: int = 0,
    at_end: Callable[[World], None] | None = None,
    strict: bool = True,
) -> Found:
    """Go through every state; stop at the first violation. `strict`: words that permit more than is committed are one."""
    found = Found()
    first = Node(world, tuple(() for _ in actors), tuple("begin" for _ in actors), deaths, ())
    waiting, known = [first], {first.frozen()}
    while waiting and not found.violations:
        node = waiting.pop()
        found.states += 1
        try:
            if strict and node.world.claims(ANN) and not node.world.permits(ANN):
                raise Violation("the words permit what is not committed")
            following = list(_following(node, actors))
            if not following:
                found.ends += 1
                _check_end(node, at_end)
        except Violation as wrong:
            found.violations.append(f"{wrong}\n" + "\n".join(_told(node.path)))
            break
        for one in following:
            if (state := one.frozen()) not in known:
                known.add(state)
                waiting.append(one)
    return found


def _check_end(node: Node, at_end: Callable[[World], None] | None) -> None:
    if any(next not in ("end", "dead") for next in node.nexts):
        raise Violation("nobody can go on")
    if at_end is not None:
        at_end(node.world)


def _told(path: tuple[Any, ...]) -> list[str]:
    steps = []
    while path:
        path, step = path
        steps.append(step)
    return steps[::-1]


def _following(node: Node, actors: list[Actor]) -> Iterable[Node]:
    for number, actor in enumerate(actors):
        if node.nexts[number] in ("end", "dead"):
            continue
        yield from _stepped(node, number, actor)
        if node.deaths and node.world.holder == number:  # the death of anybody else changes nothing
            yield from _died(node, number)
    if node.world.flying is not None:
        yield from _landed(node)


def _stepped(node: Node, number: int, actor: Actor) -> Iterable[Node]:
    tape = Tape(node.world.copy(), number, node.logs[number])
    tape.nobody_dies = not node.deaths
    try:
        actor(tape)
    except (Pause, Blocked):
        if tape.blocked:
            return
    except Violation as wrong:
        raise Violation(f"{wrong} (actor {number})") from None
    step = f"{number}: {node.nexts[number]}"
    yield _node(node, number, tape.world, tuple(tape.log), tape.next, step, node.deaths)


def _died(node: Node, number: int) -> Iterable[Node]:
    """It dies; the kernel gives its lock back. Where it was about to commit, that may already have been sent."""
    world, next = node.world.copy(), node.nexts[number]
    if world.holder == number:
        world.holder = None
    world.seen = tuple(pair for pair in world.seen if pair[0] != number)
    yield _node(node, number, world, (), "dead", f"{number}: dies before {next}", node.deaths - 1)
    if next.startswith("commit ") and world.flying is None:
        sent = world.copy()
        sent.flying = (number, next.removeprefix("commit "))
        yield _node(node, number, sent, (), "dead", f"{number}: dies after sending {next}", node.deaths - 1)


def _landed(node: Node) -> Iterable[Node]:
    """What was sent is committed, or is not."""
    assert node.world.flying is not None
    actor, act = node.world.flying
    for lands in (True, False):
        world = node.world.copy()
        world.flying = None
        if lands:
            settle(world, actor, act)
            world.watch()
        path = (node.path, f"{act} of the dead {'lands' if lands else 'is lost'}")
        yield Node(world, node.logs, node.nexts, node.deaths, path)


def _node(
    node: Node, number: int, world: World, log: tuple[Any, ...], next: str, step: str, deaths: int
) -> Node:
    logs = (*node.logs[:number], log, *node.logs[number + 1 :])
    nexts = (*node.nexts[:number], next, *node.nexts[number + 1 :])
    return Node(world, logs, nexts, deaths, (node.path, step))
