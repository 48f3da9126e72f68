"""Making the plan of an erasure: rows sorted into those that go, those that are written and those that stay; then the
references of the live store, so that nothing is left pointing nowhere and nothing of others goes along.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass, field

from troth.datamap.connector import Key, Row
from troth.datamap.fitting import Treatment, treated, treatment
from troth.datamap.model import Dataset, Erasure, Field
from troth.datamap.plan import Act, Obstacle, Plan, Stay, in_order
from troth.datamap.schema import Kind, Reference, Schema, Table
from troth.datamap.surveying import Survey
from troth.datamap.traversal import AT_ONCE, Found, Reached

SHARED = "it belongs to others as well"
LOOSENED = "so that what it refers to can go"
Values = tuple[tuple[object, ...], ...]


@dataclass(frozen=True, slots=True)
class Refers:
    """Which rows of a live table hold one of these values: how many, or, where a dataset is named, with which keys."""

    system: str
    table: str
    columns: tuple[str, ...]
    values: Values
    dataset: Dataset | None = None


Planning = Generator[Refers, Sequence[Key], Plan]
"""Asks; is sent keys, or where no dataset is named as many empty ones as there are rows; returns the plan."""


@dataclass(slots=True)
class _Sorted:
    """The rows of one dataset by what becomes of them."""

    gone: dict[Key, Row] = field(default_factory=dict)
    written: dict[Key, dict[str, Treatment]] = field(default_factory=dict)
    rows: dict[Key, Row] = field(default_factory=dict)


class Planner:
    """Makes one plan."""

    def __init__(self, survey: Survey, reached: Reached) -> None:
        self._survey = survey
        self._sorted: dict[str, _Sorted] = {}
        self._stays: list[Stay] = []
        self._obstacles: dict[Obstacle, None] = {}
        self._notes: dict[str, None] = {}
        for name, rows in reached.rows.items():
            self._sort(survey.dataset(name), rows)

    def plan(self) -> Planning:
        """The plan; asks how many rows refer to what would go."""
        for system, schema in self._survey.schemas.items():
            yield from self._references(system, schema)
        acts = [act for system in self._systems() for act in self._acts(system, self._survey.schemas[system])]
        self._triggers(acts)
        systems = [one for one in self._survey.map.systems if one.id in {act.system for act in acts}]
        copies = {name for one in systems for name in one.backups}
        return Plan(
            tuple(acts),
            tuple(self._stays),
            tuple(self._obstacles),
            tuple(one for one in self._survey.map.backups if one.id in copies),
            tuple(dict.fromkeys(one.run_by for one in systems if one.run_by)),
            tuple(self._notes),
        )

    def _systems(self) -> tuple[str, ...]:
        """Systems so that whichever is found through another goes first: where that other fails, all can still be found."""
        leads: dict[str, set[str]] = {one: set() for one in self._survey.schemas}
        for child, link in self._survey.map.links():
            parent = link.to.partition("/")[0]
            if link.direction.leads_down and parent != child.system:
                leads[child.system].add(parent)
            elif link.direction.leads_up and parent != child.system:
                leads[parent].add(child.system)
        order, ring = in_order(tuple(leads), leads)
        return (*order, *ring)

    def _sort(self, dataset: Dataset, rows: Sequence[Found]) -> None:
        kept = self._sorted.setdefault(dataset.name, _Sorted())
        shared = [row for row in rows if row.others and dataset.when_shared is not Erasure.DELETE]
        own = [row for row in rows if not row.others or dataset.when_shared is Erasure.DELETE]
        kept.rows = {row.key: row.values for row in rows}
        if dataset.erasure is Erasure.DELETE:
            kept.gone = {row.key: row.values for row in own}
        elif own:
            self._write(dataset, own)
        for row in shared:
            self._write_own_part(dataset, row)
        if shared:
            self._stays.append(Stay(dataset.name, len(shared), _common(dataset), SHARED))

    def _write(self, dataset: Dataset, rows: Sequence[Found]) -> None:
        """Rows that stay because the map says so, with what it says of their fields."""
        whole = dataset.erasure is Erasure.KEEP
        table = self._survey.table(dataset)
        fields = list(treated(dataset, table, keep_row=whole))
        self._put(dataset, [row.key for row in rows], fields)
        if whole:
            left = tuple(f.name for f in dataset.fields if f.personal and f not in fields) if fields else ()
            self._stays.append(
                Stay(
                    dataset.name,
                    len(rows),
                    left,
                    dataset.because or "the policy keeps it",
                    dataset.cite,
                    dataset.retention,
                )
            )
            return
        for one in dataset.fields:
            if one.personal and one.erasure is Erasure.KEEP:
                because = one.because or dataset.because
                self._stays.append(
                    Stay(
                        dataset.name,
                        len(rows),
                        (one.name,),
                        because,
                        one.cite or dataset.cite,
                        dataset.retention,
                    )
                )

    def _write_own_part(self, dataset: Dataset, row: Found) -> None:
        """A row shared with others loses what is this person's in it: their fields, and the link to them."""
        table = self._survey.table(dataset)
        mine = [f for f in treated(dataset, table, keep_row=False) if f.whose and f.whose in row.mine]
        links = [link for link in dataset.links if link.id in row.mine]
        ends = {name for link in links for name in link.fields}
        fields = [*mine, *(f for f in dataset.fields if f.name in ends and f not in mine)]
        self._put(dataset, [row.key], fields)

    def _put(self, dataset: Dataset, keys: Sequence[Key], fields: Iterable[Field]) -> None:
        table, kept = self._survey.table(dataset), self._sorted[dataset.name]
        for one in fields:
            found = treatment(dataset, table, one)
            if isinstance(found, str):
                self._refuse(dataset.name, f"{found}.", "Say otherwise with 'on_erasure:' in the map.")
                continue
            for key in keys:
                kept.written.setdefault(key, {})[one.name] = found

    def _references(self, system: str, schema: Schema) -> Generator[Refers, Sequence[Key], None]:
        """For rows that would go: whoever refers to them goes too, lets go, or stands in the way."""
        for dataset in self._survey.map.of_system(system):
            gone = self._sorted.get(dataset.name, _Sorted()).gone
            if not gone:
                continue
            for table, reference in schema.referring_to(dataset.table):
                values = _distinct(gone.values(), reference.on)
                if values:
                    yield from self._referring(system, table, reference, values, dataset)

    def _referring(
        self, system: str, table: Table, reference: Reference, values: Values, to: Dataset
    ) -> Generator[Refers, Sequence[Key], None]:
        child = self._survey.of_table(system, table.name)
        kept = self._sorted.get(child.name, _Sorted()) if child else _Sorted()
        wanted = frozenset(values)
        pointing = {k for k, row in kept.rows.items() if _at(row, reference.columns) in wanted}
        staying = pointing - kept.gone.keys()
        if child is not None and staying:
            self._let_go(child, table, reference, staying, to)
        others = len((yield Refers(system, table.name, reference.columns, values))) - len(pointing)
        if others <= 0:
            return
        loose = _loose(table, reference)
        if child is not None and loose is not None and _emptied(child, loose):
            keys = yield Refers(system, table.name, reference.columns, values, child)
            self._loosen(child, loose, {key for key in keys if key not in pointing})
        else:
            self._in_the_way(system, table, reference, others, to)

    def _in_the_way(self, system: str, table: Table, reference: Reference, others: int, to: Dataset) -> None:
        """Rows that nobody said belong to this person refer to rows that would go."""
        whose = f"{others} row{'' if others == 1 else 's'} of {table.name}, not known to be this person's,"
        if reference.on_delete.startswith("set"):
            self._notes[f"{system} lets {whose} point at nothing instead of {to.name}"] = None
        elif reference.on_delete == "cascade":
            self._refuse(to.name, f"Removing rows of {to.name} would take along {whose.rstrip(',')}.",
                         f"Write 'on_erasure: anonymise' for {to.name}.")  # fmt: skip
        else:
            self._refuse(to.name, f"{whose} refer to rows of {to.name} that would go.",
                         f"Map {table.name} with its link; write 'on_erasure: null' for {'+'.join(reference.columns)} there, so that "
                         f"others let go; or 'on_erasure: anonymise' for {to.name}.")  # fmt: skip

    def _let_go(
        self, child: Dataset, table: Table, reference: Reference, keys: set[Key], to: Dataset
    ) -> None:
        """Rows that stay let go of rows that go, where their columns may be empty."""
        loose = _loose(table, reference)
        if loose is None:
            self._refuse(
                child.name,
                f"{len(keys)} row{'' if len(keys) == 1 else 's'} of {child.name} must stay, and {'+'.join(reference.columns)} "
                f"there may not be empty: {to.name} cannot be removed.",
                f"Write 'on_erasure: anonymise' for {to.name}: its row stays, without what is personal.",
            )
            return
        self._loosen(child, loose, keys)

    def _loosen(self, child: Dataset, column: str, keys: Iterable[Key]) -> None:
        kept = self._sorted.setdefault(child.name, _Sorted())
        for key in keys:
            kept.written.setdefault(key, {})[column] = Treatment(column, Erasure.NULL, Kind.OTHER)

    def _acts(self, system: str, schema: Schema) -> list[Act]:
        changes, removals = [], []
        going = []
        for dataset in self._survey.map.of_system(system):
            kept = self._sorted.get(dataset.name)
            if kept is None:
                continue
            changes += _alike(dataset, {k: w for k, w in kept.written.items() if k not in kept.gone})
            if kept.gone:
                going.append(dataset)
                removals.append(Act(system, dataset.name, tuple(kept.gone)))
        loosened, order = self._untangled(schema, going)
        ranked = {name: at for at, name in enumerate(order)}
        return [
            *changes,
            *loosened,
            *sorted(removals, key=lambda act: ranked.get(self._survey.dataset(act.dataset).table, 0)),
        ]

    def _untangled(self, schema: Schema, going: Sequence[Dataset]) -> tuple[list[Act], tuple[str, ...]]:
        """The order in which tables lose rows, and the references that must be emptied first because they run in a ring."""
        refers = {one.table: {r.to for r in self._of(schema, one).references} - {one.table} for one in going}
        order, ring = in_order(tuple(refers), refers)
        loosened = [act for one in going if (act := self._among_themselves(schema, one))]
        while ring:
            rings = [one for one in going if one.table in ring]
            opened = next((act for one in rings if (act := self._opened(schema, one, ring, refers))), None)
            if opened is not None:
                loosened.append(opened)
            elif not sum(self._deferred(schema, one, ring, refers) for one in rings):
                self._refuse(going[0].name, f"Rows of {', '.join(ring)} refer to each other in a ring that cannot be opened.",
                             "Make one of their columns nullable, or its constraint deferrable.")  # fmt: skip
                return loosened, (*order, *ring)
            order, ring = in_order(tuple(refers), refers)
        return loosened, order

    def _among_themselves(self, schema: Schema, dataset: Dataset) -> Act | None:
        """More rows than go in one statement, of a table that refers to itself, let go of each other first where they may."""
        table, gone = self._of(schema, dataset), tuple(self._sorted[dataset.name].gone)
        loose = [_loose(table, one) for one in table.references if one.to == table.name]
        named = tuple(Treatment(name, Erasure.NULL, Kind.OTHER) for name in loose if name is not None)
        if len(gone) <= AT_ONCE or not named:
            return None
        return Act(dataset.system, dataset.name, gone, named, LOOSENED)

    def _of(self, schema: Schema, dataset: Dataset) -> Table:
        table = schema.table(dataset.table)
        assert table is not None
        return table

    def _deferred(
        self, schema: Schema, dataset: Dataset, ring: Sequence[str], refers: dict[str, set[str]]
    ) -> bool:
        """Leave references of a ring out of the order whose check can wait for the end; whether there were any."""
        table = self._of(schema, dataset)
        at_once = {r.to for r in table.references if not r.deferrable}
        waiting = {r.to for r in table.references if r.to in ring} & refers[dataset.table] - at_once
        refers[dataset.table] -= waiting
        return bool(waiting)

    def _opened(
        self, schema: Schema, dataset: Dataset, ring: Sequence[str], refers: dict[str, set[str]]
    ) -> Act | None:
        """Empty the references of one table to another of the ring, where all of them may be empty."""
        table = self._of(schema, dataset)
        for to in sorted(refers[dataset.table] & set(ring)):
            loose = [_loose(table, reference) for reference in table.references if reference.to == to]
            if None not in loose:
                refers[dataset.table].discard(to)
                gone = tuple(self._sorted[dataset.name].gone)
                emptied = tuple(Treatment(str(name), Erasure.NULL, Kind.OTHER) for name in loose)
                return Act(dataset.system, dataset.name, gone, emptied, LOOSENED)
        return None

    def _triggers(self, acts: Sequence[Act]) -> None:
        """What a store does by itself when rows change can copy what is erased: somebody must have looked."""
        for act in acts:
            dataset = self._survey.dataset(act.dataset)
            event = "delete" if act.removes else "update"
            for trigger in self._survey.table(dataset).triggers:
                if event in trigger.events and trigger.name not in dataset.triggers:
                    self._refuse(dataset.name, f"{dataset.name} has a trigger '{trigger.name}' that runs on every {event}.",
                                 "See what it writes, map it, and name it under 'triggers:'.")  # fmt: skip

    def _refuse(self, dataset: str, message: str, help: str) -> None:
        self._obstacles[Obstacle(dataset, message, help)] = None


