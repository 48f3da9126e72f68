"""Redis beyond the exam: every type of it, what is kept of a key, who else writes, and names that hold somebody's data."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis

from tests.connectors.test_files import mapped
from troth.connectors import Secrets, open_connector
from troth.connectors.redis import RedisConnector
from troth.datamap import Proven, check_live, erase, plan_erasure, reach, survey
from troth.datamap.connector import Change, Condition
from troth.datamap.errors import StoreRefused, StoreUnreachable
from troth.datamap.model import DataMap, System
from troth.kernel.findings import Findings

MAP = """
systems:
  cache:
    at: redis://localhost
    left_out: {"lock:*": who holds which lock}
    datasets:
      accounts:
        table: account:{id}
        people: yes
        key: [id]
        fields: {key: not_personal, id: not_personal, email: {is: email, identity: email}}
      sessions:
        table: session:{token}
        fields: {key: not_personal, token: not_personal, value: {fields: {account: {is: not_personal, to: accounts.id}, ip: ip}}}
      readers:
        table: readers
        fields: {key: not_personal, value: {is: email, identity: email}}
      scores:
        table: "scores:{month}"
        fields: {key: not_personal, month: not_personal, value: {is: email, identity: email}, score: usage}
      visits:
        table: visits
        fields: {key: not_personal, value: {is: email, identity: email}}
      events:
        table: events
        key: [key, id]
        fields: {key: not_personal, id: not_personal, who: {is: email, identity: email}, what: usage}
"""
ANN, BOB = "ann@a.test", "bob@b.test"


@pytest.fixture
def client(redis_url: str) -> Iterator[Any]:
    found = redis.Redis.from_url(redis_url, decode_responses=True)
    for number, email in ((1, ANN), (2, BOB)):
        found.hset(f"account:{number}", mapping={"email": email})
        found.set(f"session:t{number}", f'{{"account": {number}, "ip": "192.0.2.{number}"}}', ex=1000)
        found.sadd("readers", email)
        found.zadd("scores:2026-11", {email: number})
        found.rpush("visits", email, email)
        found.xadd("events", {"who": email, "what": "opened"})
    found.set("lock:1", "x")
    yield found
    found.close()


@pytest.fixture
def connector(client: Any, redis_url: str) -> Iterator[RedisConnector]:
    made = RedisConnector("cache", redis_url, tables=mapped(MAP).systems[0].tables)
    yield made
    made.close()


def the_map() -> DataMap:
    return mapped(MAP)


def test_every_type_of_redis_loses_a_person_and_nobody_else(client: Any, connector: RedisConnector) -> None:
    map, findings = the_map(), Findings()
    check_live(map, map.systems[0], connector.describe(), findings)
    assert not findings.errors
    found, proven = survey(map, {"cache": connector}), [Proven("email", ANN)]
    reached = reach(found, proven)
    assert {name.partition("/")[2]: len(rows) for name, rows in reached.rows.items()} == {
        "accounts": 1, "sessions": 1, "readers": 1, "scores": 1, "visits": 1, "events": 1,
    }  # fmt: skip
    done = erase(found, plan_erasure(found, reached), proven, lambda: "0" * 24)
    assert done.complete, done
    left = (
        " ".join(client.keys()),
        client.smembers("readers"),
        client.zrange("scores:2026-11", 0, -1),
        client.lrange("visits", 0, -1),
    )
    assert left[1:] == ({BOB}, [BOB], [BOB, BOB])
    assert sorted(left[0].split()) == [
        "account:2",
        "events",
        "lock:1",
        "readers",
        "scores:2026-11",
        "session:t2",
        "visits",
    ]
    assert [fields["who"] for _, fields in client.xrange("events")] == [BOB]


def test_what_is_written_keeps_how_long_it_is_kept(client: Any, connector: RedisConnector) -> None:
    sessions = survey(the_map(), {"cache": connector}).dataset("cache/sessions")
    change = Change(("session:t1",), (("value.ip", None),))
    with connector.writing() as session:
        assert session.change(sessions, [change]) == 1
    assert client.get("session:t1") == '{"account":1,"ip":null}'
    assert client.ttl("session:t1") > 0


@pytest.mark.parametrize(
    ("dataset", "key", "becomes", "left"),
    [
        ("readers", ("readers", ANN), "x", {"x", BOB}),
        ("scores", ("scores:2026-11", ANN), "x", [("x", 1.0), (BOB, 2.0)]),
        ("visits", ("visits", ANN), "x", ["x", "x", BOB, BOB]),
        ("visits", ("visits", ANN), None, [BOB, BOB]),
        ("accounts", ("1",), None, {}),
    ],
)
def test_elements_are_written_where_they_stand(
    client: Any, connector: RedisConnector, dataset: str, key: tuple[str, ...], becomes: Any, left: Any
) -> None:
    held = survey(the_map(), {"cache": connector}).dataset(f"cache/{dataset}")
    field = "email" if dataset == "accounts" else "value"
    with connector.writing() as session:
        assert session.change(held, [Change(key, ((field, becomes),))]) in (1, 2)
    found = {
        "readers": lambda: client.smembers("readers"),
        "scores": lambda: [tuple(one) for one in client.zrange("scores:2026-11", 0, -1, withscores=True)],
        "visits": lambda: client.lrange("visits", 0, -1),
        "accounts": lambda: client.hgetall("account:1"),
    }[dataset]()
    assert found == left


def test_entries_of_a_stream_and_names_of_keys_are_not_written(connector: RedisConnector) -> None:
    found = survey(the_map(), {"cache": connector})
    events, accounts = found.dataset("cache/events"), found.dataset("cache/accounts")
    with connector.reading() as session:
        (row, _) = session.find(events, Condition((), ((),)), ("key", "id"))
    with pytest.raises(StoreRefused, match="stream cannot be changed"), connector.writing() as session:
        session.change(events, [Change(tuple(row.values()), (("who", None),))])
    with pytest.raises(StoreRefused, match="name of a key"), connector.writing() as session:
        session.change(accounts, [Change(("1",), (("id", "9"),))])


def test_a_key_that_somebody_else_writes_meanwhile_is_not_overwritten(
    client: Any, connector: RedisConnector, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts = survey(the_map(), {"cache": connector}).dataset("cache/accounts")
    watch = redis.client.Pipeline.watch

    def watched(self: Any, *names: Any) -> Any:
        answer = watch(self, *names)
        client.hset("account:1", "email", "new@a.test")
        return answer

    monkeypatch.setattr(redis.client.Pipeline, "watch", watched)
    with pytest.raises(StoreRefused, match="somebody else meanwhile"), connector.writing() as session:
        session.remove(accounts, [("1",), ("2",)])
    assert client.hget("account:1", "email") == "new@a.test"
    assert client.exists("account:2"), "all together or nothing"


def test_keys_that_nobody_mapped_are_told_without_their_names(client: Any, connector: RedisConnector) -> None:
    client.set(f"basket:{ANN}", "3")
    client.set(ANN, "3")
    map, findings = the_map(), Findings()
    check_live(map, map.systems[0], connector.describe(), findings)
    assert sorted(one.message.split("'")[1] for one in findings.errors) == ["**", "basket:**"]
    assert ANN not in str(findings.errors)


def test_names_with_marks_of_the_server_mean_themselves(client: Any, redis_url: str) -> None:
    for name in ("a*b", "a?b", "axb", "a[x]b", "a\\b"):
        client.set(f"note:{name}:1", name)
    map = mapped("""
