"""The company's transaction and the evidence agree: both are there or neither is, once, in order, whatever was killed or away."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.web.kit import Place
from troth.client import Away, Call, Client, KeyFile, Outbox, Problem, Question, Relay, Speaker
from troth.client.outbox import KEPT
from troth.kernel.errors import CallerError

Connect = Callable[[], Any]
OUTBOX = Outbox()


def by_sqlite(folder: Path, request: pytest.FixtureRequest) -> Connect:
    return lambda: sqlite3.connect(folder / "company.db", timeout=30)


def by_postgres(folder: Path, request: pytest.FixtureRequest) -> Connect:
    import psycopg

    url = str(request.getfixturevalue("postgres_url")).replace("postgresql+psycopg", "postgresql")
    return lambda: psycopg.connect(url)


def by_mariadb(folder: Path, request: pytest.FixtureRequest) -> Connect:
    import pymysql
    from sqlalchemy import make_url

    url = make_url(str(request.getfixturevalue("mariadb_url")))
    _, at = url.get_dialect()().create_connect_args(url)
    return lambda: pymysql.connect(**at)


def by_alchemy(folder: Path, request: pytest.FixtureRequest) -> Connect:
    from sqlalchemy import create_engine
    from sqlalchemy.pool import NullPool

    return create_engine(f"sqlite:///{folder / 'company.db'}", poolclass=NullPool).connect


def by_django(folder: Path, request: pytest.FixtureRequest) -> Connect:
    from tests.client.small_sites import settle_django

    settle_django()

    from django.db.backends.sqlite3.base import DatabaseWrapper

    named: dict[str, Any] = dict.fromkeys(("USER", "PASSWORD", "HOST", "PORT"), "")
    settings: dict[str, Any] = named | {
        "NAME": folder / "company.db", "OPTIONS": {}, "TIME_ZONE": None, "CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": False,
        "AUTOCOMMIT": False, "TEST": {},
    }  # fmt: skip
    return lambda: DatabaseWrapper(settings)


@pytest.fixture(
    params=[
        by_sqlite,
        pytest.param(by_postgres, marks=pytest.mark.postgres),
        pytest.param(by_mariadb, marks=pytest.mark.slow),
        by_alchemy,
        by_django,
    ]
)
def connect(request: pytest.FixtureRequest, tmp_path: Path) -> Connect:
    """The company's database, by each kind of connection."""
    found: Connect = request.param(tmp_path, request)
    opened = found()
    OUTBOX.prepare(opened)
    OUTBOX.prepare(opened)
    opened.commit()
    opened.close()
    return found


@pytest.fixture
def sqlite(tmp_path: Path) -> Connect:
    """The company's database, where it does not matter which."""
    with sqlite3.connect(tmp_path / "company.db") as opened:
        OUTBOX.prepare(opened)
    return lambda: sqlite3.connect(tmp_path / "company.db", timeout=30)


class Kept:
    """What a test does within a transaction of the company."""

    def __init__(self, connect: Connect) -> None:
        self.opened = connect()

    def __enter__(self) -> Any:
        return self.opened

    def __exit__(self, kind: Any, *_: object) -> None:
        if kind is None:
            self.opened.commit()
        else:
            self.opened.rollback()
        self.opened.close()


@pytest.fixture
def amy(speaker: Client, request: pytest.FixtureRequest) -> str:
    return speaker.subject({"email": f"{request.node.name}@people.example"})


class Doubtful(Speaker):
    """Carries calls out, and says of the first few that nobody answered."""

    def __init__(self, client: Client, lost: int) -> None:
        self.client, self.lost = client, lost

    def perform(self, call: Call[Any], within: float | None = None) -> Any:
        found = self.client.perform(call, within)
        if self.lost:
            self.lost -= 1
            raise Away("The answer was lost.")
        return found


class Nobody(Speaker):
    def perform(self, call: Call[Any], within: float | None = None) -> Any:
        raise Away("Nobody is there.")


def acts(speaker: Client, subject: str) -> list[str]:
    """What is on record of the objections of a person, in order."""
    number = int(speaker.objection(subject, "newsletter", "raised", key=f"mark {subject}"))
    whose = speaker.evidence(after=number - 1)["events"][0]["subject"]
    events = speaker.evidence(kind="consent:objection:")["events"]
    listed = [one for one in events if one["subject"] == whose and "objects:page_log" in one["codes"]]
    return [one["kind"].rpartition(":")[2] for one in listed]


def test_both_are_there_or_neither_is(connect: Connect, speaker: Client, amy: str) -> None:
    with Kept(connect) as db:
        OUTBOX.on(db).objection(amy, "page_log", "raised")
        db.rollback()
    with Kept(connect) as db:
        assert OUTBOX.waiting(db) == 0
        OUTBOX.on(db).objection(amy, "page_log", "raised")
        OUTBOX.on(db).objection(amy, "page_log", "lifted")
    assert acts(speaker, amy) == []
    assert Relay(OUTBOX, speaker, connect).once().carried == 2
    assert acts(speaker, amy) == ["raised", "lifted"]
    with Kept(connect) as db:
        assert OUTBOX.waiting(db) == 0


def test_an_answer_that_was_lost_doubles_nothing(connect: Connect, speaker: Client, amy: str) -> None:
    with Kept(connect) as db:
        for act in ("raised", "lifted", "raised"):
            OUTBOX.on(db).objection(amy, "page_log", act)
    doubtful = Doubtful(speaker, 1)
    first = Relay(OUTBOX, doubtful, connect).once()
    assert (first.carried, first.away) == (0, True)
    assert Relay(OUTBOX, doubtful, connect).once().carried == 3
    assert acts(speaker, amy) == ["raised", "lifted", "raised"]


