"""The live shape of a database: tables with columns, keys, references, uniqueness, indexes and triggers."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection, Inspector
from sqlalchemy.engine.interfaces import ReflectedForeignKeyConstraint

from troth.datamap.schema import Column, Kind, Reference, Schema, Table, Trigger

_KINDS: Final = (
    (sa.JSON, Kind.DOCUMENT), (sa.Enum, Kind.OTHER), (sa.Boolean, Kind.FLAG), (sa.Numeric, Kind.NUMBER), (sa.Integer, Kind.NUMBER),
    (sa.DateTime, Kind.INSTANT), (sa.Date, Kind.DATE), (sa.LargeBinary, Kind.BYTES), (sa.String, Kind.TEXT),
)  # fmt: skip
_EVENTS: Final = {8: "delete", 16: "update"}
"""Bits of PostgreSQL's `pg_trigger.tgtype`."""
_POSTGRES_TRIGGERS: Final = sa.text(
    "SELECT n.nspname, c.relname, t.tgname, t.tgtype FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
    "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE NOT t.tgisinternal AND t.tgenabled <> 'D'"
)
_SQLITE_TRIGGERS: Final = sa.text("SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'trigger'")
_SQLITE_UNIQUE: Final = sa.text(
    "SELECT m.name, l.name, i.name FROM sqlite_master m JOIN pragma_index_list(m.name) l JOIN pragma_index_info(l.name) i "
    "WHERE m.type = 'table' AND l.\"unique\" = 1 AND i.name IS NOT NULL ORDER BY m.name, l.name, i.seqno"
)
"""SQLAlchemy reads SQLite's uniqueness out of the words of CREATE TABLE, and misses some."""
_MYSQL_TRIGGERS: Final = sa.text(
    "SELECT event_object_table, trigger_name, event_manipulation FROM information_schema.triggers "
    "WHERE trigger_schema = DATABASE()"
)


def describe(connection: Connection) -> tuple[Schema, dict[str, sa.Table]]:
    """The shape for the map, and the same tables for writing statements, both by the names that the map uses."""
    inspector = sa.inspect(connection)
    triggers = _triggers(connection)
    unique = _unique(connection)
    tables: list[Table] = []
    live: dict[str, sa.Table] = {}
    for schema in _schemas(inspector):
        for table, made in _of_schema(inspector, schema, triggers, unique):
            tables.append(table)
            live[table.name] = made
    return Schema(tuple(sorted(tables, key=lambda one: one.name))), live


def _schemas(inspector: Inspector) -> list[str | None]:
    """The default schema, unnamed, and in PostgreSQL all others that are not the server's own."""
    if inspector.dialect.name != "postgresql":
        return [None]
    others = (s for s in inspector.get_schema_names() if s != inspector.default_schema_name)
    return [None, *(s for s in others if s != "information_schema" and not s.startswith("pg_"))]


def _of_schema(
    inspector: Inspector,
    schema: str | None,
    triggers: dict[str, list[Trigger]],
    known_unique: dict[str, set[tuple[str, ...]]],
) -> list[tuple[Table, sa.Table]]:
    columns = inspector.get_multi_columns(schema=schema)
    keys = inspector.get_multi_pk_constraint(schema=schema)
    references = inspector.get_multi_foreign_keys(schema=schema)
    uniques = inspector.get_multi_unique_constraints(schema=schema)
    indexes = inspector.get_multi_indexes(schema=schema)
    found = []
    for at in columns:
        name = _name(at[0], at[1])
        key = tuple((keys.get(at) or {}).get("constrained_columns") or ())  # type: ignore[call-overload]
        unique = {tuple(one["column_names"]) for one in uniques.get(at) or ()} | known_unique.get(name, set())
        indexed = [tuple(str(c) for c in one["column_names"] if c) for one in indexes.get(at) or ()]
        unique |= {
            tuple(str(c) for c in one["column_names"] if c) for one in indexes.get(at) or () if one["unique"]
        }
        table = Table(
            name,
            tuple(_column(one) for one in columns[at]),
            key,
            tuple(sorted(unique - {()})),
            tuple(_reference(one, inspector, schema) for one in references.get(at) or ()),
            tuple(triggers.get(name, ())),
            tuple(group for group in dict.fromkeys((key, *sorted(unique), *indexed)) if group),
        )
        raw = inspector.dialect.name == "sqlite"
        made = sa.Table(
            at[1],
            sa.MetaData(),
            *(sa.Column(one["name"], sa.types.NullType() if raw else one["type"]) for one in columns[at]),
            schema=at[0],
        )
        found.append((table, made))
    return found


def _name(schema: str | None, table: str) -> str:
    return f"{schema}.{table}" if schema else table


def _column(one: Any) -> Column:
    kind = next((kind for type, kind in _KINDS if isinstance(one["type"], type)), Kind.OTHER)
    if isinstance(one["type"], sa.types.NullType):
        kind = Kind.TEXT
    return Column(one["name"], kind, bool(one["nullable"]), int(getattr(one["type"], "length", 0) or 0))


def _reference(one: ReflectedForeignKeyConstraint, inspector: Inspector, schema: str | None) -> Reference:
    options = one.get("options") or {}
    at = one["referred_schema"]
    return Reference(
        tuple(one["constrained_columns"]),
        _name(None if at == inspector.default_schema_name else at, one["referred_table"]),
        tuple(one["referred_columns"]),
        str(options.get("ondelete") or "").lower().replace("no action", "").replace("restrict", ""),
        # SQLite lets every check wait for the end of a transaction that asks for it.
        inspector.dialect.name == "sqlite" or bool(options.get("deferrable")),
    )


def _unique(connection: Connection) -> dict[str, set[tuple[str, ...]]]:
    """What SQLite itself says is unique, by table."""
    if connection.dialect.name != "sqlite":
        return {}
    grouped: dict[tuple[str, str], list[str]] = defaultdict(list)
    for table, index, column in connection.execute(_SQLITE_UNIQUE):
        grouped[table, index].append(column)
    found: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for (table, _), columns in grouped.items():
        found[table].add(tuple(columns))
    return found


def _triggers(connection: Connection) -> dict[str, list[Trigger]]:
    """Triggers that fire when rows are removed or changed, by table; dialects not known here tell of none."""
    found: dict[str, list[Trigger]] = defaultdict(list)
    dialect = connection.dialect.name
    if dialect == "postgresql":
        default = sa.inspect(connection).default_schema_name
        for schema, table, name, bits in connection.execute(_POSTGRES_TRIGGERS):
            events = frozenset(word for bit, word in _EVENTS.items() if bits & bit)
            found[_name(None if schema == default else schema, table)].append(Trigger(name, events))
    elif dialect == "sqlite":
        for table, name, text in connection.execute(_SQLITE_TRIGGERS):
            fired = re.search(
                r"\b(DELETE|UPDATE|INSERT)\b", re.sub(r"(?s)\bBEGIN\b.*", "", text), re.IGNORECASE
            )
            found[table].append(Trigger(name, frozenset({fired[1].lower()} if fired else ())))
    elif dialect in ("mysql", "mariadb"):
        for table, name, fired in connection.execute(_MYSQL_TRIGGERS):
            found[table].append(Trigger(name, frozenset({str(fired).lower()})))
    return found
