"""The tables of staff: functions of headers. No name stands in them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    PrimaryKeyConstraint,
    String,
    Table,
    delete,
    insert,
    select,
)

from troth.db import Instant, metadata
from troth.kernel.ids import StaffId
from troth.staff.model import Held, Member, Training

members = Table(
    "staff_members",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("member", String(64), nullable=False),
    Column("since", Instant, nullable=False),
    Column("left", Instant, nullable=True),
    Column("named", BigInteger, nullable=True),
    PrimaryKeyConstraint("organisation", "member"),
)
roles = Table(
    "staff_roles",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("member", String(64), nullable=False),
    Column("role", String(150), nullable=False),
    Column("since", Instant, nullable=False),
    Column("until", Instant, nullable=True),
    PrimaryKeyConstraint("organisation", "member", "role"),
)
trainings = Table(
    "staff_trainings",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("member", String(64), nullable=False),
    Column("course", String(150), nullable=False),
    Column("taken", Instant, nullable=False),
    Column("expires", Instant, nullable=False),
    Column("document", String(160), nullable=False),
    PrimaryKeyConstraint("organisation", "member", "course"),
)
TABLES: Final = (members, roles, trainings)


def load(
    connection: Connection, organisation: str, wanted: Collection[str] | None = None
) -> dict[StaffId, Member]:
    """Members by id: those wanted, or (None) all, in the order in which they came."""
    rows = _rows(connection, members, organisation, wanted)
    held, learnt = defaultdict(list), defaultdict(list)
    for row in _rows(connection, roles, organisation, wanted):
        held[row.member].append(Held(row.role, row.since, row.until))
    for row in _rows(connection, trainings, organisation, wanted):
        learnt[row.member].append(Training(row.course, row.taken, row.expires, row.document))
    return {
        StaffId(row.member): Member(
            StaffId(row.member),
            row.since,
            row.left,
            row.named,
            tuple(held[row.member]),
            tuple(learnt[row.member]),
        )
        for row in sorted(rows, key=lambda row: (row.since, row.member))
    }


def save(connection: Connection, organisation: str, member: Member) -> None:
    """Put a member in place of the one before."""
    mine: dict[str, Any] = {"organisation": organisation, "member": member.id}
    for table in reversed(TABLES):
        connection.execute(
            delete(table).where(table.c.organisation == organisation, table.c.member == member.id)
        )
    row = mine | {"since": member.since, "left": member.left, "named": member.named}
    connection.execute(insert(members), row)
    if member.roles:
        held = [mine | {"role": one.role, "since": one.since, "until": one.until} for one in member.roles]
        connection.execute(insert(roles), held)
    if member.trainings:
        learnt = [
            mine
            | {"course": one.course, "taken": one.taken, "expires": one.expires, "document": one.document}
            for one in member.trainings
        ]
        connection.execute(insert(trainings), learnt)


def _rows(
    connection: Connection, table: Table, organisation: str, wanted: Collection[str] | None
) -> list[Any]:
    query = select(table).where(table.c.organisation == organisation)
    if wanted is not None:
        query = query.where(table.c.member.in_(tuple(wanted)))
    return list(connection.execute(query.order_by(*table.primary_key)))
