"""axle's database: PostgreSQL, one schema and one role for each of three trades. Columns are those that the policy names.

A store is opened for one trade and sees its schema alone: the site cannot read applicants, and the academy has users of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from queue import Empty, LifoQueue
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

TRADES = ("site", "careers", "academy")
SITE = """
CREATE TABLE IF NOT EXISTS accounts (id serial PRIMARY KEY, account text UNIQUE, subject text NOT NULL, login_id text NOT NULL,
    name text NOT NULL, phone text NOT NULL DEFAULT '', email text NOT NULL, company_name text NOT NULL DEFAULT '', age text NOT NULL,
    visible boolean NOT NULL DEFAULT false, shared_content text NOT NULL DEFAULT '', token text NOT NULL UNIQUE, opted_out_at timestamptz);
CREATE TABLE IF NOT EXISTS guardians (account int PRIMARY KEY REFERENCES accounts ON DELETE CASCADE, guardian_email text NOT NULL,
    agreed_at timestamptz NOT NULL);
CREATE TABLE IF NOT EXISTS interests (account int PRIMARY KEY REFERENCES accounts ON DELETE CASCADE, interests text NOT NULL);
CREATE TABLE IF NOT EXISTS enquiries (request_no serial PRIMARY KEY, account int NOT NULL REFERENCES accounts ON DELETE CASCADE,
    enquiry text NOT NULL, at timestamptz NOT NULL);
CREATE TABLE IF NOT EXISTS campaigns (id serial PRIMARY KEY, message text NOT NULL, title text NOT NULL, words text NOT NULL,
    at timestamptz NOT NULL);
CREATE TABLE IF NOT EXISTS sends (id serial PRIMARY KEY, campaign int NOT NULL REFERENCES campaigns ON DELETE CASCADE,
    account int REFERENCES accounts ON DELETE CASCADE, email text NOT NULL, state text NOT NULL, at timestamptz NOT NULL);
CREATE TABLE IF NOT EXISTS surveys (id serial PRIMARY KEY, account int NOT NULL REFERENCES accounts ON DELETE CASCADE,
    survey_answers text NOT NULL, at timestamptz NOT NULL);
CREATE TABLE IF NOT EXISTS balancing_tests (id serial PRIMARY KEY, interest text NOT NULL, outcome text NOT NULL, at timestamptz NOT NULL);
CREATE TABLE IF NOT EXISTS requests (id serial PRIMARY KEY, ticket text NOT NULL, "right" text NOT NULL, received_at timestamptz NOT NULL,
    answered_at timestamptz, account int REFERENCES accounts ON DELETE SET NULL);
CREATE TABLE IF NOT EXISTS cases (id serial PRIMARY KEY, account int REFERENCES accounts ON DELETE CASCADE, act text NOT NULL,
    purpose text NOT NULL, recipient text NOT NULL, papers text NOT NULL, done boolean NOT NULL DEFAULT false, at timestamptz NOT NULL);
CREATE TABLE IF NOT EXISTS closings (id serial PRIMARY KEY, subject text NOT NULL, sent int NOT NULL, at timestamptz NOT NULL);
CREATE TABLE IF NOT EXISTS page_views (id serial PRIMARY KEY, account int NOT NULL REFERENCES accounts ON DELETE CASCADE,
    page_views text NOT NULL, at timestamptz NOT NULL);
CREATE TABLE IF NOT EXISTS staff (login text PRIMARY KEY, password text NOT NULL, role text NOT NULL,
    member text NOT NULL);
CREATE TABLE IF NOT EXISTS switches (name text PRIMARY KEY, since timestamptz NOT NULL);
"""
CAREERS = """
CREATE TABLE IF NOT EXISTS applicants (id serial PRIMARY KEY, subject text NOT NULL, token text NOT NULL UNIQUE,
    applicant_name text NOT NULL, gender text NOT NULL, birth_year text NOT NULL, nationality text NOT NULL, address text NOT NULL,
    applicant_phone text NOT NULL, applicant_email text NOT NULL, self_evaluation text NOT NULL, seen_by text NOT NULL DEFAULT 'all',
    at timestamptz NOT NULL, decided_at timestamptz);
CREATE TABLE IF NOT EXISTS family (applicant int PRIMARY KEY REFERENCES applicants ON DELETE CASCADE, marital_status text NOT NULL,
    family_relations text NOT NULL);
