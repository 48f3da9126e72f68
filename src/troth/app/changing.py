"""What changed on the board, and why: whoever looks at a board from time to time sees which passages turned, and on what.

Kept in memory, the last few hundred of each organisation; evidence stands in the record, and this only says where to look in it.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from troth.kernel.errors import TrothError
from troth.promises.board import Board, ClauseVerdict
from troth.promises.model import State

if TYPE_CHECKING:
    from troth.app.hosting import Hosted, Hosting

MOST: Final = 300
EVERY: Final = 5.0
"""Seconds between looks at the boards of a run."""


@dataclass(frozen=True, slots=True)
class Change:
    """Passages that turned together, on the same statement: from which state to which, what holds it, and the entry that shows it."""

    at: datetime
    before: State | None
    """None where nobody looked before: then it was so already."""
    after: State
    clauses: tuple[str, ...]
    statement: str
    controls: tuple[str, ...]
    sequence: int
    """The entry of the record to look at first; 0 where none decided."""


class Stood(NamedTuple):
    """How a passage stood, and by which statement ('' where none decided)."""

    state: State
    by: str


@dataclass(slots=True)
class _Seen:
    states: dict[str, Stood] = field(default_factory=dict)
    changes: deque[Change] = field(default_factory=lambda: deque(maxlen=MOST))


class Changes:
    """What changed on the boards of several organisations. Threads may share it."""

    def __init__(self) -> None:
        self._seen: dict[str, _Seen] = {}
        self._lock = threading.Lock()

    def look(self, hosted: Hosted) -> Board:
        """Look at a board as it stands, and keep what turned since it was last looked at."""
        board = hosted.board()
        with self._lock:
            seen = self._seen.setdefault(hosted.id, _Seen())
            seen.changes.extend(changed(seen.states, board))
            seen.states = {one.clause.id: Stood(one.verdict.state, _decider(one)) for one in board.clauses}
        return board

    def of(self, id: str) -> tuple[Change, ...]:
        """What changed, the newest first."""
        with self._lock:
            seen = self._seen.get(id)
            return tuple(reversed(seen.changes)) if seen else ()


def changed(before: Mapping[str, Stood], board: Board) -> list[Change]:
    """Which passages of a board stand otherwise than before; at the first look, which are broken.

    What is broken no more is put down to the statement that was broken.
    """
    turned: dict[tuple[State | None, State, str], list[ClauseVerdict]] = {}
    for one in board.clauses:
        was, state = before.get(one.clause.id), one.verdict.state
        if (was.state if was else None) is state or (was is None and state is not State.BROKEN):
            continue
        by = was.by if was is not None and was.state is State.BROKEN else _decider(one)
        turned.setdefault((was.state if was else None, state, by), []).append(one)
    return [_change(board.at, was, state, by, found) for (was, state, by), found in turned.items()]


def _decider(one: ClauseVerdict) -> str:
    return one.deciding[0] if one.deciding else ""


def _change(at: datetime, was: State | None, state: State, by: str, found: list[ClauseVerdict]) -> Change:
    judged = next((verdict for key, verdict in found[0].provable if key == by), found[0].verdict)
    clauses = tuple(one.clause.id for one in found)
    return Change(at, was, state, clauses, by, judged.controls, next(iter(judged.sequences), 0))


@contextmanager
def watching(hosting: Hosting, tell: Callable[[str], None], every: float = EVERY) -> Iterator[None]:
    """Look at all boards from time to time, in a thread, while the block runs. A board that cannot be had is told of once."""
    ended, told = threading.Event(), set[str]()

    def watch() -> None:
        _look_at(hosting, tell, told)
        while not ended.wait(every):
            _look_at(hosting, tell, told)

    thread = threading.Thread(target=watch, name="troth-boards", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _look_at(hosting: Hosting, tell: Callable[[str], None], told: set[str]) -> None:
    ids: Iterable[str] = tuple(hosting.organisations)
    for id in ids:
        try:
            current = hosting.current(id)
            if current is not None:
                hosting.changes.look(current)
            told.discard(id)
        except TrothError as problem:
            if id not in told:
                tell(f"{id}: its board could not be looked at: {problem}")
            told.add(id)