systems:
  cache:
    at: redis://localhost
    datasets: {notes: {table: "note:{of}:*", fields: {key: not_personal, of: {is: a, identity: account}, value: a}}}
""")
    connector = RedisConnector("cache", redis_url, tables=map.systems[0].tables)
    notes = map.datasets[0]
    with connector.reading() as session:
        for name in ("a*b", "a?b", "a[x]b", "a\\b", "*"):
            found = [row["value"] for row in session.find(notes, Condition(("of",), ((name,),)), ("value",))]
            assert found == ([name] if name != "*" else [])
    connector.close()


def test_bytes_that_are_no_text_come_back_as_they_were(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as raw:
        raw.hset("account:1", mapping={"email": ANN, "photo": b"\xff\xfe\x00"})
        connector = RedisConnector("cache", redis_url, tables=("account:{id}",))
        accounts = mapped(
            MAP.replace("fields: {key: not_personal, id", "fields: {photo: face, key: not_personal, id", 1)
        ).datasets[0]
        with connector.writing() as session:
            session.change(accounts, [Change(("1",), (("email", "x"),))])
        assert raw.hgetall("account:1") == {b"email": b"x", b"photo": b"\xff\xfe\x00"}
        connector.close()


def test_a_server_that_is_away_or_wants_a_password_is_one_sentence(
    client: Any, redis_url: str, tmp_path: Path
) -> None:
    system = System(id="cache", at=f"redis+unix://{tmp_path}/none", credentials="")
    with pytest.raises(StoreUnreachable, match="cache cannot be reached"):
        open_connector(system, tmp_path, Secrets(None, {})).describe()
    client.acl_setuser(
        "reader",
        enabled=True,
        passwords=["+secret-word"],
        keys=["account:*"],
        commands=["+@read", "+@connection"],
    )
    at = f"redis+{redis_url}"
    wrong = System(id="cache", at=at, credentials="k")
    with pytest.raises(StoreUnreachable, match="cache cannot be reached") as told:
        open_connector(wrong, tmp_path, Secrets(None, {"TROTH_SECRET_K": "reader:wrong-word"})).describe()
    assert "wrong-word" not in str(told.value)
    limited = open_connector(
        wrong, tmp_path, Secrets(None, {"TROTH_SECRET_K": "reader:secret-word"}), writable=True
    )
    accounts = the_map().datasets[0]
    with limited.reading() as session:
        assert len(list(session.find(accounts, Condition(("id",), (("1",),)), ("email",)))) == 1
    with pytest.raises(StoreRefused, match="NoPermission"), limited.writing() as session:
        session.remove(accounts, [("1",)])
    assert client.exists("account:1")
    client.acl_deluser("reader")
    limited.close()
