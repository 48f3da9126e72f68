"""Rows in a form that either kind of database writes and reads: what backups hold, and how data move from one to the other.

A file for each table, gzip-compressed lines of JSON: first `{"format":"troth rows 1","table":…,"columns":[[name,kind],…]}`, then
an array for each row in the order of the primary key, last `{"rows":n}`. Kinds are `int`, `bool`, `text` and `bytes`
(base64); a missing value is null. Instants are whole microseconds since 1970 UTC, as both databases hold them.
"""

from __future__ import annotations

import base64
import gzip
import json
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, MetaData, Table, func, insert, inspect, select, types

from troth.db.database import Database, open_database
from troth.db.errors import RowsDamaged, sqlite_problem
from troth.db.migrate import RECORDS, History

FORMAT: Final = "troth rows 1"
SUFFIX: Final = ".rows.gz"
_AT_ONCE: Final = 2000
_LEVEL: Final = 1  # what is sealed does not shrink; the rest shrinks well enough
_KINDS: Final[tuple[tuple[type[types.TypeEngine[Any]], str], ...]] = (
    (types.Boolean, "bool"),
    (types.Integer, "int"),
    (types.LargeBinary, "bytes"),
    (types.String, "text"),
)


@contextmanager
def snapshot(database: Database, scratch: Path) -> Iterator[Connection]:
    """One consistent state of everything, for as long as it takes to read it, while writers go on.

    SQLite is copied into the file `scratch` first, by its own online backup, so that its log can be emptied meanwhile; the
    copy is removed in the end. PostgreSQL keeps the state by itself. Raises DatabaseProblem.
    """
    if database.dialect != "sqlite":
        with database.read() as connection:
            yield connection
        return
    try:
        _copy(database, scratch)
        with open_database(f"sqlite:///{scratch}") as copied, copied.read() as connection:
            yield connection
    finally:
        for file in (
            scratch,
            *(scratch.with_name(scratch.name + end) for end in ("-wal", "-shm", "-journal")),
        ):
            file.unlink(missing_ok=True)


def write_rows(connection: Connection, folder: Path, history: History = RECORDS) -> dict[str, int]:
    """Write every table but the one of migrations into a folder; how many rows each has. Raises OSError, DatabaseProblem."""
    tables = _tables(connection, history)
    return {table.name: _write_table(connection, table, folder / f"{table.name}{SUFFIX}") for table in tables}


def read_rows(connection: Connection, folder: Path, history: History = RECORDS) -> dict[str, int]:
    """Put the rows of a folder into the empty tables of the same names; how many each was given.

    Raises RowsDamaged for a file that is cut, altered, or does not fit its table, and DatabaseProblem.
    """
    tables = {table.name: table for table in _tables(connection, history)}
    files = {path.name.removesuffix(SUFFIX): path for path in sorted(folder.glob(f"*{SUFFIX}"))}
    if strange := sorted(files.keys() - tables.keys()):
        raise RowsDamaged(f"The database has no table {strange[0]}, which {folder} holds rows of.")
    return {name: _read_table(connection, tables[name], path) for name, path in files.items()}


def is_empty(connection: Connection) -> bool:
    """Whether a database has no table at all."""
    return not inspect(connection).get_table_names()


def count_rows(connection: Connection, history: History = RECORDS) -> dict[str, int]:
    """How many rows each table has."""
    tables = _tables(connection, history)
    return {
        table.name: int(connection.scalar(select(func.count()).select_from(table)) or 0) for table in tables
    }


def _copy(database: Database, scratch: Path) -> None:
    source = database.reader.raw_connection()
    target = sqlite3.connect(scratch)
    try:
        source.driver_connection.backup(target)  # type: ignore[union-attr]
    except sqlite3.Error as error:
        raise sqlite_problem(error, str(scratch)) from error
    finally:
        target.close()
        source.close()


def _tables(connection: Connection, history: History) -> Sequence[Table]:
    found = MetaData()
    found.reflect(connection, only=lambda name, _: name != history.table)
    return found.sorted_tables


def _kind(table: Table, column: Any) -> str:
    for type, kind in _KINDS:
        if isinstance(column.type, type):
            return kind
    raise RowsDamaged(f"The column {table.name}.{column.name} is of a kind that backups do not carry.")


def _write_table(connection: Connection, table: Table, path: Path) -> int:
    kinds = [_kind(table, column) for column in table.columns]
    binary = [at for at, kind in enumerate(kinds) if kind == "bytes"]
    count = 0
    with path.open("xb") as raw, gzip.GzipFile("", "wb", _LEVEL, raw, mtime=0) as file:
        columns = [[column.name, kind] for column, kind in zip(table.columns, kinds, strict=True)]
        file.write(_line({"format": FORMAT, "table": table.name, "columns": columns}))
        query = select(table).order_by(*table.primary_key).execution_options(yield_per=_AT_ONCE)
        for rows in connection.execute(query).partitions():
            file.write(b"".join(_line(_plain(row, binary)) for row in rows))
            count += len(rows)
        file.write(_line({"rows": count}))
    return count


def _plain(row: Any, binary: Iterable[int]) -> list[object]:
    values = list(row)
    for at in binary:
        if values[at] is not None:
            values[at] = base64.b64encode(_bytes(values[at])).decode()
    return values


def _bytes(value: bytes | str) -> bytes:
    """A tampered SQLite may hold text where bytes belong; it is kept as it is, and found by recomputing the ledger."""
    return value.encode(errors="surrogatepass") if isinstance(value, str) else value


def _read_table(connection: Connection, table: Table, path: Path) -> int:
    try:
        with gzip.open(path, "rb") as file:
            return _fill(connection, table, file)
    except (OSError, EOFError, ValueError, KeyError, TypeError, zlib.error) as error:
        raise RowsDamaged(
            f"The file {path} of a backup is cut or altered; nothing was restored from it.",
            "Take another backup.",
        ) from error


def _fill(connection: Connection, table: Table, file: Iterable[bytes]) -> int:
    lines = map(json.loads, file)
    head: dict[str, Any] = next(lines, {})
    columns, kinds = zip(*head["columns"], strict=True)
    here = {column.name: _kind(table, column) for column in table.columns}
    if (
        head["format"] != FORMAT
        or head["table"] != table.name
        or here != dict(zip(columns, kinds, strict=True))
    ):
        raise ValueError("not the columns of this table")
    binary = [at for at, kind in enumerate(kinds) if kind == "bytes"]
    count, last = 0, None
    while page := list(islice(lines, _AT_ONCE)):
        if isinstance(page[-1], dict):
            last = page.pop()
        rows = [_row(columns, values, binary) for values in page]
        if rows:
            connection.execute(insert(table), rows)
        count += len(rows)
    if last != {"rows": count}:
        raise ValueError("rows are missing")
    return count


def _row(columns: Sequence[str], values: list[Any], binary: Iterable[int]) -> dict[str, Any]:
    for at in binary:
        if values[at] is not None:
            values[at] = base64.b64decode(values[at], validate=True)
    return dict(zip(columns, values, strict=True))


_ENCODE: Final[Callable[[object], str]] = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _line(value: object) -> bytes:
    return _ENCODE(value).encode(errors="surrogatepass") + b"\n"
