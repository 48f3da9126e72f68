"""Processes that give and withdraw, and others that ask all the while: started by the test, each with its own connections."""

from __future__ import annotations

import multiprocessing
from collections.abc import Sequence
from ctypes import c_longlong
from multiprocessing.context import SpawnProcess
from multiprocessing.sharedctypes import SynchronizedArray
from pathlib import Path
from typing import Any

from tests.gate.kit import MAIL, organisation
from troth.app.organisation import Organisation
from troth.app.system import SystemEntropy

START = multiprocessing.get_context("spawn")
CALLS, PERMITS, WATCHED, WRONG = range(4)


class Board:
    """What processes tell each other. The epoch of a person is even while a withdrawal stands acknowledged and no new
    yes has been begun, else odd; it only grows. `counts` are calls, permits, denials that were due, and wrong permits."""

    def __init__(self, people: int) -> None:
        self.epochs: SynchronizedArray[int] = START.Array(c_longlong, people)
        self.counts: SynchronizedArray[int] = START.Array(c_longlong, 4)
        self.writing = START.Value(c_longlong, 0)
        self.ready = START.Semaphore(0)
        self.go = START.Event()

    def count(self, what: int) -> None:
        with self.counts.get_lock():
            self.counts[what] += 1


def change(
    place: str, url: str, board: Board, people: Sequence[str], mine: Sequence[int], rounds: int
) -> None:
    """Give and withdraw, over and over, saying so on the board: a yes before it is begun, a no once it is acknowledged."""
    try:
        with organisation(Path(place), url, entropy=SystemEntropy()) as quay:
            _wait_for_all(board)
            for _ in range(rounds):
                for index in mine:
                    _give_and_withdraw(quay, board, people[index], index)
    finally:
        with board.writing.get_lock():
            board.writing.value -= 1


def _give_and_withdraw(quay: Organisation, board: Board, who: str, index: int) -> None:
    board.epochs[index] += 1
    quay.act(lambda acts: acts.consent(who, "newsletter", "given", language="en"))
    quay.act(lambda acts: acts.consent(who, "newsletter", "withdrawn"))
    board.epochs[index] += 1


def ask(place: str, url: str, board: Board, people: Sequence[str], verb: str) -> None:
    """Ask while anybody changes anything, and count every permit that began and ended under an acknowledged withdrawal."""
    with organisation(Path(place), url, entropy=SystemEntropy()) as quay:
        _wait_for_all(board)
        index = 0
        while board.writing.value:
            index = (index + 1) % len(people)
            before = board.epochs[index]
            permitted = _asked(quay, verb, people[index])
            unchanged = before % 2 == 0 and board.epochs[index] == before
            board.count(CALLS)
            if unchanged:
                board.count(WATCHED)
            if permitted:
                board.count(WRONG if unchanged else PERMITS)


def run(place: str, url: str, people: Sequence[str], rounds: int) -> Board:
    """Two processes that change, one for each verb that asks; ends when the changes are done."""
    board = Board(len(people))
    half = len(people) // 2
    changers = [range(half), range(half, len(people))]
    board.writing.value = len(changers)
    processes = [_process(change, place, url, board, people, tuple(mine), rounds) for mine in changers]
    processes += [_process(ask, place, url, board, people, verb) for verb in ("peek", "use", "release")]
    for process in processes:
        process.start()
    for _ in processes:
        _wait_for_one(board, processes)
    board.go.set()
    for process in processes:
        process.join(240)
    for process in processes:
        if process.is_alive():
            process.kill()
    assert [process.exitcode for process in processes] == [0] * len(processes)
    return board


def _process(target: Any, *given: Any) -> SpawnProcess:
    return START.Process(target=target, args=given, daemon=True)


def _wait_for_one(board: Board, processes: Sequence[SpawnProcess]) -> None:
    """Until one more is ready; a process that ended before it began is not waited for."""
    while not board.ready.acquire(timeout=1):
        ended = [process.exitcode for process in processes if process.exitcode is not None]
        assert not ended, f"a process did not begin: {ended}"


def _wait_for_all(board: Board) -> None:
    board.ready.release()
    assert board.go.wait(60)


def _asked(quay: Organisation, verb: str, who: str) -> bool:
    verbs = {"peek": quay.gate.peek, "use": quay.gate.use, "release": quay.gate.release}
    return verbs[verb](MAIL, who).permitted
