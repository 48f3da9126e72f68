"""Rows that are written and stay: a wrong value set right wherever it stands, and fields that mark a row as restricted.

A value is set right only where it is read as the wrong one, so that the same correction can be made again after a worker died:
what is right already is found no more. What cannot be written is left, with one sentence why; a store that kept rows for a
reason keeps them as they were.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from itertools import islice
from typing import Any, Final

from troth.datamap.connector import Change, Row
from troth.datamap.erasing import Handled, Outcome, read_back
from troth.datamap.model import MANY, Dataset, Erasure, Field
from troth.datamap.plan import Obstacle
from troth.datamap.schema import Column, Kind
from troth.datamap.surveying import Looking, Survey
from troth.datamap.traversal import Found, Reached
from troth.kernel.errors import TrothError

AT_ONCE: Final = 500
SHARED: Final = "it belongs to others as well"
_TRUE: Final = frozenset({"true", "yes", "1"})
_FALSE: Final = frozenset({"false", "no", "0"})


@dataclass(frozen=True, slots=True)
class Correction:
    """A value to set right: of a category of the policy, or of one field (`system/dataset.field`).

    Without `was` it is whatever stands now where a row is the person.
    """

    what: str
    becomes: str = field(repr=False)
    was: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Left:
    """Rows in which something stays as it is, and why."""

    dataset: str
    field: str
    rows: int
    because: str

    def as_json(self) -> dict[str, Any]:
        """As plain values."""
        return {"dataset": self.dataset, "field": self.field, "rows": self.rows, "because": self.because}


@dataclass(frozen=True, slots=True)
class Changing:
    """What will be written, by dataset; what stays as it is; what stands in the way."""

    changes: Mapping[str, tuple[Change, ...]]
    left: tuple[Left, ...] = ()
    obstacles: tuple[Obstacle, ...] = ()

    @property
    def systems(self) -> tuple[str, ...]:
        """The systems that are written, in order."""
        return tuple(dict.fromkeys(name.partition("/")[0] for name in self.changes))

    @property
    def counts(self) -> dict[str, int]:
        """How many rows of each dataset are written."""
        return {name: len(changes) for name, changes in self.changes.items()}

    def as_json(self) -> dict[str, Any]:
        """As plain values, without a key or a value of anybody."""
        return {"changes": self.counts, "left": [one.as_json() for one in self.left]}


class _Making:
    """A plan of writings as it grows."""

    def __init__(self, survey: Survey) -> None:
        self._survey = survey
        self._changes: dict[str, dict[tuple[Any, ...], dict[str, Any]]] = {}
        self._left: dict[tuple[str, str, str], int] = {}

    def write(self, dataset: Dataset, key: tuple[Any, ...], name: str, value: Any) -> None:
        self._changes.setdefault(dataset.name, {}).setdefault(key, {})[name] = value

    def leave(self, dataset: Dataset, name: str, because: str) -> None:
        at = (dataset.name, name, because)
        self._left[at] = self._left.get(at, 0) + 1

    def made(self) -> Changing:
        changes = {
            name: tuple(Change(key, tuple(values.items())) for key, values in rows.items())
            for name, rows in self._changes.items()
        }
        left = tuple(Left(*at[:2], count, at[2]) for at, count in self._left.items())
        return Changing(changes, left, tuple(self._watched(changes)))

    def _watched(self, names: Iterable[str]) -> Iterator[Obstacle]:
        """Triggers that run on every update can carry the old value elsewhere: somebody must have looked."""
        for name in names:
            dataset = self._survey.dataset(name)
            for trigger in self._survey.table(dataset).triggers:
                if "update" in trigger.events and trigger.name not in dataset.triggers:
                    yield Obstacle(name, f"{name} has a trigger '{trigger.name}' that runs on every update.",
                                   "See what it writes, map it, and name it under 'triggers:'.")  # fmt: skip


def plan_corrections(survey: Survey, reached: Reached, corrections: Sequence[Correction]) -> Changing:
    """Where each wrong value stands among somebody's rows, and what it becomes there. Raises StoreUnreachable, StoreRefused."""
    making = _Making(survey)
    for dataset, found, row in _rows(survey, reached, lambda one: any(_about(one, corrections))):
        for one, correction in _about(dataset, corrections):
            if _wrong(one, row, correction):
                _correct(survey, making, dataset, found, one, row, correction)
    return making.made()


def filled_in(survey: Survey, reached: Reached, corrections: Sequence[Correction]) -> tuple[Correction, ...]:
    """Corrections with the wrong value, read where a row is the person, for those that do not say it; one for each value found."""
    open_ones = [one for one in corrections if not one.was]
    found: dict[tuple[str, str, str], None] = {}
    for dataset, _, row in _rows(survey, reached, lambda one: one.people and any(_about(one, open_ones))):
        for one, correction in _about(dataset, open_ones):
            for value in _held(one, row):
                if not _same(one, value, correction.becomes):
                    found[correction.what, correction.becomes, _text(value)] = None
    said = tuple(one for one in corrections if one.was)
    return (*said, *(Correction(what, becomes, was) for what, becomes, was in found))


def plan_marks(survey: Survey, reached: Reached, fact: str, at: datetime) -> Changing:
    """The fields that say a fact of somebody's rows, where they do not say it yet. Raises StoreUnreachable, StoreRefused."""
    making = _Making(survey)
    for dataset, found, row in _rows(survey, reached, lambda one: any(_marking(one, fact))):
        for one in _marking(dataset, fact):
            if found.others:
                making.leave(dataset, one.name, SHARED)
            elif not any(_says(value) for value in _held(one, row)):
                column = survey.table(dataset).column(one.column)
                making.write(dataset, found.key, one.name, _mark(column, fact, at))
    return making.made()


