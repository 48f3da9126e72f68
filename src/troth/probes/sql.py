"""A look into a database: opened so that it cannot write, one query, each row held against what is allowed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, Row, TextClause, create_engine, event, make_url, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from troth.probes.errors import CannotLook
from troth.probes.model import MASK, MOST_SHOWN, Look, Probe

PATIENCE = 5
"""Seconds to wait for a database that is busy."""
AT_ONCE = 5000


class SqlEye:
    """Looks with one query. What it opens it closes: a look leaves no connection behind."""

    def __init__(self, probe: Probe, place: str) -> None:
        self._probe = probe
        self._place = place

    def look(self, now: datetime) -> Look:
        """Every row is looked at; one with a value that is not allowed (or any row, where none may be) is a finding."""
        found, looked, seen = 0, 0, list[dict[str, Any]]()
        with read_only(self._place) as connection:
            result = connection.execution_options(yield_per=AT_ONCE).execute(text(self._probe.query))
            names = list(result.keys())
            for rows in result.partitions():
                looked += len(rows)
                wrong = self._wrong(names, rows)
                found += len(wrong)
                seen += [
                    self._shown(dict(zip(names, row, strict=True))) for row in wrong[: MOST_SHOWN - len(seen)]
                ]
        return Look(self._probe.id, not found, now, tuple(seen), found, looked)

    def _wrong(self, names: list[str], rows: Sequence[Row[Any]]) -> Sequence[Row[Any]]:
        """Those with a value that is not allowed. Looks go through millions of rows: nothing is made of one that is fine."""
        allowed, column = self._probe.allowed, self._probe.column
        if allowed is None or column not in names:
            return rows
        at = names.index(column)
        return [row for row in rows if str(row[at]) not in allowed]

    def _shown(self, row: dict[str, Any]) -> dict[str, Any]:
        return {"store": named(self._place), **masked(row, self._probe.show)}


def read_rows(place: str, query: str | TextClause, **values: object) -> list[dict[str, Any]]:
    """The rows of a query, from a database that is opened read-only. Raises CannotLook."""
    asked = text(query) if isinstance(query, str) else query
    with read_only(place) as connection:
        rows = connection.execution_options(yield_per=AT_ONCE).execute(asked, values).mappings()
        return [dict(row) for row in rows]


@contextmanager
def read_only(place: str) -> Iterator[Connection]:
    """A connection that cannot write, closed for good when the block ends. Raises CannotLook for whatever the database says."""
    try:
        with _engine(place).connect() as connection:
            yield connection
    except SQLAlchemyError as problem:
        raise CannotLook(
            f"The database {named(place)} cannot be looked into ({type(problem).__name__}).",
            "It may not be there yet, or the query does not fit it.",
        ) from problem


def named(place: str) -> str:
    """What a database may be called where a look is told: its file, or its name on its server, and never how one gets in."""
    return Path(str(make_url(place).database) if "://" in place else place).name


def masked(row: dict[str, Any], show: tuple[str, ...]) -> dict[str, Any]:
    """The row as evidence: columns that may be shown as they are, the others without their values."""
    return {name: value if name in show else MASK for name, value in row.items()}


@lru_cache(64)
def _engine(place: str) -> Engine:
    """What opens connections to a database, and holds none: how it speaks is asked at the first, not at every look."""
    if "://" not in place:
        url = f"sqlite:///file:{quote(str(Path(place).resolve()))}?mode=ro&uri=true"
        return create_engine(url, poolclass=NullPool, connect_args={"timeout": PATIENCE})
    engine = create_engine(place, poolclass=NullPool)
    if engine.dialect.name == "postgresql":
        return engine.execution_options(postgresql_readonly=True, isolation_level="SERIALIZABLE")
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda raw, _: raw.execute("PRAGMA query_only=ON"))
        return engine
    raise CannotLook(
        f"No way is known to open a {engine.dialect.name} database read-only.", "Use SQLite or PostgreSQL."
    )
