"""Quay on a database of either kind, and further empty databases of a kind that is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.app.backup_kit import Fresh
from tests.gate.kit import quay, quay_on_sqlite
from tests.support import databases

__all__ = ["quay", "quay_on_sqlite"]


def fresh_of(kind: str, request: pytest.FixtureRequest, stack: ExitStack) -> Fresh:
    def fresh() -> str:
        if kind == "sqlite":
            return ""
        return stack.enter_context(databases.fresh_database(request.getfixturevalue("postgres_server")))

    return fresh


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def fresh(request: pytest.FixtureRequest) -> Iterator[Fresh]:
    """Empty databases, on SQLite and on PostgreSQL."""
    with ExitStack() as stack:
        yield fresh_of(request.param, request, stack)


@pytest.fixture(
    params=[
        "sqlite to sqlite",
        pytest.param("sqlite to postgresql", marks=pytest.mark.postgres),
        pytest.param("postgresql to sqlite", marks=pytest.mark.postgres),
    ]
)
def both(request: pytest.FixtureRequest) -> Iterator[tuple[Fresh, Fresh]]:
    """Empty databases of one kind, and of the other."""
    one, other = request.param.split(" to ")
    with ExitStack() as stack:
        yield fresh_of(one, request, stack), fresh_of(other, request, stack)
