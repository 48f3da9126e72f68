"""Kantor, the customer list: a program one buys, with a SQLite file of its own. The firm fills in its screens and reads its tables."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

TABLES = """
CREATE TABLE IF NOT EXISTS customers (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, phone TEXT NOT NULL, email TEXT NOT NULL UNIQUE, postal_number TEXT NOT NULL,
    manager TEXT NOT NULL, way TEXT NOT NULL, applied_at TEXT NOT NULL, told_why TEXT NOT NULL, told_uses TEXT NOT NULL,
    told_abroad TEXT NOT NULL, told_cost TEXT NOT NULL, wider TEXT NOT NULL, no_marketing_since TEXT NOT NULL DEFAULT '');
CREATE TABLE IF NOT EXISTS orders (
    id INTEGER PRIMARY KEY, customer INTEGER NOT NULL, product TEXT NOT NULL, configuration TEXT NOT NULL, ordered_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS usage_log (
    id INTEGER PRIMARY KEY, customer INTEGER NOT NULL, used_at TEXT NOT NULL, ip TEXT NOT NULL, usage_event TEXT NOT NULL,
    product TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS calls (
    id INTEGER PRIMARY KEY, customer INTEGER NOT NULL, called_at TEXT NOT NULL, announced TEXT NOT NULL, recording_file TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS slips (
    id INTEGER PRIMARY KEY, customer INTEGER NOT NULL, item TEXT NOT NULL, said TEXT NOT NULL, signed_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS mailings (id INTEGER PRIMARY KEY, file TEXT NOT NULL, made_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS mailing_members (mailing INTEGER NOT NULL, customer INTEGER NOT NULL, PRIMARY KEY (mailing, customer));
CREATE TABLE IF NOT EXISTS deliveries (
    id INTEGER PRIMARY KEY, customer INTEGER NOT NULL, read_at TEXT NOT NULL, latitude TEXT NOT NULL, longitude TEXT NOT NULL,
    surroundings TEXT NOT NULL, ended_at TEXT NOT NULL DEFAULT '');
CREATE TABLE IF NOT EXISTS shared (
    id INTEGER PRIMARY KEY, customer INTEGER NOT NULL, shared_at TEXT NOT NULL, shared_text TEXT NOT NULL, shared_picture TEXT NOT NULL,
    looked_at TEXT NOT NULL DEFAULT '', ticket TEXT NOT NULL DEFAULT '');
CREATE TABLE IF NOT EXISTS letters (id INTEGER PRIMARY KEY, customer INTEGER NOT NULL, told TEXT NOT NULL, sent_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS handovers (
    id INTEGER PRIMARY KEY, customer INTEGER NOT NULL, partner TEXT NOT NULL, given_at TEXT NOT NULL);
"""


class Crm:
    """The customer list; each call is one transaction on a connection of its own."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        with self._open() as connection:
            connection.executescript(TABLES)

    def put(self, table: str, **row: object) -> int:
        """Add a row; its number."""
        names, marks = ", ".join(row), ", ".join("?" * len(row))
        with self._open() as connection:
            done = connection.execute(
                f"INSERT INTO {table} ({names}) VALUES ({marks})",  # noqa: S608 - names from this code
                list(row.values()),
            )
            return int(done.lastrowid or 0)

    def change(self, sql: str, *values: object) -> int:
        """Run one statement; how many rows it changed."""
        with self._open() as connection:
            return connection.execute(sql, values).rowcount

    def rows(self, sql: str, *values: object) -> list[dict[str, Any]]:
        """All rows of a query."""
        with self._open() as connection:
            return [dict(row) for row in connection.execute(sql, values)]

    def customer(self, number: object) -> dict[str, Any] | None:
        """A customer by number, or by mail address."""
        found = self.rows("SELECT * FROM customers WHERE id = ? OR email = ?", number, str(number).lower())
        return found[0] if found else None

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._path, timeout=10)) as connection, connection:
            connection.row_factory = sqlite3.Row
            yield connection
