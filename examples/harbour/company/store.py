"""harbour's database: thin tables whose columns are those its policy names, plus numbers to join them by."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from examples.kit.time import now as instant

SHAPE = 3
"""Which shape the tables have; a database of another shape, from an earlier program, is put aside."""
TABLES = """
CREATE TABLE IF NOT EXISTS customers (
    id INTEGER PRIMARY KEY, account TEXT NOT NULL UNIQUE, subject TEXT NOT NULL, user_name TEXT NOT NULL,
    email TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS visits (cookie_id TEXT PRIMARY KEY, subject TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS login_log (id INTEGER PRIMARY KEY, customer INTEGER NOT NULL, ip TEXT, browser TEXT,
    language TEXT, visited_at TEXT NOT NULL, log_event TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS page_log (id INTEGER PRIMARY KEY, subject TEXT NOT NULL, ip TEXT, browser TEXT,
    language TEXT, visited_at TEXT NOT NULL, page TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS page_views (id INTEGER PRIMARY KEY, subject TEXT NOT NULL, visited_at TEXT NOT NULL,
    page TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS baskets (basket_id TEXT NOT NULL, basket_item TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS orders (order_id INTEGER PRIMARY KEY, customer INTEGER NOT NULL, service TEXT NOT NULL,
    plan TEXT NOT NULL, price TEXT NOT NULL, ordered_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS domains (id INTEGER PRIMARY KEY, customer INTEGER NOT NULL, domain_name TEXT NOT NULL,
    registrant_name TEXT NOT NULL, registrant_address TEXT NOT NULL, registrant_email TEXT NOT NULL,
    registrant_phone TEXT NOT NULL, notice TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS filings (id INTEGER PRIMARY KEY, customer INTEGER NOT NULL, dossier TEXT NOT NULL,
    notice TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS tickets (ticket_id INTEGER PRIMARY KEY, customer INTEGER NOT NULL,
    ticket_subject TEXT NOT NULL, ticket_body TEXT NOT NULL, ticket_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS list_members (customer INTEGER PRIMARY KEY, token TEXT NOT NULL UNIQUE,
    joined_at TEXT NOT NULL, left_at TEXT, declined_at TEXT);
CREATE TABLE IF NOT EXISTS mail_events (id INTEGER PRIMARY KEY, customer INTEGER NOT NULL, opened_at TEXT,
    clicked_at TEXT, clicked_url TEXT);
CREATE TABLE IF NOT EXISTS outbox (id INTEGER PRIMARY KEY, subject TEXT NOT NULL, objection TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS switches (name TEXT PRIMARY KEY, since TEXT NOT NULL);
"""


class Store:
    """The database; each call is one transaction on a connection of its own, so that any thread may call."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        if path.exists() and self.rows("PRAGMA user_version")[0]["user_version"] != SHAPE:
            path.rename(path.with_suffix(".before"))
        with self.open() as connection:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.executescript(TABLES)
            connection.execute(f"PRAGMA user_version = {SHAPE}")

    @contextmanager
    def open(self) -> Iterator[sqlite3.Connection]:
        """A transaction: committed at the end, undone by an error."""
        with closing(sqlite3.connect(self._path, timeout=10)) as connection, connection:
            connection.row_factory = sqlite3.Row
            yield connection

    def put(self, table: str, **row: object) -> int:
        """Add a row; its number."""
        names, marks = ", ".join(row), ", ".join("?" * len(row))
        with self.open() as connection:
            done = connection.execute(
                f"INSERT OR REPLACE INTO {table} ({names}) VALUES ({marks})",  # noqa: S608 - names from this code
                [json.dumps(v, ensure_ascii=False) if isinstance(v, Mapping) else v for v in row.values()],
            )
            return int(done.lastrowid or 0)

    def change(self, sql: str, *values: object) -> int:
        """Run one statement; how many rows it changed."""
        with self.open() as connection:
            return connection.execute(sql, values).rowcount

    def rows(self, sql: str, *values: object) -> list[dict[str, Any]]:
        """All rows of a query."""
        with self.open() as connection:
            return [dict(row) for row in connection.execute(sql, values)]

    def row(self, sql: str, *values: object) -> dict[str, Any] | None:
        """The first row of a query, if there is one."""
        return next(iter(self.rows(sql, *values)), None)


def now() -> str:
    """The instant as the tables hold it."""
    return instant().isoformat(timespec="milliseconds")
