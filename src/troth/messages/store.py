"""The tables of messages: where each stands, its sealed words while they are needed, links to unsubscribe, opt-outs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    Column,
    Connection,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Row,
    String,
    Table,
    case,
    delete,
    func,
    insert,
    select,
    update,
)

from troth.db import Instant, metadata
from troth.messages.model import WAITING, Counted, State, Status, Suppression, Why

_AT_ONCE: Final = 500

states = Table(
    "messages_states",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("message", String(64), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("message_class", String(150), nullable=False),
    Column("what", String(32), nullable=False),
    Column("purpose", String(150), nullable=False),
    Column("channel", String(32), nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("queued_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("next_at", Instant, nullable=True),
    Column("expires_at", Instant, nullable=True),
    Column("code", String(64), nullable=False),
    Column("tracking", String(32), nullable=False),
    Column("origin", String(16), nullable=False),
    PrimaryKeyConstraint("organisation", "message"),
    Index("ix_messages_states_due", "organisation", "state", "next_at"),
    Index("ix_messages_states_subject", "organisation", "subject"),
)
suppressions = Table(
    "messages_suppressions",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("channel", String(32), nullable=False),
    Column("purpose", String(150), nullable=False),
    Column("why", String(32), nullable=False),
    Column("since", Instant, nullable=False),
    PrimaryKeyConstraint("organisation", "digest", "channel", "purpose"),
)
letters = Table(
    "messages_letters",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("message", String(64), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("sealed", LargeBinary, nullable=True),
    PrimaryKeyConstraint("organisation", "message"),
    Index("ix_messages_letters_subject", "organisation", "subject"),
)
tokens = Table(
    "messages_tokens",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("token", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("channel", String(32), nullable=False),
    Column("purpose", String(150), nullable=False),
    Column("message_class", String(150), nullable=False),
    Column("message", String(64), nullable=True),
    PrimaryKeyConstraint("organisation", "token"),
    Index("ix_messages_tokens_message", "organisation", "message"),
)


# --- where messages stand -----------------------------------------------------------------------------------------------------


def put(connection: Connection, values: Mapping[str, Any]) -> None:
    """A message that was wanted, in its first state."""
    connection.execute(insert(states).values(**values))


def change(connection: Connection, organisation: str, message: str, values: Mapping[str, Any]) -> None:
    """What is different of a message from now on."""
    one = (states.c.organisation == organisation) & (states.c.message == message)
    connection.execute(update(states).where(one).values(**values))


def drop(connection: Connection, organisation: str, subject: str, at: datetime) -> None:
    """What was to be sent to somebody is not: they were erased."""
    theirs = (states.c.organisation == organisation) & (states.c.subject == subject)
    waiting = states.c.state.in_([*(one.value for one in WAITING), State.UNKNOWN.value])
    connection.execute(update(states).where(theirs, waiting).values(state=State.DROPPED.value, changed_at=at))


def find(connection: Connection, organisation: str, message: str) -> Status | None:
    """Where a message stands."""
    one = (states.c.organisation == organisation) & (states.c.message == message)
    row = connection.execute(select(states).where(one)).one_or_none()
    return _status(row) if row is not None else None


def listed(
    connection: Connection,
    organisation: str,
    *,
    state: str = "",
    subjects: Collection[str] = (),
    limit: int = 50,
) -> list[Status]:
    """Messages, those that changed last first."""
    query = select(states).where(states.c.organisation == organisation)
    query = query.where(states.c.state == state) if state else query
    query = query.where(states.c.subject.in_(sorted(subjects))) if subjects else query
    query = query.order_by(states.c.changed_at.desc(), states.c.message).limit(limit)
    return [_status(row) for row in connection.execute(query)]


def due(connection: Connection, organisation: str, now: datetime, limit: int) -> list[str]:
    """Messages whose time has come: codes first, promotion last, then those that wait longest."""
    urgency = case({"code": 0, "important": 1, "service": 2}, value=states.c.what, else_=3)
    query = (
        select(states.c.message)
        .where(states.c.organisation == organisation)
        .where(states.c.state.in_([one.value for one in WAITING]), states.c.next_at <= now)
        .order_by(urgency, states.c.next_at, states.c.message)
        .limit(limit)
    )
    return list(connection.execute(query).scalars())


def left_sending(connection: Connection, organisation: str, before: datetime) -> list[str]:
    """Messages of which nobody has said what became of their sending since an instant."""
    query = select(states.c.message).where(
        states.c.organisation == organisation,
        states.c.state == State.SENDING.value,
        states.c.changed_at <= before,
    )
    return list(connection.execute(query.order_by(states.c.message)).scalars())


def counts(connection: Connection, organisation: str) -> list[Counted]:
    """How many messages of each class stand where, by channel."""
    key = (states.c.channel, states.c.message_class, states.c.state)
    query = (
        select(*key, func.count(), func.max(states.c.changed_at))
        .where(states.c.organisation == organisation)
        .group_by(*key)
        .order_by(*key)
    )
    return [
        Counted(channel, message_class, State(state), count, last)
        for channel, message_class, state, count, last in connection.execute(query)
    ]


def _status(row: Row[Any]) -> Status:
    return Status(
        row.message, row.subject, row.message_class, row.what, row.purpose, row.channel, State(row.state), row.attempts,
        row.queued_at, row.changed_at, row.next_at, row.expires_at, row.code, row.tracking, row.origin,
    )  # fmt: skip


# --- words and links ----------------------------------------------------------------------------------------------------------


def keep(
    connection: Connection, organisation: str, message: str, subject: str, digest: str, sealed: bytes
) -> None:
    """The sealed words of a message."""
    row = {"organisation": organisation, "message": message, "subject": subject, "digest": digest}
    connection.execute(insert(letters).values(**row, sealed=sealed))


def letter(connection: Connection, organisation: str, message: str) -> tuple[str, str, bytes | None] | None:
    """Under whose key, to which address (by digest), and the sealed words, where there still are any."""
    query = select(letters.c.subject, letters.c.digest, letters.c.sealed).where(
        letters.c.organisation == organisation, letters.c.message == message
    )
    row = connection.execute(query).one_or_none()
    return (row.subject, row.digest, row.sealed) if row is not None else None


def empty(connection: Connection, organisation: str, message: str) -> None:
    """Let go of the words of a message."""
    one = (letters.c.organisation == organisation) & (letters.c.message == message)
    connection.execute(update(letters).where(one).values(sealed=None))


def forget(connection: Connection, organisation: str, subjects: Collection[str]) -> None:
    """Let go of all words to these people; links to unsubscribe stay, and lead to nobody."""
    names = sorted(subjects)
    for start in range(0, len(names), _AT_ONCE):
        some = names[start : start + _AT_ONCE]
        theirs = (letters.c.organisation == organisation) & letters.c.subject.in_(some)
        sent = select(letters.c.message).where(theirs)
        connection.execute(
            update(tokens)
            .where(tokens.c.organisation == organisation, tokens.c.message.in_(sent))
            .values(message=None)
        )
        connection.execute(delete(letters).where(theirs))


def sealed_of(
    connection: Connection, organisation: str, subjects: Collection[str]
) -> list[tuple[str, str, bytes]]:
    """What lies sealed for these people: under whose key, of which message."""
    query = select(letters.c.subject, letters.c.message, letters.c.sealed).where(
        letters.c.organisation == organisation,
        letters.c.subject.in_(sorted(subjects)),
        letters.c.sealed.is_not(None),
    )
    return [(row.subject, row.message, row.sealed) for row in connection.execute(query)]


def give_out(connection: Connection, organisation: str, token: str, message: Mapping[str, str]) -> None:
    """Let a link, by its digest, mean an address, a channel and a purpose."""
    connection.execute(insert(tokens).values(organisation=organisation, token=token, **message))


def taken(connection: Connection, organisation: str, token: str) -> Row[Any] | None:
    """What a link means, by its digest."""
    query = select(tokens).where(tokens.c.organisation == organisation, tokens.c.token == token)
    return connection.execute(query).one_or_none()


# --- opt-outs -----------------------------------------------------------------------------------------------------------------


def suppress(connection: Connection, organisation: str, one: Suppression) -> None:
    """Write to an address no more."""
    lift(connection, organisation, one.digest, one.channel, one.purpose)
    row = {"digest": one.digest, "channel": one.channel, "purpose": one.purpose, "why": one.why.value}
    connection.execute(insert(suppressions).values(organisation=organisation, since=one.since, **row))


def lift(connection: Connection, organisation: str, digest: str, channel: str, purpose: str) -> None:
    """Let an address be written to again."""
    connection.execute(
        delete(suppressions).where(
            suppressions.c.organisation == organisation,
            suppressions.c.digest == digest,
            suppressions.c.channel == channel,
            suppressions.c.purpose == purpose,
        )
    )


def suppressed(connection: Connection, organisation: str, digest: str) -> list[Suppression]:
    """Every opt-out of an address."""
    query = select(suppressions).where(
        suppressions.c.organisation == organisation, suppressions.c.digest == digest
    )
    return [
        Suppression(row.digest, row.channel, row.purpose, Why(row.why), row.since)
        for row in connection.execute(query.order_by(*suppressions.primary_key))
    ]


def suppression_counts(connection: Connection, organisation: str) -> list[tuple[str, str, str, int]]:
    """How many addresses are written to no more: (channel, purpose or '', why, count)."""
    key = (suppressions.c.channel, suppressions.c.purpose, suppressions.c.why)
    query = select(*key, func.count()).where(suppressions.c.organisation == organisation)
    return [
        (channel, purpose, why, count)
        for channel, purpose, why, count in connection.execute(query.group_by(*key).order_by(*key))
    ]
