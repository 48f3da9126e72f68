"""Delta tables in a folder: rows are written by merges, and then everything that remembers is cleared away.

A Delta table keeps what was: files of former versions, and a log with the least and greatest values of every column. When a session
ends, former files are removed and the log begins anew at a checkpoint, so that nobody can look back; versions to go back to are
gone with that. Each table changes in one step or two, and several do not change together. Source: the Delta transaction protocol.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from troth.connectors.files.arrow import arrow_of, fit, kind, plain
from troth.connectors.scanning import Absent, InFolder, Pending, ScanReading, ScanWriting
from troth.datamap.connector import Condition
from troth.datamap.errors import StoreRefused, StoreUnreachable
from troth.datamap.schema import Column, Schema, Table

LOG: Final = "_delta_log"
_KEPT: Final = "delta.logRetentionDuration"
_USUAL: Final = "interval 30 days"


class DeltaConnector(InFolder):
    """The Delta tables of one folder, each by its path in it. Needs `deltalake` and `pyarrow`, which the extra `stores` brings."""

    def describe(self) -> Schema:
        """Every Delta table below the folder, as its schema says."""
        with translated(self._system):
            lake = self._lake()
            return Schema(tuple(_described(name, lake.open(name)) for name in lake.names))

    @contextmanager
    def reading(self) -> Iterator[ScanReading[_Lake]]:
        """A session; each table is read as it is when it is first asked for."""
        with translated(self._system):
            yield ScanReading(self._system, self._lake())

    @contextmanager
    def writing(self) -> Iterator[DeltaWriting]:
        """A session that sees what it changed, merged into each table when it ends well."""
        self._able()
        with translated(self._system):
            session = DeltaWriting(self._system, self._lake())
            yield session
            session.carry_out()

    def _lake(self) -> _Lake:
        if not self._folder.is_dir():
            raise StoreUnreachable(
                f"{self._system}: there is no folder {self._folder.name}.", "Check its address in the map."
            )
        return _Lake(self._system, self._folder.resolve())


def _client() -> Any:
    arrow_of()
    try:
        import deltalake
    except ImportError:
        raise StoreUnreachable(
            "Delta tables cannot be read here: deltalake is not installed.", "Install troth[stores]."
        ) from None
    return deltalake


def _described(name: str, table: Any) -> Table:
    schema = table.to_pyarrow_dataset().schema
    return Table(name, tuple(Column(one.name, kind(one.type), one.nullable) for one in schema))


class _Lake:
    """The Delta tables of a folder."""

    def __init__(self, system: str, root: Path) -> None:
        self._system = system
        self._root = root
        self.names = tuple(
            sorted(one.parent.relative_to(root).as_posix() for one in root.rglob(LOG) if one.is_dir())
        )
        self._open: dict[str, Any] = {}

    def open(self, name: str) -> Any:
        """A table, as it was when this session first asked for it."""
        if name not in self.names:
            raise StoreRefused(
                f"{self._system} has no Delta table '{name}'.",
                "Check the map against the folder.",
                table=name,
            )
        if name not in self._open:
            self._open[name] = _client().DeltaTable(self._root / name)
        return self._open[name]

    def rows(self, table: str, names: Sequence[str], condition: Condition | None) -> Iterator[dict[str, Any]]:
        """Batch by batch, the columns that are asked for."""
        held = self.open(table).to_pyarrow_dataset()
        missing = next((name for name in names if name not in held.schema.names), None)
        if missing is not None:
            raise StoreRefused(
                f"{self._system}: '{table}' has no column '{missing}'.", "Check the map against the table."
            )
        for batch in held.to_batches(columns=list(names) or None):
            yield from map(Absent, plain(arrow_of().Table.from_batches([batch])))


class DeltaWriting(ScanWriting[_Lake]):
    """Keeps what is to change, and merges it at the end."""

    def carry_out(self) -> None:
        """Table by table: what is written, what goes, and then what remembers."""
        for table, pending in self.pending.items():
            held = self._source.open(table)
            names = held.to_pyarrow_dataset().schema.names
            both = [(row, pending.through(row)) for row in self._source.rows(table, names, None)]
            written = [becomes for row, becomes in both if becomes is not None and becomes is not row]
            gone = [row for row, becomes in both if becomes is None]
            if written:
                columns = {
                    _quoted(one): f"s.{_quoted(one)}" for one in pending.columns if one not in pending.key
                }
                self._merged(held, pending, names, written).when_matched_update(columns).execute()
            if gone:
                self._merged(held, pending, list(pending.key), gone).when_matched_delete().execute()
            if written or gone:
                _forget(held)

    @staticmethod
    def _merged(held: Any, pending: Pending, names: Sequence[str], rows: Sequence[dict[str, Any]]) -> Any:
        arrow = arrow_of()
        schema = held.to_pyarrow_dataset().schema
        distinct = {tuple(str(row[name]) for name in pending.key): row for row in rows}.values()
        types = {name: schema.field(name).type for name in names}
        source = arrow.table(
            {
                name: arrow.array([fit(row[name], type) for row in distinct], type=type)
                for name, type in types.items()
            }
        )
        same = " AND ".join(f"t.{_quoted(name)} = s.{_quoted(name)}" for name in pending.key)
        return held.merge(source, predicate=same, source_alias="s", target_alias="t")


def _forget(held: Any) -> None:
    """Remove the files of former versions, and the log that tells of what stood in them; how long a log is kept stays as it was."""
    held.vacuum(retention_hours=0, enforce_retention_duration=False, dry_run=False)
    kept = held.metadata().configuration.get(_KEPT, _USUAL)
    held.alter.set_table_properties({_KEPT: "interval 0 seconds"})
    fresh = _client().DeltaTable(held.table_uri)
    fresh.create_checkpoint()
    fresh.cleanup_metadata()
    fresh.alter.set_table_properties({_KEPT: kept})


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


@contextmanager
def translated(system: str) -> Iterator[None]:
    """What the library says, in one sentence without a value."""
    errors = _client().exceptions
    try:
        yield
    except errors.CommitFailedError:
        raise StoreRefused(
            f"{system}: a table was written by somebody else meanwhile.", "Run it again.", system=system
        ) from None
    except (errors.DeltaError, arrow_of().ArrowException) as problem:
        raise StoreRefused(
            f"{system} could not do what was asked ({type(problem).__name__}).",
            "Check the table and the map.",
            system=system,
        ) from None
    except OSError as problem:
        raise StoreUnreachable(
            f"{system}: a file cannot be used ({problem.strerror}).", "Look at the folder and its rights."
        ) from None