def _alike(dataset: Dataset, written: dict[Key, dict[str, Treatment]]) -> list[Act]:
    """One step for all rows that are treated alike."""
    groups: dict[tuple[Treatment, ...], list[Key]] = {}
    for key, treatments in written.items():
        groups.setdefault(tuple(treatments.values()), []).append(key)
    return [Act(dataset.system, dataset.name, tuple(keys), treatments) for treatments, keys in groups.items()]


def _loose(table: Table, reference: Reference) -> str | None:
    """A column of a reference that may be empty, so that a row can let go of what it refers to."""
    columns = (table.column(name) for name in reference.columns)
    return next((c.name for c in columns if c is not None and c.nullable and c.name not in table.key), None)


def _emptied(child: Dataset, column: str) -> bool:
    """Whether the map says that even rows of others let go."""
    field = child.field(column)
    return field is not None and field.erasure is Erasure.NULL


def _common(dataset: Dataset) -> tuple[str, ...]:
    return tuple(f.name for f in dataset.fields if f.personal and not f.whose)


def _at(row: Row, columns: Sequence[str]) -> tuple[object, ...]:
    return tuple(row.get(name) for name in columns)


def _distinct(rows: Iterable[Row], columns: Sequence[str]) -> tuple[tuple[object, ...], ...]:
    found = (_at(row, columns) for row in rows)
    return tuple(dict.fromkeys(values for values in found if all(value is not None for value in values)))
