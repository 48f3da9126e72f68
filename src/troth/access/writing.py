"""Writing cells: sealed before the lock is held, written only if nobody wrote the same cell meanwhile, else sealed anew."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from troth.access import evidence, store
from troth.access.desk import Blinds, Desk, fields_of, known_field
from troth.access.errors import WriteRefused
from troth.access.model import LONGEST_VALUE, Cell, Field, Put, Wrote, place_of
from troth.kernel.errors import TrothError
from troth.ledger import Origin, Work
from troth.subjects import SubjectUnknown
from troth.vault import KeyDestroyed

Name = tuple[str, str]
BUCKET: Final = "cells"
"""The retention bucket of cells: they may die while the evidence about a person lives on."""


@dataclass(slots=True)
class _Plan:
    """One person's values on their way into cells."""

    put: Put
    owner: str
    policy: str
    at: datetime
    versions: dict[str, int] = field(default_factory=dict)
    """The version each field had when this was planned; 0 where there was none."""
    cells: list[Cell] = field(default_factory=list)
    blinds: list[tuple[str, str, bytes, str]] = field(default_factory=list)


def write(desk: Desk, puts: Sequence[Put], origin: Origin) -> list[Wrote | TrothError]:
    """Keep the values of each; all in one transaction, durable when this returns. What is refused stands in its own place."""
    done: dict[int, Wrote | TrothError] = {}
    todo = dict(enumerate(puts))
    while todo:
        try:
            plans, refused, later = _planned(desk, todo)
        except KeyDestroyed:
            continue  # somebody was erased since we looked: look again
        done |= refused
        overtaken = _kept(desk, plans, origin) if plans else set()
        done |= {
            at: Wrote(plan.put.subject, {name: old + 1 for name, old in plan.versions.items()})
            for at, plan in plans.items()
            if at not in overtaken
        }
        todo = {at: todo[at] for at in sorted(later | overtaken)}
    return [done[at] for at in range(len(puts))]


def _planned(desk: Desk, todo: dict[int, Put]) -> tuple[dict[int, _Plan], dict[int, TrothError], set[int]]:
    """What can be written now, what is refused, and what must wait for another write to the same cell."""
    plans: dict[int, _Plan] = {}
    refused: dict[int, TrothError] = {}
    later: set[int] = set()
    with desk.ledger.database.read() as connection:
        policy, fields = desk.declared(connection).digest, fields_of(desk, connection)
        people = desk.people(connection, {put.subject for put in todo.values()})
        there = _versions(desk, connection, people, todo)
    taken: set[Name] = set()
    for at, put in todo.items():
        try:
            plan = _Plan(put, _owner(people, put), policy, desk.clock.now())
            _check(put, fields)
        except TrothError as problem:
            refused[at] = problem
            continue
        names = {(plan.owner, name) for name in put.values}
        if names & taken:
            later.add(at)
            continue
        taken |= names
        plan.versions = {name: there.get((plan.owner, name), 0) for name in put.values}
        plans[at] = plan
    _seal(desk, list(plans.values()), fields)
    return plans, refused, later


def _versions(
    desk: Desk, connection: Connection, people: dict[str, tuple[str, ...]], todo: dict[int, Put]
) -> dict[Name, int]:
    owners = {group[0] for group in people.values()}
    names = {name for put in todo.values() for name in put.values}
    found = store.find(connection, desk.organisation, owners, names)
    return {name: cell.version for name, cell in found.items()}


def _owner(people: dict[str, tuple[str, ...]], put: Put) -> str:
    """Under which pseudonym a person's values are sealed. Raises SubjectUnknown."""
    if put.subject not in people:
        raise SubjectUnknown("No subject of this id is known here.", "Open the subject first.")
    return people[put.subject][0]


def _check(put: Put, fields: dict[str, Field]) -> None:
    """Pass when every value can be kept. Raises FieldUnknown, WriteRefused."""
    if not put.values or len(put.values) > evidence.MOST_FIELDS:
        raise WriteRefused(f"One to {evidence.MOST_FIELDS} fields are written at once.", "Split them.")
    for name, value in put.values.items():
        known_field(fields, name)
        if len(as_bytes(value)) > LONGEST_VALUE:
            raise WriteRefused(
                f"A value is longer than {LONGEST_VALUE:,} bytes.", "Keep files elsewhere.", field=name
            )


def _seal(desk: Desk, plans: list[_Plan], fields: dict[str, Field]) -> None:
    """Seal all values in one go, and blind those that can be searched for."""
    items = [
        (plan.owner, place_of(name, plan.versions[name] + 1), as_bytes(value))
        for plan in plans
        for name, value in plan.put.values.items()
    ]
    sealed = iter(desk.keys.seal_many(items, bucket=BUCKET) if items else ())
    blinds = _blinds(desk, {name for plan in plans for name in plan.put.values}, fields)
    for plan in plans:
        plan.cells = [
            Cell(plan.owner, name, plan.versions[name] + 1, next(sealed), plan.at) for name in plan.put.values
        ]
        plan.blinds = list(_blinded(blinds, plan.owner, plan.put.values, fields))


def _blinds(desk: Desk, names: Iterable[str], fields: dict[str, Field]) -> Blinds | None:
    """The blind indexes, where one of these fields is searched."""
    return Blinds(desk.keys) if any(fields[name].search for name in names) else None