def change_in(survey: Survey, changing: Changing, system: str) -> Outcome:
    """Write what is planned for one system, in one transaction where it has any, and read it again; what fails is an outcome."""
    work, written, connector = Handled(), 0, survey.connectors[system]
    mine = {name: changes for name, changes in changing.changes.items() if name.partition("/")[0] == system}
    for name, changes in mine.items():
        work.written[name] = {one.key: one for one in changes}
    try:
        with connector.writing() as session:
            for name, changes in mine.items():
                written += session.change(survey.dataset(name), changes)
            read_back(survey, session, work)
        with connector.reading() as session:
            read_back(survey, session, work)
    except TrothError as problem:
        return Outcome(system, problem=str(problem))
    return Outcome(system, changed=written)


def unmarked(survey: Survey, reached: Reached, fact: str) -> tuple[str, ...]:
    """Datasets with rows of somebody and no field that could say a fact: there the gate alone keeps them from being used."""
    return tuple(name for name in reached.rows if not any(_marking(survey.dataset(name), fact)))


# --- rows and fields --------------------------------------------------------------------------------------------------------


def _rows(survey: Survey, reached: Reached, wanted: Any) -> Iterator[tuple[Dataset, Found, Row]]:
    with Looking(survey) as looking:
        for name, found in reached.rows.items():
            dataset = survey.dataset(name)
            if not wanted(dataset):
                continue
            left = iter(found)
            while batch := list(islice(left, AT_ONCE)):
                known = {tuple(map(str, one.key)): one for one in batch}
                for row in looking.at(dataset.system).export(dataset, [one.key for one in batch]):
                    yield dataset, known[tuple(str(row[column]) for column in dataset.key)], row


def _about(dataset: Dataset, corrections: Iterable[Correction]) -> Iterator[tuple[Field, Correction]]:
    for one in dataset.fields:
        for correction in corrections:
            if correction.what in one.categories or correction.what == f"{dataset.name}.{one.name}":
                yield one, correction


def _marking(dataset: Dataset, fact: str) -> Iterator[Field]:
    return (one for one in dataset.fields if one.marks == fact)


def _held(one: Field, row: Row) -> list[Any]:
    """What a row holds in a field: several where its path leads through a list."""
    found: list[Any] = [row.get(one.column)]
    for step in one.path[1:]:
        if step == MANY:
            found = [inner for value in found if isinstance(value, list) for inner in value]
        else:
            found = [value.get(step) for value in found if isinstance(value, dict)]
    return [value for value in found if value is not None]


def _wrong(one: Field, row: Row, correction: Correction) -> bool:
    return any(_same(one, value, correction.was) for value in _held(one, row))


def _correct(
    survey: Survey, making: _Making, dataset: Dataset, found: Found, one: Field, row: Row, correction: Correction
) -> None:  # fmt: skip
    table = survey.table(dataset)
    column = table.column(one.column) or Column(one.column, Kind.TEXT)
    nested = len(one.path) > 1
    held = _held(one, row)
    value = correction.becomes if nested else _fitting(column, correction.becomes)
    if dataset.erasure is Erasure.KEEP:
        making.leave(dataset, one.name, _kept(dataset))
    elif one.whose and one.whose not in found.mine:
        return
    elif found.others and not one.whose:
        making.leave(dataset, one.name, SHARED)
    elif one.column in table.key:
        making.leave(dataset, one.name, "it is part of the key that names its row")
    elif any(one.column in reference.columns for reference in table.references):
        making.leave(dataset, one.name, "it refers to another row")
    elif nested and not all(_same(one, other, correction.was) for other in held):
        making.leave(dataset, one.name, "it stands in a list beside other values")
    elif value is None:
        making.leave(dataset, one.name, "its column takes no such value")
    else:
        making.write(dataset, found.key, one.name, value)


def _kept(dataset: Dataset) -> str:
    because = dataset.because or "the policy keeps it"
    return f"{because} ({dataset.cite})" if dataset.cite else because


def _same(one: Field, value: Any, other: str) -> bool:
    here, there = _text(value), other.strip()
    return here.casefold() == there.casefold() if one.folded else here == there


def _text(value: Any) -> str:
    return str(value).strip()


def _fitting(column: Column, text: str) -> Any:
    """A text as its column takes it; None where it does not."""
    if column.kind is Kind.NUMBER:
        try:
            number = Decimal(text)
        except InvalidOperation:
            return None
        return int(number) if number == number.to_integral_value() else number
    if column.kind is Kind.FLAG:
        word = text.strip().casefold()
        return word in _TRUE if word in _TRUE | _FALSE else None
    if column.kind in (Kind.TEXT, Kind.DATE, Kind.INSTANT):
        return None if column.length and len(text) > column.length else text
    return None


def _says(value: Any) -> bool:
    """Whether a marker says that its fact holds: anything but no, nothing and zero."""
    return _text(value).casefold() not in {"", "false", "no", "0"}


def _mark(column: Column | None, fact: str, at: datetime) -> Any:
    match column.kind if column is not None else Kind.TEXT:
        case Kind.FLAG:
            return True
        case Kind.NUMBER:
            return 1
        case Kind.DATE:
            return at.date().isoformat()
        case Kind.INSTANT:
            return at.strftime("%Y-%m-%d %H:%M:%S")
        case _:
            return fact[: column.length] if column is not None and column.length else fact
