"""Many people in every company, without a line of its code changed: probes look, the board answers, people come and ask, and memory
stays as it is. Some hundreds in one company as a rule; `make storm` puts ten thousand into each."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from examples.kit.crowd import Shape, crowd
from tests.examples.standing import Stood, standing
from troth.app.starting import people_of, start_people
from troth.client import Client, KeyFile

pytestmark = [pytest.mark.story, pytest.mark.postgres, pytest.mark.storm]
LONG = os.environ.get("TROTH_STORM") == "long"
MANY = 10_000 if LONG else 300
BASE = 3
"""How many come by the front door before."""
SHAPES = {
    "harbour": Shape("customers", ("customer",)),
    "counter": Shape("customers", ("customer",)),
    "axle": Shape("accounts", ("account",), schema="site"),
    "desk": Shape("people", ("person", "sender"), first="SELECT set_config('desk.tenant', '*', false)"),
    "gateway": Shape("members", ("member", "seller", "buyer"), key="member", document="document"),
}
COMPANIES = tuple(SHAPES) if LONG else ("harbour",)
FILES = {"harbour": "harbour.db", "counter": "crm.db"}
GROWTH = 96
"""Megabytes by which a process may grow while half of them come: caches fill, and a heap is not given back to the last byte."""


def place(stood: Stood) -> str:
    return f"sqlite:///{stood.data / FILES[stood.id]}" if stood.id in FILES else stood.postgres["owner"]


@contextmanager
def by_key(stood: Stood) -> Iterator[Client]:
    """Whoever may put people on record and open tickets, by a key for just that."""
    key = stood.town.hosting.keys.issue(stood.id, ("subjects", "intake"))
    client = Client(KeyFile(stood.town.base, stood.id, key))
    try:
        yield client
    finally:
        client.close()


def subjects(client: Client, first: int, many: int) -> list[str]:
    """So many people, on record."""

    def known(number: int) -> str:
        return client.subject({"account": f"crowd.{number}"})

    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(known, range(first, first + many)))


def megabytes(pid: int | None) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) >> 10


@contextmanager
def no_more_memory(stood: Stood) -> Iterator[None]:
    """Neither the product, which is this process, nor the company takes more for it."""
    pids = (os.getpid(), stood.town.nursery.pid(stood.id))
    before = [megabytes(pid) for pid in pids]
    yield
    grown = [megabytes(pid) - one for pid, one in zip(pids, before, strict=True)]
    assert max(grown) < GROWTH, grown


def all_is_well(stood: Stood) -> None:
    failed = {id: look.found for id, look in stood.look().items() if not look.passed}
    assert (failed, stood.clauses("broken")) == ({}, set())


def comes(stood: Stood) -> dict[str, int]:
    """What somebody did who comes by the front door."""
    start_people(stood.town, stood.company, stood.town.around, people=1)
    return dict(stood.town.nursery.children[people_of(stood.id)].wait(300)["done"])


@pytest.mark.parametrize("name", COMPANIES)
def test_many_people(name: str, tmp_path: Path) -> None:
    with standing(name, tmp_path, people=BASE) as stood, by_key(stood) as client:
        all_is_well(stood)
        half = MANY // 2
        before = crowd(place(stood), SHAPES[name], subjects(client, 0, half))
        assert before >= half
        all_is_well(stood)
        comes(stood)
        with no_more_memory(stood):
            assert crowd(place(stood), SHAPES[name], subjects(client, half, half)) >= half
            all_is_well(stood)
            done = comes(stood)
            board = stood.board.promises()
        assert len(board["clauses"]) == len(stood.organisation.policy().bundle.clauses)
        assert done
        assert [what for what in done if "failed (5" in what] == []
        ticket = client.open_ticket(subjects(client, 7, 1)[0], "What do you hold on me?", right="access")
        assert client.ticket(ticket["number"])["number"] == ticket["number"]
