"""The stores that the exam runs on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from tests.connectors.kit import (
    DATABASES,
    Store,
    array_store,
    csv_store,
    delta_store,
    lines_store,
    parquet_store,
    redis_store,
    service_store,
    sql_store,
    workbook_store,
)
from tests.connectors.partner import Partner, partner_server
from tests.support.directory import directory_server
from tests.support.mariadb import mariadb_server, mariadb_url
from tests.support.objects import bucket, object_server
from tests.support.redis import redis_server, redis_url

__all__ = [
    "bucket",
    "directory_server",
    "mariadb_server",
    "mariadb_url",
    "object_server",
    "redis_server",
    "redis_url",
]

FILES = {
    "csv": csv_store,
    "jsonl": lines_store,
    "json": array_store,
    "parquet": parquet_store,
    "xlsx": workbook_store,
    "delta": delta_store,
}
STORES = [
    *DATABASES,
    "csv",
    "jsonl",
    "json",
    "parquet",
    "xlsx",
    "delta",
    "redis",
    "service",
]


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """Each kind of store in turn, with the two tables in it."""
    made = _made(request, tmp_path)
    yield made
    made.connector.close()


def _made(request: pytest.FixtureRequest, folder: Path) -> Store:
    match request.param:
        case "sqlite":
            return sql_store(f"sqlite:///{folder / 'store.db'}", sa.JSON())
        case name if name in FILES:
            return FILES[name](folder)
        case "redis":
            return redis_store(request.getfixturevalue("redis_url"))
        case "service":
            return service_store(folder, request.getfixturevalue("partner"))
        case "mariadb":
            return sql_store(request.getfixturevalue("mariadb_url"), sa.JSON())
        case name:
            url = request.getfixturevalue("postgres_url")
            return sql_store(url, sa.Text() if name.endswith("text") else JSONB())


@pytest.fixture(scope="module")
def partner_of_all() -> Iterator[Partner]:
    with partner_server() as found:
        yield found


@pytest.fixture
def partner(partner_of_all: Partner) -> Partner:
    """A service of somebody's, as it is when nothing has happened yet."""
    partner_of_all.forget()
    return partner_of_all
