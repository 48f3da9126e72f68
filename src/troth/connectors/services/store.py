"""A service with an HTTP interface as a store: rows are looked up by the calls that its description names, and acted on one by one.

There is no transaction: what a session changed is sent when it ends well, each act with a key by which the service can tell that
it was sent twice. Whether it did what it said is seen by whoever reads again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, Final

from troth.connectors.files.formats import columns_in
from troth.connectors.scanning import Absent, Scanned, ScanReading, ScanWriting
from troth.connectors.services.calling import Caller, Clock
from troth.connectors.services.description import Call, Resource, Service, described
from troth.datamap.connector import Ability, Change, Condition, Key
from troth.datamap.errors import NotAble, StoreRefused, StoreUnreachable
from troth.datamap.model import Dataset
from troth.datamap.schema import Column, Kind, Schema, Table

LARGEST: Final = 1_000_000


class ServiceConnector(Scanned):
    """One service, as a file describes it."""

    def __init__(
        self,
        system: str,
        file: Path,
        secret: tuple[str, str] | None = None,
        *,
        writable: bool = True,
        clock: Clock | None = None,
    ) -> None:
        super().__init__(system, writable, ())
        self._service = described(_text(system, file), system)
        self._caller = Caller(system, self._service, secret, clock or Clock())

    @property
    def abilities(self) -> frozenset[Ability]:
        """Reading, documents, and writing where it was opened for that and any of its tables can be."""
        able = self._writable and any(one.remove or one.change for one in self._service.tables.values())
        return frozenset({Ability.READ, Ability.DOCUMENTS, *([Ability.WRITE] if able else [])})

    def describe(self) -> Schema:
        """What the file says, and what the first rows hold besides, where all of a table can be asked for."""
        return Schema(tuple(self._table(one) for one in self._service.tables.values()))

    @contextmanager
    def reading(self) -> Iterator[ScanReading[_Rows]]:
        """A session; what others write meanwhile is seen."""
        yield ScanReading(self._system, self._rows())

    @contextmanager
    def writing(self) -> Iterator[ServiceWriting]:
        """A session that sees what it changed, sent act by act when it ends well."""
        self._able()
        session = ServiceWriting(self._system, self._rows())
        yield session
        session.carry_out()

    def _rows(self) -> _Rows:
        return _Rows(self._system, self._service, self._caller)

    def _table(self, one: Resource) -> Table:
        columns = {name: Column(name, Kind.TEXT, nullable=name not in one.key) for name in one.columns}
        if one.all is not None:
            for page in islice(self._caller.pages(one.all, {}), 1):
                for seen in columns_in(row for row in page if isinstance(row, dict)):
                    columns.setdefault(seen.name, seen)
        return Table(one.name, tuple(columns.values()), key=one.key)


def _text(system: str, file: Path) -> str:
    try:
        if file.stat().st_size > LARGEST:
            raise StoreUnreachable(
                f"{system}: the description of this service is too long.", "Write a short one."
            )
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise StoreUnreachable(
            f"{system}: there is no description {file.name} that can be read.",
            "Check its address in the map.",
        ) from None


class _Rows:
    """The rows of the tables of a service."""

    def __init__(self, system: str, service: Service, caller: Caller) -> None:
        self._system = system
        self._service = service
        self.caller = caller

    def of(self, table: str) -> Resource:
        if table not in self._service.tables:
            raise StoreRefused(
                f"{self._system} has no table '{table}'.",
                "Check the map against the description.",
                table=table,
            )
        return self._service.tables[table]

    def rows(self, table: str, names: Sequence[str], condition: Condition | None) -> Iterator[dict[str, Any]]:
        """By the call that takes what is asked for, value by value; else all there are."""
        resource = self.of(table)
        call = _fitting(resource, condition)
        if call is None:
            if resource.all is None:
                asked = ", ".join(condition.fields) if condition and condition.fields else "nothing at all"
                raise StoreRefused(
                    f"{self._system}: '{table}' cannot be looked up by {asked}.",
                    "Describe such a call under 'find:', or one under 'all:'.",
                )
            yield from self._called(resource, resource.all, {})
            return
        assert condition is not None
        asked_for = (dict(zip(condition.fields, values, strict=True)) for values in condition.values)
        for given in dict.fromkeys(tuple((name, one[name]) for name in call.by) for one in asked_for):
            if all(value is not None for _, value in given):
                yield from self._called(resource, call, dict(given))

    def _called(self, resource: Resource, call: Call, given: dict[str, Any]) -> Iterator[dict[str, Any]]:
        for page in self.caller.pages(call, given):
            for row in page:
                if not isinstance(row, dict):
                    raise StoreRefused(
                        f"{self._system}: a row of '{resource.name}' is no object.", "Mend 'rows'."
                    )
                named = {name: given[name] for name in call.named}
                yield Absent({**named, **row})


def _fitting(resource: Resource, condition: Condition | None) -> Call | None:
    if condition is None or condition.folded:
        return None
    return next((one for one in resource.find if set(one.by) <= set(condition.fields)), None)


class ServiceWriting(ScanWriting[_Rows]):
    """Keeps what is to change, and sends it at the end."""

    def change(self, dataset: Dataset, changes: Sequence[Change]) -> int:
        """Write values into rows. Raises NotAble where the description names no call for that."""
        self._said(dataset.table, self._source.of(dataset.table).change, "change")
        return super().change(dataset, changes)

    def remove(self, dataset: Dataset, keys: Sequence[Key]) -> int:
        """Remove rows. Raises NotAble where the description names no call for that."""
        self._said(dataset.table, self._source.of(dataset.table).remove, "remove")
        return super().remove(dataset, keys)

    def carry_out(self) -> None:
        """Act by act: first what is written, then what goes."""
        for table, pending in self.pending.items():
            resource = self._source.of(table)
            asked = Condition(pending.key, tuple(pending.outcomes))
            acts = [(row, pending.through(row)) for row in self._source.rows(table, (), asked)]
            for row, becomes in acts:
                if becomes is not None and becomes is not row and resource.change is not None:
                    body = {name: value for name, value in becomes.items() if value != row[name]}
                    if body:
                        self._source.caller.act(resource.change, _key(resource, row), body)
            for row, becomes in acts:
                if becomes is None and resource.remove is not None:
                    self._source.caller.act(resource.remove, _key(resource, row), None)

    def _said(self, table: str, call: Call | None, what: str) -> None:
        if call is None:
            raise NotAble(
                f"{self._system}: nothing says how rows of '{table}' are to {what}.",
                f"Describe a call under '{what}:'.",
            )


def _key(resource: Resource, row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in resource.key}