CREATE TABLE IF NOT EXISTS education (applicant int PRIMARY KEY REFERENCES applicants ON DELETE CASCADE, education text NOT NULL);
CREATE TABLE IF NOT EXISTS work (applicant int PRIMARY KEY REFERENCES applicants ON DELETE CASCADE, occupation text NOT NULL,
    jobs text NOT NULL, work_experience text NOT NULL);
CREATE TABLE IF NOT EXISTS projects (applicant int PRIMARY KEY REFERENCES applicants ON DELETE CASCADE, project_experience text NOT NULL);
CREATE TABLE IF NOT EXISTS skills (applicant int PRIMARY KEY REFERENCES applicants ON DELETE CASCADE, languages text NOT NULL,
    computer_skills text NOT NULL, other_skills text NOT NULL);
CREATE TABLE IF NOT EXISTS files (applicant int PRIMARY KEY REFERENCES applicants ON DELETE CASCADE, file text NOT NULL,
    bytes int NOT NULL);
"""
ACADEMY = """
CREATE TABLE IF NOT EXISTS users (id serial PRIMARY KEY, subject text NOT NULL UNIQUE, name text NOT NULL, email text NOT NULL,
    interests text NOT NULL, checked text NOT NULL, token text NOT NULL UNIQUE, at timestamptz NOT NULL);
"""
TABLES = {"site": SITE, "careers": CAREERS, "academy": ACADEMY}


def found(dsn: str) -> None:
    """Make schemas, roles and tables where they are not yet: each role may use its own schema and no other."""
    with psycopg.connect(dsn, autocommit=True) as owner:
        for trade, tables in TABLES.items():
            role, schema = sql.Identifier(role_of(owner, trade)), sql.Identifier(trade)
            if not owner.execute(
                "SELECT 1 FROM pg_roles WHERE rolname = %s", [role_of(owner, trade)]
            ).fetchone():
                owner.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(role))
            owner.execute(sql.SQL("GRANT {} TO CURRENT_USER WITH SET TRUE").format(role))
            owner.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(schema))
            owner.execute(sql.SQL("SET search_path TO {}").format(schema))
            owner.execute(tables)
            owner.execute(sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(schema, role))
            for what in ("TABLES", "SEQUENCES"):
                owner.execute(sql.SQL(f"GRANT ALL ON ALL {what} IN SCHEMA {{}} TO {{}}").format(schema, role))


def role_of(connection: psycopg.Connection[Any], trade: str) -> str:
    """The role of a trade: roles belong to the whole server, so the database stands in their names."""
    return f"{connection.info.dbname}_{trade}"


class Store:
    """One trade's tables. Each call is one transaction, on a connection of its own, so that any thread may call."""

    def __init__(self, dsn: str, trade: str) -> None:
        self._dsn = dsn
        self._trade = trade
        self._idle: LifoQueue[psycopg.Connection[dict[str, Any]]] = LifoQueue()

    @contextmanager
    def open(self) -> Iterator[psycopg.Connection[dict[str, Any]]]:
        """A transaction: committed at the end, undone by an error. A connection that broke is not kept."""
        try:
            connection = self._idle.get_nowait()
            if connection.closed or connection.broken:
                connection = self._connected()
        except Empty:
            connection = self._connected()
        with connection.transaction():
            yield connection
        self._idle.put(connection)

    def put(self, table: str, **row: object) -> Any:
        """Add a row, or write over the one with its key; what its first column holds."""
        names = [sql.Identifier(name) for name in row]
        marks = sql.SQL(", ").join(sql.Placeholder() * len(row))
        statement = sql.SQL("INSERT INTO {} ({}) VALUES ({}) RETURNING *").format(
            sql.Identifier(table), sql.SQL(", ").join(names), marks
        )
        with self.open() as connection:
            made = connection.execute(statement, list(row.values())).fetchone()
            return next(iter(made.values())) if made else None

    def change(self, statement: str, *values: object) -> int:
        """Run one statement; how many rows it changed."""
        with self.open() as connection:
            return connection.execute(statement, values).rowcount

    def rows(self, query: str, *values: object) -> list[dict[str, Any]]:
        """All rows of a query."""
        with self.open() as connection:
            return connection.execute(query, values).fetchall()

    def row(self, query: str, *values: object) -> dict[str, Any] | None:
        """The first row of a query, if there is one."""
        return next(iter(self.rows(query, *values)), None)

    def _connected(self) -> psycopg.Connection[dict[str, Any]]:
        connection = psycopg.connect(self._dsn, autocommit=True, row_factory=dict_row)
        connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(role_of(connection, self._trade))))
        connection.execute(sql.SQL("SET search_path TO {}").format(sql.Identifier(self._trade)))
        return connection
