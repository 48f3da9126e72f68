"""Object stores: found by a name and by what is said of an object, shown, and gone with every version."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.connectors.test_files import mapped
from tests.support.objects import Objects
from troth.connectors import Secrets, open_connector
from troth.datamap import Proven, check_live, erase, plan_erasure, reach, rows_of, survey
from troth.datamap.connector import Change, Condition, Connector
from troth.datamap.errors import NotAble, StoreRefused, StoreUnreachable
from troth.datamap.model import DataMap
from troth.kernel.findings import Findings

MAP = """
systems:
  store:
    at: s3+http://{at}/{bucket}
    credentials: store
    datasets:
      cards:
        table: cards/{{member}}/*
        fields: {{key: id_card, name: id_card, member: {{is: not_personal, identity: account}}, metadata: id_card, content: id_card}}
      chats:
        table: chats/**
        fields:
          key: not_personal
          name: not_personal
          metadata: {{fields: {{owner: {{is: not_personal, identity: account}}}}}}
          content: chat
"""


def put(client: Any, bucket: str, name: str, content: bytes, **said: str) -> None:
    client.put_object(bucket, name, io.BytesIO(content), len(content), metadata=said)


def names(client: Any, bucket: str) -> list[str]:
    return [one.object_name for one in client.list_objects(bucket, recursive=True, include_version=True)]


@pytest.fixture
def client(object_server: Objects, bucket: str) -> Any:
    found = object_server.client()
    for member in ("7", "70"):
        put(found, bucket, f"cards/{member}/front.png", b"old")
        put(found, bucket, f"cards/{member}/front.png", b"new")
        put(found, bucket, f"cards/{member}/back.png", b"deleted")
        found.remove_object(bucket, f"cards/{member}/back.png")
        put(found, bucket, f"chats/2026/{member}.txt", b"words", owner=member)
    return found


@pytest.fixture
def map(object_server: Objects, bucket: str) -> DataMap:
    return mapped(MAP.format(at=object_server.at, bucket=bucket))


@pytest.fixture
def connector(client: Any, map: DataMap, object_server: Objects, tmp_path: Path) -> Iterator[Connector]:
    secrets = Secrets(None, {"TROTH_SECRET_STORE": f"{object_server.user}:{object_server.password}"})
    made = open_connector(map.systems[0], tmp_path, secrets, writable=True)
    yield made
    made.close()


def test_objects_of_a_person_go_with_every_version(
    client: Any, bucket: str, map: DataMap, connector: Connector
) -> None:
    found, proven = survey(map, {"store": connector}), [Proven("account", "7")]
    reached = reach(found, proven)
    shown = {row["key"]: row for _, row in rows_of(found, reached)}
    assert sorted(shown) == ["cards/7/back.png", "cards/7/front.png", "chats/2026/7.txt"]
    assert shown["cards/7/front.png"]["content"] == b"new"
    assert shown["cards/7/back.png"]["content"] == b"deleted", "what a mark of deletion covers is still there"
    assert shown["chats/2026/7.txt"]["metadata"] == {"owner": "7"}
    assert erase(found, plan_erasure(found, reached), proven, lambda: "0" * 24).complete
    left = names(client, bucket)
    assert sorted(set(left)) == ["cards/70/back.png", "cards/70/front.png", "chats/2026/70.txt"]
    assert len(left) == 5


def test_an_object_that_fits_no_pattern_is_an_error_of_the_map(
    client: Any, bucket: str, map: DataMap, connector: Connector
) -> None:
    findings = Findings()
    check_live(map, map.systems[0], connector.describe(), findings)
    assert not findings.errors
    put(client, bucket, "stray.bin", b"?")
    check_live(map, map.systems[0], connector.describe(), findings)
    assert [one.code for one in findings.errors] == ["unmapped-table"]
    with connector.reading() as session:
        assert session.count("files", Condition(("name",), (("stray.bin",),))) == 1


def test_what_is_asked_for_by_its_name_is_not_searched_for(map: DataMap, connector: Connector) -> None:
    cards = survey(map, {"store": connector}).dataset("store/cards")
    with connector.reading() as session:
        assert session.count(cards.table, Condition(("key",), (("cards/7/front.png",), ("cards/7",)))) == 1
        assert session.count(cards.table, Condition(("member",), (("7",),))) == 2, "and not those of 70"
        with pytest.raises(StoreRefused, match="objects have no 'owner'"):
            session.count(cards.table, Condition(("owner",), (("7",),)))
        with pytest.raises(StoreRefused, match="no objects 'pictures'"):
            session.count("pictures", Condition(("key",), (("7",),)))


def test_a_session_that_fails_removes_nothing_and_objects_are_not_changed(
    client: Any, bucket: str, map: DataMap, connector: Connector
) -> None:
    cards = survey(map, {"store": connector}).dataset("store/cards")
    before = names(client, bucket)

    def fail() -> None:
        with connector.writing() as session:
            assert session.remove(cards, [("cards/7/front.png",)]) == 1
            assert session.verify(cards, [("cards/7/front.png",)], ()) == ()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with pytest.raises(NotAble), connector.writing() as session:
        session.change(cards, [Change(("cards/7/front.png",), (("content", None),))])
    assert names(client, bucket) == before
    with connector.reading() as reading:
        assert reading.verify(cards, [("cards/7/front.png",)], ()) == (("cards/7/front.png",),)


@pytest.mark.parametrize(
    ("at", "secret", "said", "kind"),
    [
        ("s3+http://{at}/{bucket}", "troth:wrong-word", "SignatureDoesNotMatch", StoreRefused),
        ("s3+http://{at}/nowhere-at-all", "", "no such bucket", StoreUnreachable),
        ("s3+http://127.0.0.1:9/{bucket}", "", "cannot be reached", StoreUnreachable),
    ],
)
def test_trouble_is_one_sentence(
    object_server: Objects,
    bucket: str,
    tmp_path: Path,
    at: str,
    secret: str,
    said: str,
    kind: type[Exception],
) -> None:
    address = at.format(at=object_server.at, bucket=bucket)
    map = mapped(MAP.format(at="x.test", bucket="b").replace("s3+http://x.test/b", address))
    secrets = Secrets(
        None, {"TROTH_SECRET_STORE": secret or f"{object_server.user}:{object_server.password}"}
    )
    with pytest.raises(kind, match=said) as told:
        open_connector(map.systems[0], tmp_path, secrets).describe()
    assert "wrong-word" not in str(told.value)


def test_what_is_no_address_of_a_bucket_is_told(tmp_path: Path) -> None:
    map = mapped(MAP.format(at="x.test", bucket=""))
    with pytest.raises(StoreUnreachable, match="no address of a bucket"):
        open_connector(map.systems[0], tmp_path, Secrets(None, {"TROTH_SECRET_STORE": "a:b"}))
