"""The tables of erasures: functions of headers, all of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    and_,
    bindparam,
    distinct,
    func,
    insert,
    or_,
    select,
    text,
    update,
)

from troth.db import Instant, metadata
from troth.erasures.model import Backup, BackupKind, Drill, EpochSpan, Grave

tombstones = Table(
    "erasures_tombstones",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("person", String(64), nullable=False),
    Column("known_since", Instant, nullable=False),
    Column("begun_at", Instant, nullable=False),
    Column("done_at", Instant, nullable=True),
    PrimaryKeyConstraint("organisation", "subject"),
    Index(
        "ix_erasures_tombstones_pending",
        "organisation",
        "subject",
        sqlite_where=text("done_at IS NULL"),
        postgresql_where=text("done_at IS NULL"),
    ),
)
epochs = Table(
    "erasures_epochs",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("number", Integer, nullable=False),
    Column("store", String(64), nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("closed_at", Instant, nullable=True),
    Column("destroyed_at", Instant, nullable=True),
    PrimaryKeyConstraint("organisation", "number"),
)
backups = Table(
    "erasures_backups",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("backup", String(150), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("digest", String(80), nullable=False),
    Column("taken_at", Instant, nullable=False),
    Column("keep_until", Instant, nullable=True),
    Column("gone_at", Instant, nullable=True),
    PrimaryKeyConstraint("organisation", "backup"),
)
drills = Table(
    "erasures_drills",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("at", Instant, nullable=False),
    Column("data", String(150), nullable=False),
    Column("keys", String(150), nullable=False),
    Column("tried", Integer, nullable=False),
    Column("readable", Integer, nullable=False),
    PrimaryKeyConstraint("organisation", "sequence"),
)
_AT_ONCE: Final = 1000
_AMONG: Final = select(tombstones.c.subject).where(
    tombstones.c.organisation == bindparam("of"), tombstones.c.subject.in_(bindparam("who", expanding=True))
)


# --- tombstones ----------------------------------------------------------------------------------------------------------


def bury(connection: Connection, organisation: str, subject: str, **known: Any) -> None:
    """A tombstone for one pseudonym."""
    connection.execute(insert(tombstones), {"organisation": organisation, "subject": subject} | known)


def finish(connection: Connection, organisation: str, person: str, at: datetime) -> None:
    """Say that the keys of a person are gone."""
    mine = and_(tombstones.c.organisation == organisation, tombstones.c.person == person)
    connection.execute(update(tombstones).where(mine, tombstones.c.done_at.is_(None)).values(done_at=at))


def among(connection: Connection, organisation: str, subjects: Collection[str]) -> frozenset[str]:
    """Those of these pseudonyms that have a tombstone."""
    found: set[str] = set()
    named = tuple(subjects)
    for start in range(0, len(named), _AT_ONCE):
        some = named[start : start + _AT_ONCE]
        found.update(connection.execute(_AMONG, {"of": organisation, "who": some}).scalars())
    return frozenset(found)


def everybody(connection: Connection, organisation: str) -> Iterator[str]:
    """Every pseudonym that has a tombstone."""
    query = select(tombstones.c.subject).where(tombstones.c.organisation == organisation)
    yield from connection.execute(query.order_by(tombstones.c.subject)).scalars()


def graves(connection: Connection, organisation: str, chosen: ColumnElement[bool]) -> list[Grave]:
    """The graves of those whose tombstones were chosen, in the order in which they were begun."""
    mine = tombstones.c.organisation == organisation
    people = select(tombstones.c.person).where(mine, chosen)
    query = select(tombstones).where(mine, tombstones.c.person.in_(people))
    rows = connection.execute(
        query.order_by(tombstones.c.begun_at, tombstones.c.person, tombstones.c.subject)
    )
    found: dict[str, list[Any]] = {}
    for row in rows:
        found.setdefault(row.person, []).append(row)
    return [_grave(person, stones) for person, stones in found.items()]


def _grave(person: str, stones: Sequence[Any]) -> Grave:
    ends = [stone.done_at for stone in stones]
    return Grave(
        person,
        tuple(stone.subject for stone in stones),
        min(stone.known_since for stone in stones),
        min(stone.begun_at for stone in stones),
        None if None in ends else max(ends),
    )


def people(connection: Connection, organisation: str, *times: datetime) -> int:
    """How many erased people were known, with their keys standing, at any of these instants; without one, how many at all."""
    query = select(func.count(distinct(tombstones.c.person))).where(tombstones.c.organisation == organisation)
    if times:
        query = query.where(or_(*(_standing(at) for at in times)))
    return int(connection.scalar(query) or 0)


def _standing(at: datetime) -> ColumnElement[bool]:
    gone = tombstones.c.done_at
    return and_(tombstones.c.known_since <= at, or_(gone.is_(None), gone >= at))


# --- epochs, backups, drills ---------------------------------------------------------------------------------------------


def open_epoch(connection: Connection, organisation: str, epoch: EpochSpan) -> None:
    """An epoch that the ledger knows from here on."""
    row = {"organisation": organisation, "number": epoch.number, "store": epoch.store}
    connection.execute(insert(epochs), row | {"opened_at": epoch.opened_at})


def end_epoch(connection: Connection, organisation: str, number: int, **ends: datetime) -> None:
    """Note that an epoch was closed or destroyed."""
    mine = and_(epochs.c.organisation == organisation, epochs.c.number == number)
    connection.execute(update(epochs).where(mine).values(**ends))


def all_epochs(connection: Connection, organisation: str) -> list[EpochSpan]:
    """Every epoch, oldest first."""
    rows = connection.execute(
        select(epochs).where(epochs.c.organisation == organisation).order_by(epochs.c.number)
    )
    return [EpochSpan(row.number, row.store, row.opened_at, row.closed_at, row.destroyed_at) for row in rows]


def keep(connection: Connection, organisation: str, backup: Backup) -> None:
    """A backup on the register."""
    row = {
        "organisation": organisation,
        "backup": backup.id,
        "kind": backup.kind.value,
        "digest": backup.digest,
    }
    connection.execute(insert(backups), row | {"taken_at": backup.taken_at, "keep_until": backup.keep_until})


def let_go(connection: Connection, organisation: str, id: str, at: datetime) -> None:
    """Note that a backup is gone."""
    mine = and_(backups.c.organisation == organisation, backups.c.backup == id)
    connection.execute(update(backups).where(mine).values(gone_at=at))


def all_backups(connection: Connection, organisation: str) -> list[Backup]:
    """Every backup on the register, the newest first."""
    query = select(backups).where(backups.c.organisation == organisation)
    rows = connection.execute(query.order_by(backups.c.taken_at.desc(), backups.c.backup))
    return [
        Backup(row.backup, BackupKind(row.kind), row.digest, row.taken_at, row.keep_until, row.gone_at)
        for row in rows
    ]


def note_drill(connection: Connection, organisation: str, drill: Drill) -> None:
    """A drill that was run."""
    row = {name: getattr(drill, name) for name in ("sequence", "at", "data", "keys", "tried", "readable")}
    connection.execute(insert(drills), {"organisation": organisation} | row)


def all_drills(connection: Connection, organisation: str, limit: int) -> list[Drill]:
    """The last drills, the newest first."""
    query = select(drills).where(drills.c.organisation == organisation)
    rows = connection.execute(query.order_by(drills.c.sequence.desc()).limit(limit))
    return [Drill(row.sequence, row.at, row.data, row.keys, row.tried, row.readable) for row in rows]
