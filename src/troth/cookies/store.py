"""The tables of choices, of the interfaces they were made before, of signals, and of items nobody declared."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Index,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    delete,
    func,
    insert,
    select,
    update,
)

from troth.cookies.model import ALL, NONE, SOME, Day, Made, Said, Stranger
from troth.db import Instant, metadata

choices = Table(
    "cookies_choices",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("subject", String(64), nullable=False),
    Column("at", Instant, nullable=False),
    Column("day", String(10), nullable=False),
    Column("policy", String(71), nullable=False),
    Column("interface", String(71), nullable=False),
    Column("language", String(16), nullable=False),
    Column("chosen", Text, nullable=False),
    Column("preselected", Text, nullable=False),
    Column("how", String(8), nullable=False),
    Column("signal", Boolean, nullable=False),
    PrimaryKeyConstraint("organisation", "sequence"),
    Index("ix_cookies_choices_subject", "organisation", "subject", "sequence"),
    Index("ix_cookies_choices_day", "organisation", "day"),
)
interfaces = Table(
    "cookies_interfaces",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("interface", String(71), nullable=False),
    Column("policy", String(71), nullable=False),
    Column("language", String(16), nullable=False),
    Column("sequence", BigInteger, nullable=False),
    PrimaryKeyConstraint("organisation", "interface"),
)
signals = Table(
    "cookies_signals",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("day", String(10), nullable=False),
    Column("policy", String(71), nullable=False),
    PrimaryKeyConstraint("organisation", "day", "policy"),
)
strangers = Table(
    "cookies_strangers",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("day", String(10), nullable=False),
    Column("what", String(16), nullable=False),
    Column("name", String(64), nullable=False),
    Column("refused", Boolean, nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("organisation", "day", "what", "name", "refused"),
)


def put_choice(connection: Connection, of: str, subject: str, made: Made) -> None:
    """Add a choice."""
    row: dict[str, Any] = {
        "organisation": of, "sequence": made.sequence, "subject": subject, "at": made.at, "day": day(made.at),
        "policy": made.policy, "interface": made.said.interface, "language": made.said.language,
        "chosen": " ".join(sorted(made.said.on)), "preselected": " ".join(sorted(made.preselected)),
        "how": made.how, "signal": made.said.signal,
    }  # fmt: skip
    connection.execute(insert(choices).values(row))


def last_choice(connection: Connection, of: str, subjects: tuple[str, ...]) -> Made | None:
    """The newest choice under any of these pseudonyms."""
    mine = (choices.c.organisation == of, choices.c.subject.in_(subjects))
    row = connection.execute(
        select(choices).where(*mine).order_by(choices.c.sequence.desc()).limit(1)
    ).first()
    if row is None:
        return None
    said = Said(frozenset(row.chosen.split()), row.language, row.interface, bool(row.signal))
    return Made(said, row.policy, frozenset(row.preselected.split()), row.how, row.at, row.sequence)


def move(connection: Connection, of: str, absorbed: str, kept: str) -> None:
    """Two subjects became one: its choices stand under one pseudonym."""
    mine = (choices.c.organisation == of, choices.c.subject == absorbed)
    connection.execute(update(choices).where(*mine).values(subject=kept))


def drop(connection: Connection, of: str, subject: str) -> None:
    """A person was erased: what they chose goes."""
    connection.execute(delete(choices).where(choices.c.organisation == of, choices.c.subject == subject))


def has_interface(connection: Connection, of: str, digest: str) -> bool:
    """Whether an interface is kept."""
    named = (interfaces.c.organisation == of, interfaces.c.interface == digest)
    return connection.execute(select(interfaces.c.sequence).where(*named)).first() is not None


def put_interface(
    connection: Connection, of: str, digest: str, policy: str, language: str, sequence: int
) -> None:
    """Keep an interface; once is enough."""
    if not has_interface(connection, of, digest):
        row = {"organisation": of, "interface": digest, "policy": policy, "language": language}
        connection.execute(insert(interfaces).values(row | {"sequence": sequence}))


def has_signal(connection: Connection, of: str, day: str, policy: str) -> bool:
    """Whether a signal is on record for a day."""
    named = (signals.c.organisation == of, signals.c.day == day, signals.c.policy == policy)
    return connection.execute(select(signals.c.day).where(*named)).first() is not None


def put_signal(connection: Connection, of: str, day: str, policy: str) -> None:
    """A signal came on a day; once is enough."""
    if not has_signal(connection, of, day, policy):
        connection.execute(insert(signals).values(organisation=of, day=day, policy=policy))


def has_stranger(connection: Connection, of: str, day: str, one: Stranger) -> bool:
    """Whether an undeclared item is on record for a day."""
    return connection.execute(select(strangers.c.day).where(*_named(of, day, one))).first() is not None


def strangers_on(connection: Connection, of: str, day: str) -> int:
    """How many undeclared items are on record for a day."""
    mine = (strangers.c.organisation == of, strangers.c.day == day)
    return connection.execute(select(func.count()).select_from(strangers).where(*mine)).scalar_one()


def put_stranger(connection: Connection, of: str, day: str, one: Stranger) -> None:
    """An undeclared item was met on a day; once is enough."""
    if not has_stranger(connection, of, day, one):
        row = {"organisation": of, "day": day, "what": one.what, "name": one.name, "refused": one.refused}
        connection.execute(insert(strangers).values(row | {"at": one.first}))


def by_day(connection: Connection, of: str, until: datetime, days: int) -> tuple[Day, ...]:
    """The choices of each of the last days on which there was one, the newest day first."""
    since = day(until - timedelta(days=days))
    count = func.count().label("n")
    query = (
        select(choices.c.day, choices.c.how, choices.c.signal, count)
        .where(choices.c.organisation == of, choices.c.day > since)
        .group_by(choices.c.day, choices.c.how, choices.c.signal)
    )
    found: dict[str, dict[str, int]] = {}
    for row in connection.execute(query):
        counts = found.setdefault(row.day, {ALL: 0, NONE: 0, SOME: 0, "signals": 0})
        counts[row.how] += row.n
        counts["signals"] += row.n if row.signal else 0
    return tuple(
        Day(day, one[ALL], one[NONE], one[SOME], one["signals"])
        for day, one in sorted(found.items(), reverse=True)
    )


def signal_days(connection: Connection, of: str, most: int) -> tuple[str, ...]:
    """The last days on which a signal came."""
    query = select(signals.c.day).where(signals.c.organisation == of).distinct()
    return tuple(connection.execute(query.order_by(signals.c.day.desc()).limit(most)).scalars())


def all_strangers(connection: Connection, of: str, most: int) -> tuple[Stranger, ...]:
    """Undeclared items, those met last first."""
    last = func.max(strangers.c.at)
    named = (strangers.c.what, strangers.c.name, strangers.c.refused)
    query = (
        select(
            *named, func.count().label("days"), func.min(strangers.c.at).label("first"), last.label("last")
        )
        .where(strangers.c.organisation == of)
        .group_by(*named)
        .order_by(last.desc(), *named)
        .limit(most)
    )
    return tuple(
        Stranger(r.what, r.name, bool(r.refused), r.days, r.first, r.last) for r in connection.execute(query)
    )


def day(at: datetime) -> str:
    """The day of an instant, by UTC."""
    return f"{at.astimezone(UTC):%Y-%m-%d}"


def _named(of: str, day: str, one: Stranger) -> tuple[Any, ...]:
    return (
        strangers.c.organisation == of,
        strangers.c.day == day,
        strangers.c.what == one.what,
        strangers.c.name == one.name,
        strangers.c.refused == one.refused,
    )
