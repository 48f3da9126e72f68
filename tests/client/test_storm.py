"""Company and product are killed with kill -9, in turns and at once, and the product is away for a while: nothing is lost or doubled.

TROTH_STORM=long kills thirty times each.
"""

from __future__ import annotations

import json
import os
import random
import socket
import sqlite3
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from examples.kit.waiting import until
from tests.client.storm_company import OUTBOX, connect, prepare
from troth.client import Client, KeyFile, Relay

PEOPLE = 3
TURNS = 30
ROUNDS = 30 if os.environ.get("TROTH_STORM") == "long" else 1
pytestmark = pytest.mark.storm


class Process:
    """A process that says lines, and can be killed."""

    def __init__(self, module: str, *args: object) -> None:
        command = [sys.executable, "-m", module, *map(str, args)]
        self._running = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert json.loads(self.line())["ready"]

    def line(self) -> str:
        assert self._running.stdout is not None
        return self._running.stdout.readline()

    def kill(self) -> None:
        self._running.kill()
        self._running.wait()
        for end in (self._running.stdin, self._running.stdout):
            assert end is not None
            with suppress(OSError):
                end.close()


class Stage:
    """The two processes, and where each keeps what is its own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.keys, self.database = folder, folder / "shop.json", str(folder / "company.db")
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.product = self.start_product()
        with Client(KeyFile.read(self.keys)) as client:
            self.people = [client.subject({"email": f"p{number}@people.example"}) for number in range(PEOPLE)]
        prepare(self.database)
        self.company = self.start_company(0)

    def start_product(self) -> Process:
        return Process("tests.client.storm_product", self.folder / "home", self.keys, self.port)

    def start_company(self, turns: int) -> Process:
        return Process("tests.client.storm_company", self.database, self.keys, turns, *self.people)

    def another_company(self, turns: int, heard: int) -> None:
        """Kill the company, start another that is to turn so often, and hear it do so a few times."""
        self.company.kill()
        self.company = self.start_company(turns)
        for _ in range(heard):
            assert self.company.line() == "turned\n"

    def end(self) -> None:
        self.company.kill()
        self.product.kill()


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    found = Stage(tmp_path)
    yield found
    found.end()


def test_nothing_is_lost_or_doubled_whoever_is_killed(stage: Stage) -> None:
    chance = random.Random(7)
    for _ in range(ROUNDS):
        stage.another_company(TURNS, chance.randrange(1, TURNS))
        stage.product.kill()
        stage.another_company(TURNS, TURNS)  # nobody is there meanwhile
        stage.product = stage.start_product()
    stage.company.kill()
    with Client(KeyFile.read(stage.keys)) as client:
        relay = Relay(OUTBOX, client, lambda: connect(stage.database))
        until(lambda: not relay.once().away, 60)
        told = said(client)
    chosen = kept(stage.database)
    assert sum(map(len, chosen.values())) >= ROUNDS * TURNS
    assert sorted(chosen.values()) == sorted(told.values())
    with connect(stage.database) as db:
        assert (OUTBOX.waiting(db), OUTBOX.aside(db)) == (0, ())


def kept(database: str) -> dict[str, list[str]]:
    """What the company has in its own rows, by person."""
    found = defaultdict(list)
    with sqlite3.connect(database) as db:
        for subject, act in db.execute("SELECT subject, act FROM choices ORDER BY number"):
            found[subject].append(act)
    return found


def said(client: Client) -> dict[str, list[str]]:
    """What the product has on record, by pseudonym."""
    found, after = defaultdict(list), 0
    while True:
        page = client.evidence(after=after, kind="consent:objection:")
        for one in page["events"]:
            found[one["subject"]].append(one["kind"].rpartition(":")[2])
        if not page["events"]:
            return found
        after = page["next"]
