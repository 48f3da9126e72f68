"""gateway's looks into its database step along indexes: what they read does not grow with its documents."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest
import yaml

from examples.gateway.company.store import Store
from examples.kit.postgres import Server, furnish
from tests.tidy.source import ROOT

pytestmark = pytest.mark.postgres
MANY: Final = 10_000
FILL: Final = """
INSERT INTO members (document) SELECT jsonb_build_object('account', n, 'member', 'm' || n, 'email', 'e' || n, 'name', 'x') {of};
INSERT INTO devices (document) SELECT jsonb_build_object('member', 'm' || n, 'device_model', 'x') {of};
INSERT INTO verifications (document) SELECT jsonb_build_object('member', 'm' || n, 'result', 'match') {of};
INSERT INTO listings (document) SELECT jsonb_build_object('seller', 'm' || n, 'listing_title', 'x') {of};
INSERT INTO copies (document) SELECT jsonb_build_object('listing', n, 'store', 'cn-beijing', 'region', 'CN') {of};
INSERT INTO deals (document) SELECT jsonb_build_object('buyer', 'm' || n, 'goods', 'x') {of};
INSERT INTO archive (document) SELECT jsonb_build_object('member', 'm' || n, 'cited', 'x') {of};
INSERT INTO browse_log (document) SELECT jsonb_build_object('member', 'm' || n, 'visit_time', 'x') {of};
INSERT INTO permits (document) SELECT jsonb_build_object('member', 'm' || n, 'permission', 'album_permission') {of};
INSERT INTO grants (document) SELECT jsonb_build_object('service', 'freight', 'revoked_at', 'x') {of};
INSERT INTO services (document) VALUES ('{{"name": "samples", "ended_at": "2026"}}'), ('{{"name": "freight", "ended_at": null}}');
INSERT INTO cancellations (document) SELECT jsonb_build_object('member', 'gone' || n) FROM generate_series(1, 10) n;
ANALYZE;
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("gateway")
    server = Server(folder / "postgres")
    server.start()
    try:
        owner = furnish(server, ["gateway"], folder / "passwords")["gateway"]["owner"]
        Store(owner).close()
        with psycopg.connect(owner, autocommit=True) as connection:
            connection.execute(FILL.format(of=f"FROM generate_series(1, {MANY}) n").encode())
        yield owner
    finally:
        server.stop()


def looks() -> dict[str, str]:
    """The queries of the probes that look into the database for rows."""
    declared = yaml.safe_load(Path(ROOT / "examples/gateway/probes.yaml").read_text(encoding="utf-8"))
    return {
        id: said["query"]
        for id, said in declared.items()
        if said["what"] == "sql" and said["store"] == "postgres"
    }


def read(plan: dict[str, Any]) -> int:
    """How many rows were read below a step of a plan, those passed over included."""
    own = plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0) if "Relation Name" in plan else 0
    return int(own * plan["Actual Loops"]) + sum(read(one) for one in plan.get("Plans", ()))


@pytest.mark.parametrize("id", looks())
def test_a_look_reads_few_rows_however_many_documents_there_are(place: str, id: str) -> None:
    with psycopg.connect(place) as connection:
        said = connection.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {looks()[id]}".encode()).fetchone()
    assert said is not None
    (found,) = said[0] if isinstance(said[0], list) else json.loads(said[0])
    assert read(found["Plan"]) < MANY // 10


def test_what_is_stepped_through_is_all_that_there_is(place: str) -> None:
    with psycopg.connect(place) as connection:
        connection.execute(
            "INSERT INTO members (document) VALUES (jsonb_build_object('religion', 'x', 'name', 'y'))"
        )
        connection.execute("INSERT INTO copies (document) VALUES (jsonb_build_object('region', 'SG'))")
        fields = {row[2] for row in connection.execute(looks()["account_details"].encode())}
        regions = {row[2] for row in connection.execute(looks()["stores_of_pictures"].encode())}
        connection.rollback()
    assert fields == {"account", "member", "email", "name", "religion"}
    assert regions == {"CN", "SG"}
