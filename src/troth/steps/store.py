"""The tables of runs and steps."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import (
    BindParameter,
    Column,
    Connection,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Row,
    Select,
    String,
    Table,
    Text,
    and_,
    bindparam,
    case,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from troth.db import Instant, metadata
from troth.steps.model import ENDED, Run, Standing, Step, Wanted

runs: Final = Table(
    "steps_runs",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("run", String(64), nullable=False),
    Column("kind", String(64), nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=True),
    Column("ended_at", Instant, nullable=True),
    PrimaryKeyConstraint("organisation", "run"),
)
steps: Final = Table(
    "steps_steps",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("run", String(64), nullable=False),
    Column("number", Integer, nullable=False),
    Column("rank", Integer, nullable=False),
    Column("name", String(64), nullable=False),
    Column("about", String(150), nullable=False),
    Column("standing", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("fence", Integer, nullable=False),
    Column("worker", String(64), nullable=False),
    Column("lease_until", Instant, nullable=True),
    Column("not_before", Instant, nullable=True),
    Column("intended_at", Instant, nullable=True),
    Column("said", Text, nullable=False),
    PrimaryKeyConstraint("organisation", "run", "number"),
    Index("ix_steps_steps_standing", "organisation", "standing", "not_before"),
)
_LIVE: Final = tuple(one.value for one in Standing if one not in ENDED)


def open_run(
    connection: Connection, of: str, run: str, kind: str, at: datetime, due: datetime | None
) -> None:
    """A run without steps."""
    row = {"organisation": of, "run": run, "kind": kind, "opened_at": at, "due_at": due, "ended_at": None}
    connection.execute(insert(runs), row)


def add(connection: Connection, of: str, run: str, wanted: Iterable[Wanted]) -> None:
    """More steps, numbered on."""
    c = steps.c
    last = connection.execute(select(func.max(c.number)).where(c.organisation == of, c.run == run)).scalar()
    rows = [
        {
            "organisation": of, "run": run, "number": number, "rank": one.rank, "name": one.name, "about": one.about,
            "standing": Standing.READY.value, "attempts": 0, "fence": 0, "worker": "", "lease_until": None,
            "not_before": None, "intended_at": None, "said": "{}",
        }
        for number, one in enumerate(wanted, (last or 0) + 1)
    ]  # fmt: skip
    if rows:
        connection.execute(insert(steps), rows)


def next_step(
    connection: Connection, of: str, now: datetime, kinds: tuple[str, ...], run: str = ""
) -> Row[Any] | None:
    """The step to be done next, held against other workers until the transaction ends: the most urgent run first."""
    values = {"of": of, "now": now, "kinds": kinds} | ({"one_run": run} if run else {})
    return connection.execute(_next(bool(run)), values).first()


@cache
def _next(of_one: bool) -> Select[Any]:
    """The statement, made once: it is asked for every step of every request."""
    of: BindParameter[str] = bindparam("of")
    now: BindParameter[datetime] = bindparam("now", type_=Instant)
    c, r, before = steps.c, runs.c, steps.alias("before")
    lower = exists().where(
        before.c.organisation == of, before.c.run == c.run, before.c.rank < c.rank, before.c.standing.in_(_LIVE)
    )  # fmt: skip
    free = or_(
        and_(c.standing == Standing.READY.value, or_(c.not_before.is_(None), c.not_before <= now)),
        and_(c.standing == Standing.DOING.value, c.lease_until <= now),
    )
    query = (
        select(steps, r.kind)
        .join(runs, and_(r.organisation == c.organisation, r.run == c.run))
        .where(
            c.organisation == of,
            free,
            ~lower,
            r.ended_at.is_(None),
            r.kind.in_(bindparam("kinds", expanding=True)),
        )
        .order_by(case((r.due_at.is_(None), 1), else_=0), r.due_at, r.opened_at, c.run, c.rank, c.number)
        .limit(1)
        .with_for_update(of=steps, skip_locked=True)
    )
    return query.where(c.run == bindparam("one_run")) if of_one else query


def write(
    connection: Connection, of: str, run: str, number: int, values: Mapping[str, Any], fence: int | None = None
) -> bool:  # fmt: skip
    """Change a step; with a fence only while it is held by that very one. Whether it was."""
    c = steps.c
    mine = [c.organisation == of, c.run == run, c.number == number]
    if fence is not None:
        mine += [c.fence == fence, c.standing == Standing.DOING.value]
    if "said" in values:
        values = {**values, "said": json.dumps(values["said"], sort_keys=True)}
    return connection.execute(update(steps).where(*mine).values(**values)).rowcount == 1


def of_run(connection: Connection, of: str, run: str) -> list[Step]:
    """The steps of a run, in order."""
    c = steps.c
    query = select(steps).where(c.organisation == of, c.run == run).order_by(c.rank, c.number)
    return [step_of(row) for row in connection.execute(query)]


def find(connection: Connection, of: str, run: str) -> Run | None:
    """A run."""
    row = connection.execute(select(runs).where(runs.c.organisation == of, runs.c.run == run)).first()
    return None if row is None else Run(row.run, row.kind, row.opened_at, row.due_at, row.ended_at)


def listed(connection: Connection, of: str, kind: str, *, live: bool, limit: int) -> list[Run]:
    """Runs, the most urgent first."""
    c = runs.c
    query = select(runs).where(c.organisation == of, c.kind == kind)
    query = query.where(c.ended_at.is_(None)) if live else query
    query = query.order_by(case((c.due_at.is_(None), 1), else_=0), c.due_at, c.opened_at, c.run)
    rows = connection.execute(query.limit(limit))
    return [Run(row.run, row.kind, row.opened_at, row.due_at, row.ended_at) for row in rows]


def end(connection: Connection, of: str, run: str, at: datetime) -> None:
    """The run is over; what was not done of it is left."""
    c = steps.c
    theirs = (c.organisation == of, c.run == run, c.standing.in_(_LIVE))
    connection.execute(update(steps).where(*theirs).values(standing=Standing.LEFT.value))
    mine = (runs.c.organisation == of, runs.c.run == run)
    connection.execute(update(runs).where(*mine).values(ended_at=at))


def step_of(row: Any) -> Step:
    """A step as its row tells it."""
    return Step(
        row.run, row.number, row.rank, row.name, row.about, Standing(row.standing), row.attempts, row.not_before,
        row.intended_at, json.loads(row.said),
    )  # fmt: skip
