"""The tables of installations, prompts and troubles, which headers feed; and of deeds, which are counted from the record."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    and_,
    delete,
    func,
    insert,
    select,
    update,
)

from troth.db import Instant, metadata
from troth.directories.model import Deed, Installed, Prompt, Trouble

installs = Table(
    "directories_installs",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("install", String(64), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("app", String(64), nullable=False),
    Column("version", String(64), nullable=False),
    Column("policy", String(71), nullable=False),
    Column("sessions", Integer, nullable=False),
    Column("upto", BigInteger, nullable=False),
    Column("told_to", Instant, nullable=False),
    Column("first_at", Instant, nullable=False),
    Column("last_at", Instant, nullable=False),
    PrimaryKeyConstraint("organisation", "install"),
    Index("ix_directories_installs_subject", "organisation", "subject"),
)
prompts = Table(
    "directories_prompts",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("install", String(64), nullable=False),
    Column("point", String(160), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("moment", String(16), nullable=False),
    Column("said", String(16), nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("organisation", "install", "point"),
    Index("ix_directories_prompts_subject", "organisation", "subject"),
)
troubles = Table(
    "directories_troubles",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("what", String(32), nullable=False),
    Column("name", String(160), nullable=False),
    Column("breach", Boolean, nullable=False),
    Column("times", Integer, nullable=False),
    Column("first_at", Instant, nullable=False),
    Column("last_at", Instant, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    PrimaryKeyConstraint("organisation", "what", "name", "breach"),
)
deeds = Table(
    "directories_deeds",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("action", String(16), nullable=False),
    Column("purpose", String(160), nullable=False),
    Column("recipient", String(160), nullable=False),
    Column("point", String(160), nullable=False),
    Column("category", String(160), nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("breaches", BigInteger, nullable=False),
    Column("last_at", Instant, nullable=False),
    PrimaryKeyConstraint("organisation", "subject", "action", "purpose", "recipient", "point", "category"),
)
counted = Table(
    "directories_counted",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("sequence", BigInteger, nullable=False),
    PrimaryKeyConstraint("organisation"),
)
NOBODY: Final = ""
"""Whose deeds these are where the record names nobody."""
WHOLE: Final = ""
"""The category under which a deed is counted as a whole."""
DeedKey = tuple[str, str, str, str, str, str]
"""Subject, action, purpose, recipient, point, category."""
Sum = tuple[int, int, datetime]
"""How often, how often in breach, and when last."""


def installed(connection: Connection, of: str, install: str) -> Installed | None:
    """What is known of an installation."""
    query = select(installs).where(installs.c.organisation == of, installs.c.install == install)
    row = connection.execute(query).one_or_none()
    return None if row is None else _installed(row)


def put_session(
    connection: Connection,
    of: str,
    install: str,
    subject: str,
    app: str,
    version: str,
    policy: str,
    at: datetime,
) -> None:
    """An app began to run."""
    named = and_(installs.c.organisation == of, installs.c.install == install)
    values: dict[str, Any] = {
        "subject": subject,
        "app": app,
        "version": version,
        "policy": policy,
        "last_at": at,
    }
    changed = connection.execute(
        update(installs).where(named).values(values | {"sessions": installs.c.sessions + 1})
    )
    if not changed.rowcount:
        new = {
            "organisation": of,
            "install": install,
            "sessions": 1,
            "upto": 0,
            "told_to": at,
            "first_at": at,
        }
        connection.execute(insert(installs).values(values | new))


def put_batch(
    connection: Connection, of: str, install: str, upto: int, until: datetime, at: datetime
) -> None:
    """An installation told what it did up to a number."""
    named = and_(installs.c.organisation == of, installs.c.install == install)
    connection.execute(update(installs).where(named).values(upto=upto, told_to=until, last_at=at))


def asked(connection: Connection, of: str, install: str) -> tuple[Prompt, ...]:
    """What the person of an installation was asked for."""
    query = select(prompts).where(prompts.c.organisation == of, prompts.c.install == install)
    return tuple(
        Prompt(row.point, row.moment, row.said, row.at)
        for row in connection.execute(query.order_by(prompts.c.point))
    )


def put_prompt(connection: Connection, of: str, install: str, subject: str, prompt: Prompt) -> None:
    """A person was asked; what was said last counts."""
    named = and_(prompts.c.organisation == of, prompts.c.install == install, prompts.c.point == prompt.point)
    values = {"subject": subject, "moment": prompt.moment, "said": prompt.said, "at": prompt.at}
    if not connection.execute(update(prompts).where(named).values(values)).rowcount:
        new = {"organisation": of, "install": install, "point": prompt.point}
        connection.execute(insert(prompts).values(values | new))


def put_trouble(
    connection: Connection, of: str, what: str, name: str, breach: bool, at: datetime, sequence: int
) -> None:
    """Something was met once more."""
    named = and_(
        troubles.c.organisation == of, troubles.c.what == what, troubles.c.name == name, troubles.c.breach == breach
    )  # fmt: skip
    values = {"times": troubles.c.times + 1, "last_at": at, "sequence": sequence}
    if not connection.execute(update(troubles).where(named).values(values)).rowcount:
        row = {"organisation": of, "what": what, "name": name, "breach": breach, "times": 1}
        connection.execute(
            insert(troubles).values(row | {"first_at": at, "last_at": at, "sequence": sequence})
        )


def all_troubles(connection: Connection, of: str, most: int) -> tuple[Trouble, ...]:
    """What was met, the last first."""
    query = select(troubles).where(troubles.c.organisation == of)
    order = (troubles.c.sequence.desc(), troubles.c.what, troubles.c.name)
    return tuple(
        Trouble(row.what, row.name, bool(row.breach), row.times, row.first_at, row.last_at, row.sequence)
        for row in connection.execute(query.order_by(*order).limit(most))
    )


def apps(connection: Connection, of: str) -> tuple[tuple[str, str, int, datetime], ...]:
    """Every app and version that runs, on how many devices, and when one last told anything."""
    number, last = func.count().label("number"), func.max(installs.c.last_at).label("last")
    query = select(installs.c.app, installs.c.version, number, last).where(installs.c.organisation == of)
    grouped = query.group_by(installs.c.app, installs.c.version).order_by(installs.c.app, installs.c.version)
    return tuple((row.app, row.version, row.number, row.last) for row in connection.execute(grouped))


def answers(connection: Connection, of: str) -> dict[str, dict[str, tuple[int, datetime]]]:
    """By permission, how often people said what to a prompt, and when last."""
    number, last = func.count().label("number"), func.max(prompts.c.at).label("last")
    query = select(prompts.c.point, prompts.c.said, number, last).where(prompts.c.organisation == of)
    found: dict[str, dict[str, tuple[int, datetime]]] = {}
    for row in connection.execute(query.group_by(prompts.c.point, prompts.c.said)):
        found.setdefault(row.point, {})[row.said] = (row.number, row.last)
    return found


def move(connection: Connection, of: str, absorbed: str, kept: str) -> None:
    """Two persons became one: their devices stand under one pseudonym."""
    for table in (installs, prompts):
        mine = and_(table.c.organisation == of, table.c.subject == absorbed)
        connection.execute(update(table).where(mine).values(subject=kept))


def drop(connection: Connection, of: str, subject: str) -> None:
    """A person was erased: their devices go."""
    for table in (installs, prompts):
        connection.execute(delete(table).where(table.c.organisation == of, table.c.subject == subject))


# --- deeds -----------------------------------------------------------------------------------------------------------


def counted_to(connection: Connection, of: str) -> int:
    """Up to which entry of the record deeds are counted."""
    found = connection.execute(select(counted.c.sequence).where(counted.c.organisation == of)).scalar()
    return int(found or 0)


def count_to(connection: Connection, of: str, sequence: int) -> None:
    """Deeds are counted up to this entry."""
    if not connection.execute(
        update(counted).where(counted.c.organisation == of).values(sequence=sequence)
    ).rowcount:
        connection.execute(insert(counted).values(organisation=of, sequence=sequence))


def add_deeds(connection: Connection, of: str, sums: Mapping[DeedKey, Sum]) -> None:
    """Add to what was counted before."""
    names = ("subject", "action", "purpose", "recipient", "point", "category")
    new = []
    for key, (count, breaches, last) in sorted(sums.items()):
        named = dict(zip(names, key, strict=True))
        mine = and_(deeds.c.organisation == of, *(deeds.c[name] == value for name, value in named.items()))
        before = connection.execute(select(deeds.c.last_at).where(mine)).scalar()
        if before is None:
            row = {"organisation": of, **named, "count": count, "breaches": breaches, "last_at": last}
            new.append(row)
        else:
            values = {"count": deeds.c.count + count, "breaches": deeds.c.breaches + breaches}
            connection.execute(update(deeds).where(mine).values(values | {"last_at": max(before, last)}))
    if new:
        connection.execute(insert(deeds), new)


def deeds_of(connection: Connection, of: str, subjects: Collection[str] | None) -> tuple[Deed, ...]:
    """What was done with the data of these people, or (None) of everybody, added up, the last first."""
    key = (deeds.c.action, deeds.c.purpose, deeds.c.recipient, deeds.c.point)
    query = select(
        *key, deeds.c.category, func.sum(deeds.c.count).label("times"), func.sum(deeds.c.breaches).label("breaches"),
        func.max(deeds.c.last_at).label("last"),
    ).where(deeds.c.organisation == of)  # fmt: skip
    if subjects is not None:
        query = query.where(deeds.c.subject.in_(subjects))
    return _added(connection.execute(query.group_by(*key, deeds.c.category)))


def _added(rows: Iterable[Any]) -> tuple[Deed, ...]:
    whole: dict[tuple[str, str, str, str], tuple[int, int, datetime]] = {}
    data: dict[tuple[str, str, str, str], dict[str, int]] = {}
    for row in rows:
        key = (row.action, row.purpose, row.recipient, row.point)
        if row.category == WHOLE:
            whole[key] = (int(row.times), int(row.breaches), row.last)
        else:
            data.setdefault(key, {})[row.category] = int(row.times)
    found = (
        Deed(*key, count, breaches, last, data.get(key, {})) for key, (count, breaches, last) in whole.items()
    )
    return tuple(
        sorted(found, key=lambda deed: (deed.last, deed.purpose, deed.action, deed.point), reverse=True)
    )


def forget_deeds(connection: Connection, of: str, subjects: Collection[str] | None) -> None:
    """Forget what was counted of these people, or (None) everything, so that it is counted anew."""
    mine = deeds.c.organisation == of
    if subjects is None:
        connection.execute(delete(deeds).where(mine))
        connection.execute(delete(counted).where(counted.c.organisation == of))
    elif subjects:
        connection.execute(delete(deeds).where(mine, deeds.c.subject.in_(subjects)))


def _installed(row: Any) -> Installed:
    return Installed(
        row.subject, row.app, row.version, row.policy, row.sessions, row.upto, row.told_to, row.first_at, row.last_at
    )  # fmt: skip
