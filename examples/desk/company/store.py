"""desk's database: thin tables, each row with its tenant. The database itself keeps tenants apart: within one, no other row is there."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, cast

import psycopg
from psycopg import sql
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from examples.kit.time import now

ALONE: Final = "-"
"""The tenant of people who belong to no enterprise."""
EVERY: Final = "*"
"""Said in place of a tenant by the suite's own work across them: signing in, invitations, and whatever is careless."""
ROLE: Final = "desk_suite"
TABLES: Final = """
CREATE TABLE IF NOT EXISTS tenants (id TEXT PRIMARY KEY, tenant TEXT NOT NULL, name TEXT NOT NULL, instruction TEXT NOT NULL,
    scope TEXT NOT NULL, attestation TEXT NOT NULL, opens INTEGER NOT NULL, closes INTEGER NOT NULL, filing TEXT NOT NULL DEFAULT '',
    closed_at TIMESTAMPTZ);
CREATE TABLE IF NOT EXISTS functions (id SERIAL PRIMARY KEY, tenant TEXT NOT NULL, function TEXT NOT NULL, instruction TEXT NOT NULL,
    since TIMESTAMPTZ NOT NULL, until TIMESTAMPTZ);
CREATE TABLE IF NOT EXISTS people (id SERIAL PRIMARY KEY, tenant TEXT NOT NULL, subject TEXT NOT NULL, account TEXT NOT NULL,
    mobile TEXT NOT NULL, role TEXT NOT NULL, capacity TEXT NOT NULL, name TEXT NOT NULL DEFAULT '', email TEXT NOT NULL DEFAULT '',
    department TEXT NOT NULL DEFAULT '', position TEXT NOT NULL DEFAULT '', agreed_calls TIMESTAMPTZ, permitted_calls TIMESTAMPTZ,
    listed_calls TIMESTAMPTZ, joined_at TIMESTAMPTZ NOT NULL);
CREATE TABLE IF NOT EXISTS devices (id SERIAL PRIMARY KEY, tenant TEXT NOT NULL, person INTEGER NOT NULL, installation TEXT NOT NULL
    UNIQUE, app_version TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS device_runs (id SERIAL PRIMARY KEY, tenant TEXT NOT NULL, device INTEGER NOT NULL, how TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL);
CREATE TABLE IF NOT EXISTS messages (id SERIAL PRIMARY KEY, tenant TEXT NOT NULL, sender INTEGER NOT NULL, text TEXT NOT NULL,
    file TEXT NOT NULL, at TIMESTAMPTZ NOT NULL);
CREATE TABLE IF NOT EXISTS records (id SERIAL PRIMARY KEY, tenant TEXT NOT NULL, person INTEGER NOT NULL, function TEXT NOT NULL,
    body JSONB NOT NULL, file TEXT NOT NULL DEFAULT '', at TIMESTAMPTZ NOT NULL);
CREATE TABLE IF NOT EXISTS calls (id SERIAL PRIMARY KEY, tenant TEXT NOT NULL, person INTEGER NOT NULL, recording TEXT NOT NULL,
    file TEXT NOT NULL, met INTEGER NOT NULL, at TIMESTAMPTZ NOT NULL);
CREATE TABLE IF NOT EXISTS contacts (id SERIAL PRIMARY KEY, tenant TEXT NOT NULL, subject TEXT NOT NULL, customer_name TEXT NOT NULL,
    customer_phone TEXT NOT NULL, attestation TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS orders (id SERIAL PRIMARY KEY, tenant TEXT NOT NULL, person INTEGER NOT NULL, transaction TEXT NOT NULL,
    invoice TEXT NOT NULL, payment_user_id TEXT NOT NULL, at TIMESTAMPTZ NOT NULL);
CREATE TABLE IF NOT EXISTS dossiers (id SERIAL PRIMARY KEY, tenant TEXT NOT NULL, licence TEXT NOT NULL, legal_id TEXT NOT NULL,
    sent_at TIMESTAMPTZ);
CREATE TABLE IF NOT EXISTS feedback (id SERIAL PRIMARY KEY, tenant TEXT NOT NULL, kind TEXT NOT NULL, body JSONB NOT NULL,
    at TIMESTAMPTZ NOT NULL);
CREATE TABLE IF NOT EXISTS reads (id SERIAL PRIMARY KEY, tenant TEXT NOT NULL, person INTEGER NOT NULL, reader INTEGER NOT NULL,
    reader_tenant TEXT NOT NULL, at TIMESTAMPTZ NOT NULL);
CREATE TABLE IF NOT EXISTS switches (name TEXT PRIMARY KEY, since TIMESTAMPTZ NOT NULL);
CREATE TABLE IF NOT EXISTS gone (id SERIAL PRIMARY KEY, file TEXT NOT NULL);
CREATE OR REPLACE FUNCTION let_go() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO gone (file) SELECT value FROM jsonb_each_text(to_jsonb(OLD))
        WHERE key IN ('file', 'licence', 'legal_id') AND value <> '';
    RETURN OLD; END $$;
CREATE OR REPLACE FUNCTION open_members(who INTEGER, of TEXT, moment TIMESTAMPTZ) RETURNS SETOF people LANGUAGE SQL AS $$
    INSERT INTO reads (tenant, person, reader, reader_tenant, at)
        SELECT tenant, id, who, of, moment FROM people WHERE tenant <> '-' AND id <> who;
    SELECT * FROM people WHERE tenant <> '-' ORDER BY id $$;
"""
APART: Final = (
    "tenants functions people devices device_runs messages records calls contacts orders dossiers feedback reads"
).split()
"""The tables that are kept apart by tenant."""
RULES: Final = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY; ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS own ON {table}; DROP POLICY IF EXISTS looks ON {table};
CREATE POLICY own ON {table} USING (current_setting('desk.tenant', true) IN (tenant, '*'));
CREATE POLICY looks ON {table} FOR SELECT USING (current_user <> {suite});
"""
"""Whoever was given leave to read and is not the suite (a probe, a restore test) sees all rows and can write none."""
WITH_FILES: Final = ("messages", "records", "calls", "dossiers")
"""The tables whose rows name objects in the stores: which are to go with a row, the database itself writes down."""
GOES: Final = (
    "CREATE OR REPLACE TRIGGER let_go AFTER DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION let_go()"
)


class Rows:
    """A transaction within one tenant: what is read, changed or put in is that tenant's."""

    def __init__(self, connection: psycopg.Connection[dict[str, Any]], tenant: str) -> None:
        self._connection = connection
        self.tenant = tenant

    def put(self, table: str, /, **row: object) -> int:
        """Add a row; its number, where the table numbers its rows."""
        row = {"tenant": self.tenant} | row
        held = [Jsonb(value) if isinstance(value, Mapping) else value for value in row.values()]
        said = sql.SQL("INSERT INTO {} ({}) VALUES ({}) RETURNING *").format(
            sql.Identifier(table),
            sql.SQL(", ").join(map(sql.Identifier, row)),
            sql.SQL(", ").join(sql.Placeholder() * len(row)),
        )
        found = self._connection.execute(said, held).fetchone()
        return found["id"] if found and isinstance(found["id"], int) else 0

    def rows(self, query: str, *values: object) -> list[dict[str, Any]]:
        """All rows of a query."""
        return self._connection.execute(query, values).fetchall()

    def row(self, query: str, *values: object) -> dict[str, Any] | None:
        """The first row of a query, if there is one."""
        return next(iter(self.rows(query, *values)), None)

    def change(self, query: str, *values: object) -> int:
        """Run one statement; how many rows it changed."""
        return self._connection.execute(query, values).rowcount

    def members(self, reader: int, of: str) -> list[dict[str, Any]]:
        """Everybody's record that is in reach, opened for a reader: the database writes down whose was opened by whom."""
        return self.rows("SELECT * FROM open_members(%s, %s, %s)", reader, of, now())


