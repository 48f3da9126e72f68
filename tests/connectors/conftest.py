"""The stores that the exam runs on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from tests.connectors.kit import Store, csv_store, lines_store, sql_store
from tests.support.mariadb import mariadb_server, mariadb_url

__all__ = ["mariadb_server", "mariadb_url"]

STORES = [
    "sqlite",
    "csv",
    "jsonl",
    pytest.param("mariadb", marks=pytest.mark.slow),
    *(pytest.param(n, marks=pytest.mark.postgres) for n in ("postgresql", "postgresql-text")),
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
        case "csv":
            return csv_store(folder)
        case "jsonl":
            return lines_store(folder)
        case "mariadb":
            return sql_store(request.getfixturevalue("mariadb_url"), sa.JSON())
        case name:
            url = request.getfixturevalue("postgres_url")
            return sql_store(url, sa.Text() if name.endswith("text") else JSONB())
