"""Processes that change their mind, some of them killed at a step drawn by lot, and others that ask the words all the while."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
from collections.abc import Sequence
from ctypes import c_longlong
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any

from tests.gate.kit import MAIL, NOON
from tests.words.kit import sharing, words_of
from troth.app.organisation import Organisation
from troth.policy.facts import Fact
from troth.words import protocol

START = multiprocessing.get_context("spawn")
AGREED = Fact("consent", "newsletter")
CALLS, HITS, DENIED, WRONG = range(4)


class Board:
    """What processes tell each other, without locks, since some are killed: each cell has one process that writes it.

    The epoch of a person is even while a withdrawal stands acknowledged and no new yes has been begun, else odd.
    """

    def __init__(self, people: int, readers: int) -> None:
        self.epochs = START.RawArray(c_longlong, people)
        self.counts = START.RawArray(c_longlong, 4 * readers)
        self.ready = START.RawArray(c_longlong, readers)
        self.ended = START.RawValue(c_longlong, 0)

    def total(self, what: int) -> int:
        return sum(self.counts[what::4])


def change(place: str, url: str, board: Board, people: Sequence[str], rounds: int, lot: int) -> None:
    """Give and withdraw; a yes is on the board before it is begun, a no once it is acknowledged. `lot`: die on the way."""
    with sharing(Path(place), url) as quay:
        if lot:
            _die_at(random.Random(lot).randrange(12, 60))
        for _ in range(rounds):
            for index, who in enumerate(people):
                board.epochs[index] |= 1
                _consent(quay, who, "given")
                _consent(quay, who, "withdrawn")
                board.epochs[index] += 1


def _die_at(count: int) -> None:
    """Let this process be killed after that many steps of the protocol."""
    left = iter(range(count))
    go = protocol.Change._go

    def counted(self: protocol.Change, steps: tuple[Any, ...], *given: Any) -> None:
        for step in steps:
            go(self, (step,), *given)
            if next(left, None) is None:
                os.kill(os.getpid(), signal.SIGKILL)

    protocol.Change._go = counted  # type: ignore[method-assign]


def _consent(quay: Organisation, who: str, said: str) -> None:
    language = "en" if said == "given" else ""
    quay.act(lambda acts: acts.consent(who, "newsletter", said, language=language))


def ask(place: str, url: str, board: Board, people: Sequence[str], mine: int) -> None:
    """Ask the words, and the gate, and count every yes that began and ended under an acknowledged withdrawal."""
    with sharing(Path(place), url) as quay:
        counts, index = [0] * 4, 0
        names = [quay.ledger.pseudonym(who) for who in people]
        while not board.ended.value:
            index = (index + 1) % len(people)
            before = board.epochs[index]
            yes = _asked(quay, people[index], names[index], counts)
            due = before % 2 == 0 and board.epochs[index] == before
            counts[CALLS] += 1
            counts[DENIED] += due and not yes
            counts[WRONG] += due and yes
            board.counts[4 * mine : 4 * mine + 4] = counts
            board.ready[mine] = 1


def _asked(quay: Organisation, who: str, name: str, counts: list[int]) -> bool:
    if counts[CALLS] % 4 == 0:
        return quay.gate.peek(MAIL, who).permitted
    known = words_of(quay).lookup(name, NOON)
    counts[HITS] += known is not None
    return known is not None and any(AGREED in facts.holding for facts in known.values())


def start(target: Any, *given: Any) -> SpawnProcess:
    process = START.Process(target=target, args=given, daemon=True)
    process.start()
    return process


def storm(place: Path, url: str, people: Sequence[str], *, rounds: int, lots: Sequence[int]) -> Board:
    """Two readers; one changer that lives, then one after the other that die. Ends with one that lives again."""
    board = Board(len(people), 2)
    readers = [start(ask, str(place), url, board, people, mine) for mine in range(2)]
    try:
        while not all(board.ready):
            assert all(reader.is_alive() for reader in readers)
            readers[0].join(0.05)
        for lot in (0, *lots, 0):
            changer = start(change, str(place), url, board, people, rounds, lot)
            changer.join(120)
            assert changer.exitcode == (-signal.SIGKILL if lot else 0)
    finally:
        board.ended.value = 1
        for reader in readers:
            reader.join(30)
            reader.kill()
    assert [reader.exitcode for reader in readers] == [0, 0]
    return board
