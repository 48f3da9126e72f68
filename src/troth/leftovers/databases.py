"""Looking through databases: every column of every table of every schema, as the database hands it out."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from troth.leftovers.markers import Hit, Markers

_ROWS: Final = 500


def search_database(url: str, markers: Markers, place: str = "") -> Iterator[Hit | OSError]:
    """Every table of a database, opened so that it cannot write where it knows how. Large objects of PostgreSQL included."""
    try:
        engine = sa.create_engine(url, poolclass=NullPool, hide_parameters=True)
        place = place or engine.url.render_as_string(hide_password=True).partition("?")[0]
    except (SQLAlchemyError, ImportError):
        yield OSError(0, "is no address of a database that is known here", url.partition("://")[0])
        return
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(postgresql_readonly=True, isolation_level="REPEATABLE READ")
    try:
        with engine.connect() as connection:
            if engine.dialect.name == "sqlite":
                connection.exec_driver_sql("PRAGMA query_only=ON")
                _as_it_lies(connection)
            yield from _tables(connection, place, markers)
    except (SQLAlchemyError, UnicodeDecodeError) as problem:
        yield OSError(0, f"cannot be read ({type(problem).__name__})", place)
    finally:
        engine.dispose()


def _as_it_lies(connection: sa.Connection) -> None:
    """SQLite keeps whatever bytes it was given as text; those that are no UTF-8 are looked through as well."""
    raw: Any = connection.connection.driver_connection
    raw.text_factory = lambda text: text.decode("utf-8", "surrogateescape")


def _tables(connection: sa.Connection, place: str, markers: Markers) -> Iterator[Hit]:
    quote = connection.dialect.identifier_preparer
    for schema, table in _names(connection):
        whole = f"{quote.quote(schema)}.{quote.quote(table)}" if schema else quote.quote(table)
        named = f"{place}#{f'{schema}.' if schema else ''}{table}"
        yield from _rows(connection, f"SELECT * FROM {whole}", named, markers)  # noqa: S608 - names are quoted, values none
    if connection.dialect.name == "postgresql":
        yield from _rows(
            connection, "SELECT data FROM pg_largeobject", f"{place}#pg_largeobject", markers, needed=False
        )


def _names(connection: sa.Connection) -> Iterator[tuple[str | None, str]]:
    inspector = sa.inspect(connection)
    schemas: list[str | None] = [None]
    if connection.dialect.name == "postgresql":
        schemas = [
            s for s in inspector.get_schema_names() if s != "information_schema" and not s.startswith("pg_")
        ]
    for schema in schemas:
        for name in inspector.get_table_names(schema=schema):
            yield schema, name
        if connection.dialect.name == "postgresql":
            for name in inspector.get_materialized_view_names(schema=schema):
                yield schema, name


def _rows(
    connection: sa.Connection, statement: str, place: str, markers: Markers, *, needed: bool = True
) -> Iterator[Hit]:
    """Rows in groups; of a group in which a marker stands, the row is named by its number."""
    try:
        with connection.begin_nested():
            result = connection.exec_driver_sql(statement, execution_options={"stream_results": True})
            number, seen = 0, set[tuple[int, str]]()
            while rows := list(islice(result, _ROWS)):
                texts = [b"\0".join(_bytes(value) for value in row) for row in rows]
                if any(True for _ in markers.found_in(b"\0\0".join(texts))):
                    for at, text in enumerate(texts):
                        for marker, form, _ in markers.found_in(text):
                            if (marker, form) not in seen:
                                seen.add((marker, form))
                                yield Hit(place, marker, form, number + at + 1)
                number += len(rows)
    except SQLAlchemyError:
        if needed:
            raise


def _bytes(value: Any) -> bytes:
    if value is None:
        return b""
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value)
    if isinstance(value, dict | list):
        return _nested(value).encode()
    return str(value).encode("utf-8", "surrogateescape")


def _nested(value: Any) -> str:
    """Every value of a document with nothing between its characters escaped."""
    if isinstance(value, dict):
        return "\0".join(f"{key}\0{_nested(inner)}" for key, inner in value.items())
    if isinstance(value, list):
        return "\0".join(map(_nested, value))
    return str(value)
