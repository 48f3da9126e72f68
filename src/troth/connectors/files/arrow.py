"""Parquet through Arrow: read by columns, written anew row group by row group, so that statistics and dictionaries are new as well.

A dictionary keeps values that no row has any more: each that held text is made anew out of what is left. Source: the Apache
Parquet format (statistics, dictionary pages), pyarrow's documents.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any, Final

from troth.connectors.documents import written
from troth.connectors.files.formats import Edits, Through, Unreadable
from troth.datamap.errors import StoreUnreachable
from troth.datamap.schema import Column, Kind

_AT_ONCE: Final = 8192


class Parquet:
    """A Parquet file. Needs pyarrow, which the extra `stores` brings."""

    sampled = False

    def columns(self, path: Path, sheet: str) -> tuple[Column, ...]:
        """What its foot says."""
        with _opened(path) as file:
            return tuple(Column(one.name, kind(one.type), one.nullable) for one in file.schema_arrow)

    def rows(self, path: Path, sheet: str, names: Sequence[str]) -> Iterator[dict[str, Any]]:
        """Batch by batch, and of it only the columns that are asked for."""
        arrow = arrow_of()
        with _opened(path) as file:
            there = set(file.schema_arrow.names)
            asked = [name for name in names if name in there] or None
            try:
                for batch in file.iter_batches(_AT_ONCE, columns=asked):
                    yield from plain(arrow.Table.from_batches([batch]))
            except arrow.ArrowException as problem:
                raise Unreadable(type(problem).__name__) from None

    def rewrite(self, path: Path, edits: Edits, beside: IO[bytes]) -> bool:
        """One row group after the other, with the schema, the labels and the compression it had."""
        arrow = arrow_of()
        try:
            with (
                _opened(path) as file,
                _parquet().ParquetWriter(beside, file.schema_arrow, compression=_codecs(file)) as out,
            ):
                for at in range(file.num_row_groups):
                    becomes = _becomes(file.read_row_group(at), edits[""])
                    if becomes.num_rows:
                        out.write_table(becomes, row_group_size=becomes.num_rows)
        except arrow.ArrowException as problem:
            raise Unreadable(type(problem).__name__) from None
        return True


def arrow_of() -> Any:
    """Arrow itself, which takes longer to load than most sessions take. Raises StoreUnreachable where it is not installed."""
    try:
        import pyarrow
    except ImportError:
        raise StoreUnreachable(
            "Parquet cannot be read here: pyarrow is not installed.", "Install troth[stores]."
        ) from None
    return pyarrow


def _parquet() -> Any:
    arrow_of()
    import pyarrow.parquet

    return pyarrow.parquet


def _opened(path: Path) -> Any:
    arrow = arrow_of()
    try:
        return _parquet().ParquetFile(path)
    except arrow.ArrowException as problem:
        raise Unreadable(type(problem).__name__) from None


def kind(type: Any) -> Kind:
    """What a column of a type of Arrow holds."""
    types = arrow_of().types
    if types.is_dictionary(type):
        return kind(type.value_type)
    tests = (
        (types.is_string, Kind.TEXT), (types.is_large_string, Kind.TEXT), (types.is_boolean, Kind.FLAG),
        (types.is_integer, Kind.NUMBER), (types.is_floating, Kind.NUMBER), (types.is_decimal, Kind.NUMBER),
        (types.is_date, Kind.DATE), (types.is_timestamp, Kind.INSTANT), (types.is_nested, Kind.DOCUMENT),
        (types.is_binary, Kind.BYTES), (types.is_large_binary, Kind.BYTES),
    )  # fmt: skip
    return next((kind for test, kind in tests if test(type)), Kind.OTHER)


def plain(table: Any) -> list[dict[str, Any]]:
    """Rows as values of Python, which count no nanoseconds."""
    arrow = arrow_of()
    for at, one in enumerate(table.schema):
        if arrow.types.is_timestamp(one.type) and one.type.unit == "ns":
            coarse = table.column(at).cast(arrow.timestamp("us", one.type.tz), safe=False)
            table = table.set_column(at, one.name, coarse)
    found: list[dict[str, Any]] = table.to_pylist()
    return found


def _becomes(table: Any, through: Through) -> Any:
    """A table after each of its rows went through; columns that nothing touches stay as they are, to the bit."""
    before = plain(table)
    after = [through(row) for row in before]
    kept = [at for at, row in enumerate(after) if row is not None]
    touched = [at for at in kept if after[at] is not before[at]]
    if len(kept) == len(before) and not touched:
        return table
    names = {n for at in touched for n, value in (after[at] or {}).items() if value != before[at].get(n)}
    for name in names:
        table = _written(table, name, {at: (after[at] or {})[name] for at in touched})
    return _anew(table.take(arrow_of().array(kept, type=arrow_of().int64())))


def _written(table: Any, name: str, values: dict[int, Any]) -> Any:
    arrow = arrow_of()
    at = table.schema.get_field_index(name)
    one = table.schema.field(at)
    fresh = arrow.array([fit(value, one.type) for value in values.values()], type=one.type)
    both = arrow.concat_arrays([*table.column(at).chunks, fresh])
    where = list(range(table.num_rows))
    for index, row in enumerate(values):
        where[row] = table.num_rows + index
    return table.set_column(at, one, both.take(arrow.array(where)))


def _anew(table: Any) -> Any:
    """Dictionaries made of the values that are left."""
    arrow = arrow_of()
    for at, one in enumerate(table.schema):
        if arrow.types.is_dictionary(one.type):
            left = table.column(at).cast(one.type.value_type).combine_chunks().dictionary_encode()
            table = table.set_column(at, one, left.cast(one.type))
    return table


def fit(value: Any, type: Any) -> Any:
    """A value as a column of this type takes it."""
    types = arrow_of().types
    if isinstance(value, dict | list) and kind(type) is Kind.TEXT:
        return written(value)
    if not isinstance(value, str):
        return value
    if types.is_date(type):
        return date.fromisoformat(value)
    if types.is_timestamp(type):
        return datetime.fromisoformat(value)
    if types.is_integer(type):
        return int(value)
    return float(value) if types.is_floating(type) else value


def _codecs(file: Any) -> Any:
    """The compression of each column, as the file has it."""
    if not file.num_row_groups:
        return "snappy"
    group = file.metadata.row_group(0)
    columns = (group.column(at) for at in range(group.num_columns))
    return {
        one.path_in_schema: "none" if one.compression == "UNCOMPRESSED" else one.compression.lower()
        for one in columns
    }
