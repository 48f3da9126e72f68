"""Whether the shape of a database is another than before, asked in one statement: tables, columns, keys, references, indexes, triggers."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from sqlalchemy import Connection

_STATEMENTS: Final = {
    "sqlite": sa.text("SELECT schema_version FROM pragma_schema_version"),
    "postgresql": sa.text(
        "SELECT current_schema() || md5(coalesce(string_agg(said, ',' ORDER BY said), '')) FROM ("
        "SELECT concat_ws(' ', 'c', oid, relname, relnamespace, relkind) AS said FROM pg_class WHERE oid >= 16384 "
        "AND relkind IN ('r', 'p', 'f', 'v', 'm') UNION ALL "
        "SELECT concat_ws(' ', 'a', attrelid, attnum, attname, atttypid, atttypmod, attnotnull, attisdropped) FROM pg_attribute "
        "WHERE attrelid >= 16384 AND attnum > 0 UNION ALL "
        "SELECT concat_ws(' ', 'k', oid, contype, conrelid, conkey, confrelid, confkey, confdeltype, condeferrable) FROM pg_constraint "
        "WHERE oid >= 16384 UNION ALL "
        "SELECT concat_ws(' ', 'i', indexrelid, indrelid, indisunique, indkey) FROM pg_index WHERE indexrelid >= 16384 UNION ALL "
        "SELECT concat_ws(' ', 't', oid, tgrelid, tgname, tgtype, tgenabled) FROM pg_trigger WHERE NOT tgisinternal) AS shape"
    ),
}
"""The server's own objects have numbers below 16384 (PostgreSQL, chapter on system catalogs). Other kinds have no such statement here."""


def fingerprint(connection: Connection) -> str:
    """A text that changes with the shape; empty where the kind of database has none."""
    statement = _STATEMENTS.get(connection.dialect.name)
    return "" if statement is None else str(connection.execute(statement).scalar_one())