def test_while_nobody_is_there_everything_waits_in_order(sqlite: Connect, speaker: Client, amy: str) -> None:
    with Kept(sqlite) as db:
        for number in range(6):
            OUTBOX.on(db).objection(amy, "page_log", "lifted" if number % 2 else "raised")
    assert Relay(OUTBOX, Nobody(), sqlite).once().away
    with Kept(sqlite) as db:
        assert OUTBOX.waiting(db) == 6
    assert Relay(OUTBOX, speaker, sqlite).once().carried == 6
    assert acts(speaker, amy) == ["raised", "lifted"] * 3


def test_what_cannot_be_carried_out_is_put_aside_and_the_rest_goes_on(
    sqlite: Connect, speaker: Client, amy: str
) -> None:
    with Kept(sqlite) as db:
        OUTBOX.on(db).consent(amy, "telepathy", "given")
        OUTBOX.on(db).objection(amy, "page_log", "raised")
        OUTBOX.on(db).set_facts(amy, ["telepathic"])
    found = Relay(OUTBOX, speaker, sqlite).once()
    assert (found.carried, found.aside) == (1, 2)
    with Kept(sqlite) as db:
        aside = OUTBOX.aside(db)
        assert OUTBOX.waiting(db) == 0
    assert [(one.subject, one.path, one.why[:4]) for one in aside] == [
        (amy, "consents", "422:"), (amy, f"subjects/{amy}/facts", "422:"),
    ]  # fmt: skip


def test_a_key_that_opens_nothing_puts_nothing_aside(sqlite: Connect, keys: KeyFile, amy: str) -> None:
    with Kept(sqlite) as db:
        OUTBOX.on(db).objection(amy, "page_log", "raised")
    with Client(KeyFile(keys.url, "shop", "another")) as stranger:
        assert Relay(OUTBOX, stranger, sqlite).once().away
    with Kept(sqlite) as db:
        assert OUTBOX.waiting(db) == 1


def test_two_relays_at_once_double_nothing(sqlite: Connect, keys: KeyFile, speaker: Client, amy: str) -> None:
    with Kept(sqlite) as db:
        for number in range(12):
            OUTBOX.on(db).objection(amy, "page_log", "lifted" if number % 2 else "raised")
    with Client(keys) as client:
        relays = [threading.Thread(target=Relay(OUTBOX, client, sqlite).once) for _ in range(3)]
        for one in relays:
            one.start()
        for one in relays:
            one.join()
    assert acts(speaker, amy) == ["raised", "lifted"] * 6


def test_what_was_tried_too_long_ago_is_not_sent_again(sqlite: Connect, speaker: Client, amy: str) -> None:
    with Kept(sqlite) as db:
        OUTBOX.on(db).objection(amy, "page_log", "raised")
    long_ago = (datetime.now(UTC) - KEPT - timedelta(hours=1)).isoformat()
    with Kept(sqlite) as db:
        db.execute("UPDATE troth_outbox SET tried = ?", (long_ago,))
    assert Relay(OUTBOX, speaker, sqlite).once().aside == 1
    assert acts(speaker, amy) == []


def test_a_thread_carries_out_what_is_written_down(sqlite: Connect, speaker: Client, amy: str) -> None:
    from examples.kit.waiting import until

    with Relay(OUTBOX, speaker, sqlite, every=600) as relay:
        with Kept(sqlite) as db:
            OUTBOX.on(db).objection(amy, "page_log", "raised")
        relay.wake()
        until(lambda: acts(speaker, amy) == ["raised"])


def test_what_somebody_waits_for_is_not_written_down(sqlite: Connect, amy: str) -> None:
    with Kept(sqlite) as db:
        for ask in (OUTBOX.on(db).peek, OUTBOX.on(db).use, OUTBOX.on(db).release):
            with pytest.raises(CallerError, match="cannot wait"):
                ask(amy, Question("use", ("email",), "newsletter"))
        with pytest.raises(CallerError):
            OUTBOX.on(db).policy()
        assert OUTBOX.waiting(db) == 0


def test_a_connection_of_no_kind_known_is_one_sentence() -> None:
    with pytest.raises(CallerError, match="does not know"):
        OUTBOX.prepare(object())
    with pytest.raises(CallerError):
        Outbox("outbox; DROP TABLE customers")


@pytest.fixture
def reissue(shop: Place) -> Callable[[str], KeyFile]:
    """As a product that was started anew: another key for the same program."""

    def handed(holder: str) -> KeyFile:
        return KeyFile(shop.base, "shop", shop.hosting.keys.issue("shop", holder=holder))

    return handed


def test_an_act_is_known_again_under_the_key_of_the_next_start(
    reissue: Callable[[str], KeyFile], amy: str
) -> None:
    def say(keys: KeyFile) -> int:
        with Client(keys) as client:
            return client.objection(amy, "page_log", "raised", key=f"act {amy}")

    assert say(reissue("company")) == say(reissue("company"))
    assert say(reissue("")) != say(reissue(""))


def test_whoever_was_handed_another_key_goes_on_with_it(
    reissue: Callable[[str], KeyFile], amy: str, tmp_path: Path
) -> None:
    path = tmp_path / "shop.json"
    KeyFile(reissue("").url, "shop", "of the start before").write(path)
    with Client(KeyFile.read(path)) as client:
        with pytest.raises(Problem) as refused:
            client.facts_of(amy)
        assert refused.value.status == 401
        reissue("company").write(path)
        assert client.facts_of(amy)["subject"] == amy
