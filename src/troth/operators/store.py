"""The tables that are functions of headers: who enrolled, product roles, requests for a second person, elevations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    delete,
    insert,
    select,
    update,
)

from troth.db import Instant, metadata
from troth.kernel.ids import StaffId
from troth.operators.model import Account, Approval, Elevation, Role, Stage, Way

accounts = Table(
    "operators_accounts",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("member", String(64), nullable=False),
    Column("since", Instant, nullable=False),
    Column("ways", String(100), nullable=False),
    PrimaryKeyConstraint("organisation", "member"),
)
roles = Table(
    "operators_roles",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("member", String(64), nullable=False),
    Column("role", String(64), nullable=False),
    Column("since", Instant, nullable=False),
    Column("until", Instant, nullable=True),
    PrimaryKeyConstraint("organisation", "member", "role"),
)
approvals = Table(
    "operators_approvals",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("approval", String(64), nullable=False),
    Column("action", String(64), nullable=False),
    Column("digest", String(160), nullable=False),
    Column("stage", String(16), nullable=False),
    Column("asked_by", String(64), nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("decided_by", String(64), nullable=True),
    Column("decided_at", Instant, nullable=True),
    Column("carried_at", Instant, nullable=True),
    PrimaryKeyConstraint("organisation", "approval"),
)
elevations = Table(
    "operators_elevations",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("elevation", String(64), nullable=False),
    Column("member", String(64), nullable=False),
    Column("role", String(64), nullable=False),
    Column("since", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    Column("told", Integer, nullable=False),
    Column("acts", Integer, nullable=False),
    Column("reviewed_by", String(64), nullable=True),
    Column("reviewed_at", Instant, nullable=True),
    Column("justified", Boolean, nullable=True),
    PrimaryKeyConstraint("organisation", "elevation"),
)
TABLES: Final = (accounts, roles, approvals, elevations)
_KEYS: Final = {accounts: "member", approvals: "approval", elevations: "elevation"}


def put(connection: Connection, table: Table, organisation: str, key: str, values: Mapping[str, Any]) -> None:
    """A row in place of the one before."""
    named = {"organisation": organisation, _KEYS[table]: key}
    connection.execute(delete(table).where(*(table.c[name] == value for name, value in named.items())))
    connection.execute(insert(table).values(**named, **values))


def change(
    connection: Connection, table: Table, organisation: str, key: str, values: Mapping[str, Any]
) -> None:
    """What is different of a row from now on."""
    one = (table.c.organisation == organisation) & (table.c[_KEYS[table]] == key)
    connection.execute(update(table).where(one).values(**values))


def account(connection: Connection, organisation: str, member: str) -> Account | None:
    """The account of a member of staff."""
    return next(iter(all_accounts(connection, organisation, member)), None)


def all_accounts(connection: Connection, organisation: str, member: str = "") -> list[Account]:
    """Everybody who enrolled and still works here, in the order in which they did."""
    query = select(accounts).where(accounts.c.organisation == organisation)
    query = query.where(accounts.c.member == member) if member else query
    rows = connection.execute(query.order_by(accounts.c.since, accounts.c.member))
    return [
        Account(StaffId(row.member), row.since, tuple(Way(way) for way in row.ways.split(",") if way))
        for row in rows
    ]


def give(connection: Connection, organisation: str, role: Role) -> None:
    """A role in place of the same one before."""
    take(connection, organisation, role.member, role.role)
    row = {"member": role.member, "role": role.role, "since": role.since, "until": role.until}
    connection.execute(insert(roles).values(organisation=organisation, **row))


def take(connection: Connection, organisation: str, member: str, role: str = "") -> None:
    """A role away, or all of somebody's."""
    theirs = (roles.c.organisation == organisation) & (roles.c.member == member)
    connection.execute(delete(roles).where(theirs & (roles.c.role == role) if role else theirs))


def shut(connection: Connection, organisation: str, member: str) -> None:
    """Whoever left has no account and no role."""
    take(connection, organisation, member)
    theirs = (accounts.c.organisation == organisation) & (accounts.c.member == member)
    connection.execute(delete(accounts).where(theirs))


def held(connection: Connection, organisation: str, member: str = "") -> list[Role]:
    """Product roles, of one member or of all."""
    query = select(roles).where(roles.c.organisation == organisation)
    query = query.where(roles.c.member == member) if member else query
    rows = connection.execute(query.order_by(roles.c.member, roles.c.role))
    return [Role(StaffId(row.member), row.role, row.since, row.until) for row in rows]


def approval(connection: Connection, organisation: str, id: str) -> Approval | None:
    """A request."""
    named = (approvals.c.organisation == organisation) & (approvals.c.approval == id)
    row = connection.execute(select(approvals).where(named)).one_or_none()
    return _approval(row) if row is not None else None


def all_approvals(connection: Connection, organisation: str, limit: int = 100) -> list[Approval]:
    """Requests, newest first."""
    query = select(approvals).where(approvals.c.organisation == organisation)
    query = query.order_by(approvals.c.asked_at.desc(), approvals.c.approval).limit(limit)
    return [_approval(row) for row in connection.execute(query)]


def _approval(row: Any) -> Approval:
    return Approval(
        row.approval, row.action, row.digest, Stage(row.stage), StaffId(row.asked_by), row.asked_at, row.expires_at,
        StaffId(row.decided_by) if row.decided_by else None, row.decided_at, row.carried_at,
    )  # fmt: skip


def elevation(connection: Connection, organisation: str, id: str) -> Elevation | None:
    """An elevation."""
    return next((one for one in all_elevations(connection, organisation) if one.id == id), None)


def all_elevations(connection: Connection, organisation: str, member: str = "") -> list[Elevation]:
    """Elevations, newest first."""
    query = select(elevations).where(elevations.c.organisation == organisation)
    query = query.where(elevations.c.member == member) if member else query
    rows = connection.execute(query.order_by(elevations.c.since.desc(), elevations.c.elevation))
    return [
        Elevation(
            row.elevation, StaffId(row.member), row.role, row.since, row.until, row.told, row.acts,
            StaffId(row.reviewed_by) if row.reviewed_by else None, row.reviewed_at, row.justified,
        )
        for row in rows
    ]  # fmt: skip


def count_act(connection: Connection, organisation: str, id: str) -> None:
    """One more act under an elevation."""
    one = (elevations.c.organisation == organisation) & (elevations.c.elevation == id)
    connection.execute(update(elevations).where(one).values(acts=elevations.c.acts + 1))