class Store:
    """The database. Threads may share it; each block is one transaction."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn.replace("postgresql+psycopg://", "postgresql://")
        self._idle: deque[psycopg.Connection[dict[str, Any]]] = deque()
        self._role = ""
        with self._connected() as connection:
            self._make(connection)

    @contextmanager
    def within(self, tenant: str) -> Iterator[Rows]:
        """A transaction within a tenant: committed at the end, undone by an error."""
        with self._open() as connection:
            connection.execute("SELECT set_config('desk.tenant', %s, true)", [tenant])
            yield Rows(connection, tenant)

    def _make(self, connection: psycopg.Connection[dict[str, Any]]) -> None:
        """Tables and the rules that keep tenants apart. A user whom no rule binds works under a role that they bind."""
        connection.execute("SELECT pg_advisory_xact_lock(47)")
        connection.execute(TABLES)
        found = connection.execute(
            "SELECT rolname, rolsuper OR rolbypassrls AS free FROM pg_roles WHERE rolname = current_user"
        )
        user = cast(dict[str, Any], found.fetchone())
        suite = ROLE if user["free"] else user["rolname"]
        for table in APART:
            connection.execute(RULES.format(table=table, suite=f"'{suite}'"))
        for table in WITH_FILES:
            connection.execute(GOES.format(table=table))
        if user["free"]:
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone():
                connection.execute(f"CREATE ROLE {ROLE}")
            for what in ("TABLES", "SEQUENCES"):
                connection.execute(f"GRANT ALL ON ALL {what} IN SCHEMA public TO {ROLE}")
            self._role = ROLE

    @contextmanager
    def _open(self) -> Iterator[psycopg.Connection[dict[str, Any]]]:
        connection = self._kept() or self._connected()
        try:
            with connection.transaction():
                if self._role:
                    connection.execute(f"SET LOCAL ROLE {ROLE}")
                yield connection
        except psycopg.OperationalError:
            connection.close()
            raise
        if not connection.closed:
            self._idle.append(connection)

    def _connected(self) -> psycopg.Connection[dict[str, Any]]:
        return psycopg.connect(self._dsn, row_factory=dict_row, connect_timeout=10)

    def _kept(self) -> psycopg.Connection[dict[str, Any]] | None:
        """A connection that is still good; those that the database ended meanwhile are let go."""
        while self._idle:
            connection = self._idle.pop()
            try:
                connection.execute("SELECT 1")
                connection.rollback()
                return connection
            except psycopg.Error:
                connection.close()
        return None
