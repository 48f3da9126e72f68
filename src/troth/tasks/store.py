"""The tables of tasks: how each stands, reminders, the documents people brought, and where owners are written to, sealed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Row,
    String,
    Table,
    delete,
    insert,
    select,
    update,
)

from troth.db import Instant, metadata
from troth.policy.terms import PeriodTerm
from troth.tasks.model import Document, Reminder, Sending, Task

tasks = Table(
    "tasks_tasks",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("task", String(32), nullable=False),
    Column("statement", String(160), nullable=False),
    Column("item", Integer, nullable=False),
    Column("owner", String(64), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("lasts", String(32), nullable=False),
    Column("done_at", Instant, nullable=True),
    Column("done_by", String(64), nullable=False),
    Column("document", String(160), nullable=False),
    Column("expires_at", Instant, nullable=True),
    Column("dropped", Boolean, nullable=False),
    PrimaryKeyConstraint("organisation", "task"),
    Index("ix_tasks_tasks_due", "organisation", "due_at"),
)
reminders = Table(
    "tasks_reminders",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("reminder", String(64), nullable=False),
    Column("task", String(32), nullable=False),
    Column("step", String(32), nullable=False),
    Column("state", String(16), nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("organisation", "reminder"),
)
documents = Table(
    "tasks_documents",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("document", String(160), nullable=False),
    Column("name", String(255), nullable=False),
    Column("media", String(100), nullable=False),
    Column("size", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Column("data", LargeBinary, nullable=False),
    PrimaryKeyConstraint("organisation", "document"),
)
addresses = Table(
    "tasks_addresses",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("owner", String(64), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    PrimaryKeyConstraint("organisation", "owner"),
)


def put(connection: Connection, values: Mapping[str, Any]) -> None:
    """A new task."""
    connection.execute(insert(tasks).values(**values))


def change(connection: Connection, organisation: str, task: str, values: Mapping[str, Any]) -> None:
    """What is different of a task from now on."""
    one = (tasks.c.organisation == organisation) & (tasks.c.task == task)
    connection.execute(update(tasks).where(one).values(**values))


def find(connection: Connection, organisation: str, task: str) -> Task | None:
    """A task by its id."""
    query = select(tasks).where(tasks.c.organisation == organisation, tasks.c.task == task)
    row = connection.execute(query).one_or_none()
    return _task(row) if row is not None else None


def listed(connection: Connection, organisation: str) -> list[Task]:
    """Every task, by statement and item."""
    query = select(tasks).where(tasks.c.organisation == organisation)
    return [_task(row) for row in connection.execute(query.order_by(tasks.c.statement, tasks.c.item))]


def _task(row: Row[Any]) -> Task:
    value, _, unit = row.lasts.partition("_")
    return Task(
        row.task, row.statement, row.item, row.owner, row.made_at, row.due_at, PeriodTerm(int(value), unit), row.done_at,
        row.done_by, row.document, row.expires_at, bool(row.dropped),
    )  # fmt: skip


def put_reminder(connection: Connection, organisation: str, one: Reminder) -> None:
    """What became of a reminder last."""
    key = (reminders.c.organisation == organisation) & (reminders.c.reminder == one.id)
    changed = connection.execute(update(reminders).where(key).values(state=one.state.value, at=one.at))
    if not changed.rowcount:
        row = {"reminder": one.id, "task": one.task, "step": one.step, "state": one.state.value, "at": one.at}
        connection.execute(insert(reminders).values(organisation=organisation, **row))


def reminders_of(connection: Connection, organisation: str) -> dict[str, Reminder]:
    """Every reminder, by its id."""
    query = select(reminders).where(reminders.c.organisation == organisation)
    return {
        row.reminder: Reminder(row.reminder, row.task, row.step, Sending(row.state), row.at)
        for row in connection.execute(query)
    }


def keep(connection: Connection, organisation: str, document: Document, at: Any) -> None:
    """A document, once for each digest."""
    if found(connection, organisation, document.digest) is None:
        row = {
            "document": document.digest, "name": document.name, "media": document.media, "size": document.size,
            "data": document.data, "at": at,
        }  # fmt: skip
        connection.execute(insert(documents).values(organisation=organisation, **row))


def found(connection: Connection, organisation: str, digest: str) -> Document | None:
    """A document by its digest."""
    query = select(documents).where(documents.c.organisation == organisation, documents.c.document == digest)
    row = connection.execute(query).one_or_none()
    return Document(row.document, row.name, row.media, row.size, row.data) if row is not None else None


def put_address(connection: Connection, organisation: str, owner: str, sealed: bytes) -> None:
    """Where an owner is written to, sealed."""
    forget(connection, organisation, (owner,))
    connection.execute(insert(addresses).values(organisation=organisation, owner=owner, sealed=sealed))


def addresses_of(connection: Connection, organisation: str) -> dict[str, bytes]:
    """Where owners are written to, sealed, by owner."""
    query = select(addresses.c.owner, addresses.c.sealed).where(addresses.c.organisation == organisation)
    return {row.owner: row.sealed for row in connection.execute(query)}


def forget(connection: Connection, organisation: str, owners: Collection[str]) -> None:
    """Let go of where these are written to."""
    connection.execute(
        delete(addresses).where(
            addresses.c.organisation == organisation, addresses.c.owner.in_(sorted(owners))
        )
    )
