"""A map beside the stores it speaks of: their live shapes, whether the two fit, and questions answered from them."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import TypeVar

from troth.datamap.check import check_links, check_live
from troth.datamap.connector import Connector, Reading, Row, some_rows
from troth.datamap.documents import documents_of, unmapped
from troth.datamap.errors import MapRefused
from troth.datamap.model import DataMap, Dataset
from troth.datamap.schema import Schema, Table
from troth.datamap.traversal import Ask, Proven, Reached, traverse
from troth.kernel.findings import Findings

R = TypeVar("R")
LOOKED_INTO = 1000
"""How many documents of a dataset a check looks into."""


@dataclass(frozen=True, slots=True)
class Survey:
    """A map that fits its stores, keys filled in from the live tables, with the way to each store."""

    map: DataMap
    schemas: Mapping[str, Schema]
    connectors: Mapping[str, Connector]

    def table(self, dataset: Dataset) -> Table:
        """The live table of a dataset."""
        found = self.schemas[dataset.system].table(dataset.table)
        assert found is not None, "a survey is only made of a map that fits"
        return found

    def dataset(self, name: str) -> Dataset:
        """A dataset of the map by its name."""
        found = self.map.dataset(name)
        assert found is not None
        return found

    def of_table(self, system: str, table: str) -> Dataset | None:
        """The dataset that maps a live table, or None."""
        return next((one for one in self.map.of_system(system) if one.table == table), None)


def survey(
    map: DataMap, connectors: Mapping[str, Connector], known: Mapping[str, Schema] | None = None
) -> Survey:
    """Look at every store of a map but those whose shape is known. Raises MapRefused where map and stores do not fit,
    StoreUnreachable, StoreRefused."""
    findings = Findings()
    check_links(map, findings)
    schemas = look(map, connectors, findings, known or {})
    if findings.refused:
        raise MapRefused(
            f"The map does not fit its stores: {findings.errors[0].message}",
            findings.errors[0].help or "Run `troth map check`.",
            findings=len(findings.errors),
        )
    return Survey(keyed(map, schemas), schemas, connectors)


def look(
    map: DataMap, connectors: Mapping[str, Connector], findings: Findings, known: Mapping[str, Schema]
) -> dict[str, Schema]:
    """The live shape of every store, with a finding for each place where it and the map part."""
    schemas = {}
    for system in map.systems:
        schemas[system.id] = known.get(system.id) or connectors[system.id].describe()
        check_live(map, system, schemas[system.id], findings)
    return schemas


def look_inside(map: DataMap, system: str, connector: Connector, findings: Findings) -> None:
    """Look into some documents of a system: a value at a path that the map does not know is an error."""
    with connector.reading() as session:
        for dataset in map.of_system(system):
            columns = documents_of(dataset)
            rows = session.find(dataset, some_rows(LOOKED_INTO), columns) if columns else ()
            for path, count in sorted(unmapped(dataset, rows).items()):
                findings.error("unmapped-field", dataset.place, f"{dataset.name}: '{path}' stands in documents and is not mapped.",
                               f"Name its category; it stands in {count} of the {LOOKED_INTO} or fewer that were looked at.")  # fmt: skip


def keyed(map: DataMap, schemas: Mapping[str, Schema]) -> DataMap:
    """The map with the key of each dataset: its own, or the primary key of the live table."""
    datasets = []
    for dataset in map.datasets:
        table = schemas[dataset.system].table(dataset.table)
        datasets.append(dataset if dataset.key or table is None else replace(dataset, key=table.key))
    return replace(map, datasets=tuple(datasets))


class Looking:
    """Reading sessions of the stores of a survey, each opened when it is first asked, all closed together."""

    def __init__(self, survey: Survey) -> None:
        self._survey = survey
        self._open: dict[str, Reading] = {}
        self._stack = ExitStack()

    def __enter__(self) -> Looking:
        return self

    def __exit__(self, *raised: object) -> None:
        self._stack.close()

    def at(self, system: str) -> Reading:
        """The session of a system."""
        if system not in self._open:
            self._open[system] = self._stack.enter_context(self._survey.connectors[system].reading())
        return self._open[system]

    def answer(self, asking: Generator[Ask, Sequence[Row], R]) -> R:
        """Run something that asks, answering from the stores, and give back what it returns."""
        try:
            ask = next(asking)
            while True:
                dataset = self._survey.dataset(ask.dataset)
                ask = asking.send(list(self.at(dataset.system).find(dataset, ask.condition, ask.fields)))
        except StopIteration as done:
            found: R = done.value
            return found


def reach(survey: Survey, proven: Sequence[Proven]) -> Reached:
    """Every row of a person, from the stores. Raises WhoIsMeant, StoreUnreachable, StoreRefused."""
    with Looking(survey) as looking:
        return looking.answer(traverse(survey.map, proven, also=referred(survey)))


def referred(survey: Survey) -> dict[str, tuple[str, ...]]:
    """For each dataset the columns that live references use, on either side: an erasure has to know them."""
    found: dict[str, dict[str, None]] = {}
    for system, schema in survey.schemas.items():
        for table in schema.tables:
            for reference in table.references:
                sides = ((table.name, reference.columns), (reference.to, reference.on))
                for name, columns in sides:
                    if (dataset := survey.of_table(system, name)) is not None:
                        found.setdefault(dataset.name, {}).update(dict.fromkeys(columns))
    return {name: tuple(columns) for name, columns in found.items()}
