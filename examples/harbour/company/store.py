"""harbour's database, on SQLite or MariaDB: thin tables whose columns are those its policy names, plus numbers to join them by."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from examples.kit import time

SHAPE: Final = 5
"""Which shape the tables have; a SQLite file of another shape, from an earlier program, is put aside."""
TABLES: Final = {
    "customers": "id# account! subject user_name email",
    "visits": "cookie_id* subject",
    "login_log": "id# customer= ip? browser? language? visited_at log_event",
    "page_log": "id# subject ip? browser? language? visited_at page",
    "page_views": "id# subject visited_at page",
    "baskets": "basket_id basket_item",
    "orders": "order_id# customer= service plan price ordered_at paid_at? service_state",
    "domains": "id# customer= domain_name registrant_name registrant_address registrant_email registrant_phone notice",
    "filings": "id# customer= dossier notice",
    "tickets": "ticket_id# customer= ticket_subject ticket_body ticket_at",
    "list_members": "customer* token! joined_at left_at? declined_at?",
    "mail_events": "id# customer= opened_at? clicked_at? clicked_url?",
    "passed_on": "id# customer= partner reference purpose passed_at recalled_at? answer?",
    "releases": "id# customer= act recipient purpose asked_at done=",
    "texts": "digest* words since",
    "admins": "name* secret_hash",
    "admin_visits": "token* name until",
    "switches": "name* since",
}
"""`#` numbers the rows, `*` is a key, `!` stands once, `=` is a number, `?` may be empty."""
OLD: Final = "customers_old"
"""What a careless hand called its copy of the customers; it stands in no list."""


class Store:
    """The database; each call is one transaction on a connection of its own, so that any thread may call."""

    def __init__(self, place: Path | str) -> None:
        url = f"sqlite:///{_ready(place)}" if isinstance(place, Path) else place
        more = {"connect_args": {"timeout": 10}, "poolclass": NullPool} if isinstance(place, Path) else {}
        self._engine = sa.create_engine(url, **more)
        self._lite = self._engine.dialect.name == "sqlite"
        _made().create_all(self._engine)
        self.connect, self.together = self._engine.connect, self._engine.begin
        if self._lite:
            with self._engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA journal_mode=WAL")
                connection.exec_driver_sql(f"PRAGMA user_version = {SHAPE}")

    def put(self, table: str, **row: object) -> int:
        """Add a row, in the place of one with the same key; its number."""
        names, marks = ", ".join(row), ", ".join("?" * len(row))
        values = [json.dumps(v, ensure_ascii=False) if isinstance(v, Mapping) else v for v in row.values()]
        with self._engine.begin() as connection:
            sql = self._said(f"REPLACE INTO {table} ({names}) VALUES ({marks})")  # noqa: S608 - names from this code
            return int(connection.exec_driver_sql(sql, tuple(values)).lastrowid or 0)

    def change(self, sql: str, *values: object) -> int:
        """Run one statement; how many rows it changed."""
        with self._engine.begin() as connection:
            return connection.exec_driver_sql(self._said(sql), values).rowcount

    def run(self, connection: sa.Connection, sql: str, *values: object) -> None:
        """Run one statement within a transaction that holds more (`together`)."""
        connection.exec_driver_sql(self._said(sql), values)

    def rows(self, sql: str, *values: object) -> list[dict[str, Any]]:
        """All rows of a query."""
        with self._engine.connect() as connection:
            return [dict(row) for row in connection.exec_driver_sql(self._said(sql), values).mappings()]

    def row(self, sql: str, *values: object) -> dict[str, Any] | None:
        """The first row of a query, if there is one."""
        return next(iter(self.rows(sql, *values)), None)

    def _said(self, sql: str) -> str:
        """With the marks for values that the database's driver knows."""
        return sql if self._lite else sql.replace("?", "%s")


def now() -> str:
    """The instant of the run, as the tables hold it."""
    return time.now().isoformat(timespec="milliseconds")


def _ready(path: Path) -> Path:
    """The file of a SQLite database, or room for one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        engine = sa.create_engine(f"sqlite:///{path}", poolclass=NullPool)
        with engine.connect() as connection:
            shape = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
        if shape != SHAPE:
            path.rename(path.with_suffix(".before"))
    return path


def _made() -> sa.MetaData:
    found = sa.MetaData()
    for name, columns in TABLES.items():
        sa.Table(name, found, *map(_column, columns.split()))
    return found


def _column(said: str) -> sa.Column[Any]:
    name, kind = said.rstrip("#*!=?"), said[-1]
    if kind in "#=":
        return sa.Column(name, sa.Integer, primary_key=kind == "#", nullable=False)
    if kind in "*!":
        key = sa.Integer if name == "customer" else sa.String(190)
        return sa.Column(name, key, primary_key=kind == "*", unique=kind == "!" or None, autoincrement=False)
    return sa.Column(name, sa.Text, nullable=kind == "?")
