"""Processes that ask for the same use under the same key at the same moment, each with its own connections."""

from __future__ import annotations

import multiprocessing
from collections.abc import Sequence
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

from tests.gate.kit import MAIL, organisation
from troth.app.system import SystemEntropy
from troth.app.using import use_once
from troth.ledger import Origin

START = multiprocessing.get_context("spawn")
PATIENCE = 60


def ask(place: str, url: str, meeting: Barrier, keys: Sequence[tuple[str, str]], told: Any) -> None:
    """Ask under every key as soon as all others are about to; what was answered goes to `told`."""
    answers = []
    with organisation(Path(place), url, entropy=SystemEntropy()) as quay:
        for key, who in keys:
            meeting.wait(PATIENCE)
            answers.append(use_once(quay, key, {"subject": who}, MAIL, who, {}, Origin.OBSERVED))
    told.put(answers)


def run(place: str, url: str, keys: Sequence[tuple[str, str]], crowd: int = 4) -> list[list[dict[str, Any]]]:
    """What each of a crowd was answered, key by key; `keys` are pairs of a key and the person the use is about."""
    meeting, told = START.Barrier(crowd), START.Queue()
    processes = [
        START.Process(target=ask, args=(place, url, meeting, keys, told), daemon=True) for _ in range(crowd)
    ]
    for process in processes:
        process.start()
    answers = [told.get(timeout=2 * PATIENCE) for _ in processes]
    for process in processes:
        process.join(PATIENCE)
    assert [process.exitcode for process in processes] == [0] * crowd
    return answers