def _blinded(
    blinds: Blinds | None, owner: str, values: Mapping[str, str], fields: dict[str, Field]
) -> Iterator[tuple[str, str, bytes, str]]:
    """What leads to a person by these values, for each purpose for which a field is searched."""
    for name, value in values.items():
        for purpose in fields[name].search if blinds else ():
            assert blinds is not None
            yield name, purpose, blinds.newest(name, purpose, value), owner


def _kept(desk: Desk, plans: dict[int, _Plan], origin: Origin) -> set[int]:
    """Write them, but for those whose cells another wrote meanwhile: their numbers."""

    def act(work: Work) -> set[int]:
        work.lock()
        connection = work.connection
        names = {cell.field for plan in plans.values() for cell in plan.cells}
        there = store.find(connection, desk.organisation, {plan.owner for plan in plans.values()}, names)
        here = desk.people(connection, {plan.put.subject for plan in plans.values()})
        overtaken = {at for at, plan in plans.items() if plan.put.subject not in here or _moved(plan, there)}
        kept = [plan for at, plan in plans.items() if at not in overtaken]
        _store(desk, connection, kept)
        for plan in kept:
            for kind, fields in (
                (evidence.WRITTEN, [name for name, old in plan.versions.items() if not old]),
                (evidence.CHANGED, [name for name, old in plan.versions.items() if old]),
            ):
                if fields:
                    work.record(evidence.cells(kind, plan.put.subject, fields, plan.policy, plan.at, origin))
        return overtaken

    return desk.recorder.run(act)


def _moved(plan: _Plan, there: dict[Name, Cell]) -> bool:
    found = {name: there[plan.owner, name].version for name in plan.versions if (plan.owner, name) in there}
    return any(found.get(name, 0) != old for name, old in plan.versions.items())


def _store(desk: Desk, connection: Connection, plans: list[_Plan]) -> None:
    cells = [cell for plan in plans for cell in plan.cells]
    store.put(
        connection,
        desk.organisation,
        [cell for cell in cells if cell.version == 1],
        [cell for cell in cells if cell.version > 1],
    )
    rows = [row for plan in plans for row in plan.blinds]
    stale = {(cell.subject, cell.field) for cell in cells if cell.version > 1}
    if rows or stale:
        store.index(connection, desk.organisation, stale, rows)


def remove(
    desk: Desk, work: Work, subject: str, names: Sequence[str], at: datetime, origin: Origin
) -> tuple[str, ...]:
    """Take values of a person away (no names: all); which there were. Raises SubjectUnknown, FieldUnknown."""
    work.lock()
    connection = work.connection
    fields, people = fields_of(desk, connection), desk.people(connection, (subject,))
    wanted = {known_field(fields, name).name for name in names}
    if subject not in people:
        raise SubjectUnknown("No subject of this id is known here.", "Open the subject first.")
    found = [
        (who, name)
        for who, name in store.named(connection, desk.organisation, people[subject])
        if not wanted or name in wanted
    ]
    gone = tuple(sorted({name for _, name in found}))
    if found:
        store.remove(connection, desk.organisation, found)
        policy = desk.declared(connection).digest
        for start in range(0, len(gone), evidence.MOST_FIELDS):
            part = gone[start : start + evidence.MOST_FIELDS]
            work.record(evidence.cells(evidence.REMOVED, subject, part, policy, at, origin))
    return gone


def reindex(desk: Desk, name: str, at_once: int = 500) -> int:
    """Let every value of a field be found again under the keys and purposes of now; how many. Raises FieldUnknown."""
    after, count = "", 0
    while True:
        with desk.ledger.database.read() as connection:
            fields = fields_of(desk, connection)
            known_field(fields, name)
            cells = store.every(connection, desk.organisation, name, after, at_once)
        if not cells:
            return count
        plain = desk.keys.open_many([(cell.subject, cell.place, cell.sealed) for cell in cells])
        blinds = _blinds(desk, (name,), fields)
        rows = {
            cell: list(_blinded(blinds, cell.subject, {name: value.decode()}, fields))
            for cell, value in zip(cells, plain, strict=True)
            if value is not None
        }
        desk.recorder.run(lambda work, rows=rows: _reindexed(desk, work, rows))  # type: ignore[misc]
        after, count = cells[-1].subject, count + len(cells)


def _reindexed(desk: Desk, work: Work, rows: dict[Cell, list[tuple[str, str, bytes, str]]]) -> None:
    """Put new blinds in place of those of cells that still stand as they were read."""
    work.lock()
    names = {(cell.subject, cell.field) for cell in rows}
    there = store.find(
        work.connection, desk.organisation, {who for who, _ in names}, {name for _, name in names}
    )
    same = {cell: made for cell, made in rows.items() if there.get((cell.subject, cell.field)) == cell}
    keys = {(cell.subject, cell.field) for cell in same}
    store.index(work.connection, desk.organisation, keys, [row for made in same.values() for row in made])


def as_bytes(value: str) -> bytes:
    """A value as it is sealed. Raises WriteRefused for what is no text: half of a surrogate pair."""
    try:
        return value.encode()
    except UnicodeEncodeError:
        raise WriteRefused("A value is no text that UTF-8 can hold.", "Send whole characters.") from None
