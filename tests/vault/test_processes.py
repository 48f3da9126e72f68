"""Processes seal and open while another rotates: epochs end, root keys and keepers change; nothing fails, nothing is lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.vaults import file_keeper, vault_in
from troth.vault import EpochState, Vault, epochs

CELL = "people.mail"
CYCLES = 60 if os.environ.get("TROTH_STORM") == "long" else 4


@pytest.mark.storm
def test_rotation_under_load(
    vault: Vault, tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(epochs, "CHUNK", 50)
    with working(tmp_path, database_url) as workers:
        rotate(vault, workers, tmp_path)
        sealed = [one for worker in workers for one in ended(worker)]
    assert len(sealed) > 20 * 2 * CYCLES
    items = [(owner, CELL, bytes.fromhex(one)) for owner, one in sealed]
    with vault_in(tmp_path, url=database_url) as fresh:
        for opened in (vault, fresh):
            assert opened.open_many(items) == [owner.encode() for owner, _ in sealed]
    states = [one.state for one in vault.epochs()]
    assert states == [EpochState.DESTROYED] * CYCLES + [EpochState.OPEN]
    assert vault.epochs()[-1].keys >= len({owner for owner, _ in sealed})


def rotate(vault: Vault, workers: list[subprocess.Popen[str]], folder: Path) -> None:
    """Do everything that changes keys, again and again, with everybody at work between."""
    acts: list[Callable[[int], object]] = [
        lambda at: vault.destroy_epoch(vault.close_epoch().number),
        lambda at: vault.rewrap_root(),
        lambda at: vault.rewrap_root(file_keeper(folder / f"keeper-{at}")),
        lambda at: vault.new_blind_version(),
    ]
    for cycle in range(CYCLES):
        for act in acts:
            for worker in workers:
                rounds(worker, 3)
            act(cycle)


@contextmanager
def working(folder: Path, url: str) -> Iterator[list[subprocess.Popen[str]]]:
    """Two processes at work, which end with the block whatever happens."""
    workers = [started(folder, url, name) for name in ("a", "b")]
    try:
        yield workers
    finally:
        for worker in workers:
            if worker.poll() is None:
                worker.kill()
                worker.communicate()


def started(folder: Path, url: str, name: str) -> subprocess.Popen[str]:
    """A process at work."""
    command = [sys.executable, "-m", "tests.vault.worker", str(folder), url, name]
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
    )


def rounds(worker: subprocess.Popen[str], count: int) -> None:
    """Wait until it did so many rounds more."""
    assert worker.stdout is not None
    for _ in range(count):
        assert worker.stdout.readline() == "round\n"


def ended(worker: subprocess.Popen[str]) -> list[tuple[str, str]]:
    """Let it end; what it sealed."""
    said, _ = worker.communicate(timeout=120)
    assert worker.returncode == 0
    return [(owner, one) for owner, one in json.loads(said.splitlines()[-1])]
