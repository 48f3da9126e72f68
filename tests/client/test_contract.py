"""When the product is slow or away: what is done is what the policy says of the purpose, and is judged afterwards."""

from __future__ import annotations

import socket
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.client.small_sites import SITES
from tests.web.kit import Place
from troth.client import (
    Away,
    Call,
    Client,
    Contract,
    KeyFile,
    Outbox,
    Question,
    Relay,
    Speaker,
    Steady,
    Terms,
)

NEWS = Question("use", ("email",), "newsletter")
LOG = Question("collect", ("visits",), "page_log")
SHIP = Question("share", ("email",), "deliver", recipient="carrier", papers={"contract": "order 7"})
SEND_LOG = Question("share", ("visits",), "page_log")
OUTBOX = Outbox()
Connect = Callable[[], sqlite3.Connection]


class Switched(Speaker):
    """A product that is there, or is not; it notes how long each answer was given."""

    def __init__(self, client: Client) -> None:
        self.client, self.there = client, True
        self.within: list[float | None] = []

    def perform(self, call: Call[Any], within: float | None = None) -> Any:
        self.within.append(within)
        if not self.there:
            raise Away("Nobody is there.")
        return self.client.perform(call, within)


@pytest.fixture
def product(speaker: Client) -> Switched:
    return Switched(speaker)


@pytest.fixture
def connect(tmp_path: Path) -> Connect:
    def opened() -> sqlite3.Connection:
        return sqlite3.connect(tmp_path / "company.db", timeout=30)

    with opened() as db:
        OUTBOX.prepare(db)
    return opened


@pytest.fixture
def steady(product: Switched, connect: Connect) -> Steady:
    return Steady(product, OUTBOX, connect)


@pytest.fixture
def amy(speaker: Client, request: pytest.FixtureRequest) -> str:
    return speaker.subject({"email": f"{request.node.name}@people.example"})


def written(connect: Connect) -> int:
    with connect() as db:
        return OUTBOX.waiting(db)


def judged(speaker: Client) -> list[str]:
    return [one["kind"] for one in speaker.evidence(kind="gate:act:")["events"]]


def test_the_contract_is_data_of_the_policy(speaker: Client, steady: Steady) -> None:
    assert speaker.contract() == steady.held_contract
    assert steady.held_contract.policy == speaker.policy()["digest"]
    assert steady.held_contract.terms("page_log") == Terms("open", 0.5, 0.0)
    assert steady.held_contract.terms("deliver") == Terms("closed", None, 0.0)


def test_an_answer_may_take_as_long_as_the_contract_says(steady: Steady, product: Switched, amy: str) -> None:
    steady.use(amy, LOG)
    steady.use(amy, NEWS)
    assert product.within[-2:] == [0.5, None]


def test_closed_means_not_done(steady: Steady, product: Switched, amy: str, connect: Connect) -> None:
    product.there = False
    for ask in (
        lambda: steady.use(amy, NEWS),
        lambda: steady.release(amy, SHIP),
        lambda: steady.peek(amy, LOG),
    ):
        with pytest.raises(Away):
            ask()
    assert written(connect) == 0


def test_open_means_done_written_down_and_judged_afterwards(
    steady: Steady, product: Switched, amy: str, connect: Connect, speaker: Client
) -> None:
    before = judged(speaker)
    product.there = False
    answer = steady.use(amy, LOG)
    assert (answer.permitted, answer.unanswered, answer.policy) == (True, "open", steady.held_contract.policy)
    assert written(connect) == 1
    assert judged(speaker) == before
    Relay(OUTBOX, speaker, connect).once()
    assert judged(speaker) == [*before, "gate:act:permitted"]


def test_what_would_have_been_refused_is_a_breach(
    steady: Steady, product: Switched, amy: str, connect: Connect, speaker: Client
) -> None:
    speaker.objection(amy, "page_log", "raised")
    assert not steady.use(amy, LOG).permitted
    before = judged(speaker)
    product.there = False
    assert steady.use(amy, LOG).permitted
    speaker.objection(amy, "page_log", "lifted")  # it is judged by what was known when it was done
    Relay(OUTBOX, speaker, connect).once()
    assert judged(speaker) == [*before, "gate:act:breach"]


def test_what_leaves_never_leaves_without_an_answer(steady: Steady, product: Switched, amy: str) -> None:
    product.there = False
    with pytest.raises(Away):
        steady.release(amy, SEND_LOG)


def test_an_answer_holds_as_long_as_the_contract_says(
    product: Switched, connect: Connect, amy: str, speaker: Client
) -> None:
    ticks = [0.0]
    steady = Steady(product, OUTBOX, connect, ticking=lambda: ticks[0])
    speaker.consent(amy, "newsletter", "given", kind="explicit", language="en")
    fresh = steady.use(amy, NEWS)
    product.there, ticks[0] = False, 60.0
    held = steady.use(amy, NEWS)
    assert (held.permitted, held.unanswered, held.duties) == (True, "held", fresh.duties)
    assert written(connect) == 1
    with pytest.raises(Away):
        steady.use(amy, Question("use", ("orders",), "newsletter"))
    ticks[0] = 60.1
    with pytest.raises(Away):
        steady.use(amy, NEWS)


def test_a_denial_holds_too(steady: Steady, product: Switched, amy: str, connect: Connect) -> None:
    assert not steady.use(amy, NEWS).permitted
    product.there = False
    held = steady.use(amy, NEWS)
    assert (held.permitted, held.unanswered) == (False, "held")
    assert written(connect) == 0


def test_without_an_outbox_nothing_is_open(product: Switched, amy: str) -> None:
    steady = Steady(product)
    product.there = False
    with pytest.raises(Away):
        steady.use(amy, LOG)


def test_what_cannot_be_written_down_is_not_done(product: Switched, amy: str, tmp_path: Path) -> None:
    steady = Steady(product, OUTBOX, lambda: sqlite3.connect(tmp_path / "without_the_table.db"))
    product.there = False
    with pytest.raises(Away):
        steady.use(amy, LOG)


def test_whoever_starts_while_nobody_answers_goes_by_what_was_kept(
    product: Switched, connect: Connect, amy: str, tmp_path: Path
) -> None:
    kept = tmp_path / "contract.json"
    Steady(product, OUTBOX, connect, keep=kept)
    product.there = False
    assert Steady(product, OUTBOX, connect, keep=kept).use(amy, LOG).permitted
    kept.write_text("{}")
    torn = Steady(product, OUTBOX, connect, keep=kept)
    assert torn.held_contract == Contract()
    with pytest.raises(Away):
        torn.use(amy, LOG)


def test_another_version_brings_its_own_contract(
    steady: Steady, product: Switched, amy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steady, "_kept_contract", Contract("sha256:of the version before"))
    steady.use(amy, NEWS)
    assert steady.held_contract.terms("page_log").unanswered == "open"


def test_an_older_version_that_binds_somebody_is_looked_up_once(
    steady: Steady, product: Switched, amy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[int] = []
    monkeypatch.setattr(steady, "refresh", lambda: looked.append(1))
    monkeypatch.setattr(steady, "_kept_contract", Contract("sha256:another"))
    for _ in range(3):
        steady.use(amy, NEWS)
    assert looked == [1]


@pytest.fixture
def silent(keys: KeyFile) -> Iterator[Client]:
    """A server that takes connections and says nothing."""
    with (
        socket.create_server(("127.0.0.1", 0)) as listening,
        Client(KeyFile(f"http://127.0.0.1:{listening.getsockname()[1]}", "shop", "k"), timeout=30) as client,
    ):
        yield client


def test_a_server_that_says_nothing_is_away_in_the_time_of_the_contract(
    silent: Client, connect: Connect, product: Switched, tmp_path: Path
) -> None:
    kept = tmp_path / "contract.json"
    Contract("sha256:1", {"page_log": Terms("open", 0.05), "newsletter": Terms("closed", 0.05)}).keep(kept)

    class Told(Switched):
        def perform(self, call: Call[Any], within: float | None = None) -> Any:
            return super().perform(call, 0.05 if within is None else within)

    steady = Steady(Told(silent), OUTBOX, connect, keep=kept)
    assert steady.use("sub_1", LOG).unanswered == "open"
    with pytest.raises(Away):
        steady.use("sub_1", NEWS)


@pytest.mark.parametrize("framework", list(SITES))
def test_a_middleware_acts_by_it(
    framework: str, steady: Steady, product: Switched, amy: str, shop: Place, speaker: Client
) -> None:
    speaker.consent(amy, "newsletter", "given", kind="explicit", language="en")
    site = SITES[framework](steady)
    assert site("/news/7", amy).status == 200
    product.there = False
    assert site("/news/7", amy).json() == {"duties": ["stop_on_withdrawal"], "number": 7}
    assert site("/ship?to=carrier", amy).status == 503


@pytest.mark.parametrize(
    "plain", [{"unanswered": "OPEN"}, {"unanswered": True}, {}, {"unanswered": "closed"}]
)
def test_only_open_is_open(plain: dict[str, Any]) -> None:
    assert Terms.of(plain).unanswered == "closed"
