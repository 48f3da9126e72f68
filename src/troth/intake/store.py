"""The tables of intake: where each ticket stands, its sealed parts, which mails were looked at, which keys of tickets must die."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

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
    and_,
    delete,
    func,
    insert,
    select,
    update,
)

from troth.db import Instant, metadata
from troth.intake.model import LIVE, Kind, Match, Part, Proof, Route, State, Ticket, What

_AT_ONCE: Final = 500

tickets = Table(
    "intake_tickets",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("ticket", String(32), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("right", String(32), nullable=False),
    Column("ground", String(64), nullable=False),
    Column("route", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("sender", String(64), nullable=False),
    Column("match", String(16), nullable=False),
    Column("proof", String(16), nullable=False),
    Column("tenant", String(64), nullable=False),
    Column("agent", String(64), nullable=False),
    Column("within", String(64), nullable=False),
    Column("policy", String(71), nullable=False),
    Column("purpose", String(150), nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("asked_at", Instant, nullable=True),
    Column("proven_at", Instant, nullable=True),
    Column("extended", String(500), nullable=False),
    Column("due_at", Instant, nullable=True),
    Column("provisional", Boolean, nullable=False),
    Column("rule", String(160), nullable=False),
    Column("answered_at", Instant, nullable=True),
    Column("ended_at", Instant, nullable=True),
    Column("outcome", String(32), nullable=False),
    Column("refusal", String(64), nullable=False),
    Column("reason", String(32), nullable=False),
    Column("into", String(32), nullable=False),
    Column("alerted", String(32), nullable=False),
    Column("challenge", String(64), nullable=False),
    Column("emptied", Boolean, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("origin", String(16), nullable=False),
    PrimaryKeyConstraint("organisation", "ticket"),
    Index("ix_intake_tickets_due", "organisation", "state", "due_at"),
    Index("ix_intake_tickets_subject", "organisation", "subject"),
    Index("ix_intake_tickets_sender", "organisation", "sender"),
)
mails = Table(
    "intake_mails",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("mail", String(64), nullable=False),
    Column("ticket", String(32), nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("organisation", "mail"),
)
parts = Table(
    "intake_parts",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("ticket", String(32), nullable=False),
    Column("part", Integer, nullable=False, autoincrement=False),
    Column("what", String(16), nullable=False),
    Column("by", String(64), nullable=False),
    Column("at", Instant, nullable=False),
    Column("size", Integer, nullable=False),
    Column("owner", String(64), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    PrimaryKeyConstraint("organisation", "ticket", "part"),
    Index("ix_intake_parts_owner", "organisation", "owner"),
)
dying = Table(
    "intake_dying",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("owner", String(64), nullable=False),
    PrimaryKeyConstraint("organisation", "owner"),
)


# --- tickets ------------------------------------------------------------------------------------------------------------------


def put(connection: Connection, values: Mapping[str, Any]) -> None:
    """A ticket that has just come in."""
    connection.execute(insert(tickets).values(**values))


def change(
    connection: Connection, organisation: str, ticket: str, values: Mapping[str, Any], *, turn: bool
) -> None:
    """What is different of a ticket from now on; `turn` where whoever works on it has to look again."""
    more = {"revision": tickets.c.revision + 1} if turn else {}
    if values or more:
        connection.execute(update(tickets).where(_one(organisation, ticket)).values(**values, **more))


def find(connection: Connection, organisation: str, ticket: str) -> Ticket | None:
    """A ticket by its number."""
    row = connection.execute(select(tickets).where(_one(organisation, ticket))).one_or_none()
    return _ticket(row) if row is not None else None


def listed(
    connection: Connection,
    organisation: str,
    *,
    states: Collection[str] = (),
    kind: str = "",
    right: str = "",
    subjects: Collection[str] | None = None,
    tenant: str | None = None,
    before: datetime | None = None,
    limit: int = 100,
) -> list[Ticket]:
    """Tickets: those that are due first come first, then those without a date, then the newest."""
    query = select(tickets).where(tickets.c.organisation == organisation)
    query = query.where(tickets.c.state.in_(sorted(states))) if states else query
    query = query.where(tickets.c.kind == kind) if kind else query
    query = query.where(tickets.c.right == right) if right else query
    query = query.where(tickets.c.subject.in_(sorted(subjects))) if subjects is not None else query
    query = query.where(tickets.c.tenant == tenant) if tenant is not None else query
    query = query.where(tickets.c.due_at < before) if before is not None else query
    order = (tickets.c.due_at.is_(None), tickets.c.due_at, tickets.c.received_at.desc(), tickets.c.ticket)
    return [_ticket(row) for row in connection.execute(query.order_by(*order).limit(limit))]


def ended_before(connection: Connection, organisation: str, before: datetime, limit: int) -> list[Ticket]:
    """Tickets that ended before an instant and whose words are still there."""
    query = select(tickets).where(
        tickets.c.organisation == organisation,
        tickets.c.ended_at < before,
        tickets.c.emptied.is_(False),
    )
    return [_ticket(row) for row in connection.execute(query.order_by(tickets.c.ended_at).limit(limit))]


def counts(connection: Connection, organisation: str) -> dict[tuple[str, str], int]:
    """How many tickets of each kind stand where."""
    key = (tickets.c.kind, tickets.c.state)
    query = select(*key, func.count()).where(tickets.c.organisation == organisation).group_by(*key)
    return {(kind, state): count for kind, state, count in connection.execute(query)}


def unlinked(connection: Connection, organisation: str, senders: Collection[str]) -> list[str]:
    """Tickets that came from these addresses (by digest) and were never linked to anybody."""
    query = select(tickets.c.ticket).where(
        tickets.c.organisation == organisation, tickets.c.sender.in_(sorted(senders)), tickets.c.subject == ""
    )
    return sorted(connection.execute(query).scalars())


def from_sender(connection: Connection, organisation: str, sender: str, since: datetime) -> int:
    """How many tickets came from an address since an instant."""
    query = select(func.count()).where(
        tickets.c.organisation == organisation,
        tickets.c.sender == sender,
        tickets.c.received_at >= since,
    )
    return int(connection.execute(query).scalar_one())


def _one(organisation: str, ticket: str) -> Any:
    return and_(tickets.c.organisation == organisation, tickets.c.ticket == ticket)


def _ticket(row: Row[Any]) -> Ticket:
    plain = dict(row._mapping)  # noqa: SLF001  the public way to a row by names
    del plain["organisation"]
    return Ticket(
        number=plain.pop("ticket"), kind=Kind(plain.pop("kind")), route=Route(plain.pop("route")),
        state=State(plain.pop("state")), match=Match(plain.pop("match")), proof=Proof(plain.pop("proof")),
        provisional=bool(plain.pop("provisional")), emptied=bool(plain.pop("emptied")), **plain,
    )  # fmt: skip


LIVE_STATES: Final = tuple(sorted(one.value for one in LIVE))


# --- mails --------------------------------------------------------------------------------------------------------------------


def note_mail(connection: Connection, organisation: str, mail: str, ticket: str, at: datetime) -> None:
    """A mail was looked at, and belongs to a ticket or ('') to none."""
    key = and_(mails.c.organisation == organisation, mails.c.mail == mail)
    if connection.execute(select(mails.c.mail).where(key)).one_or_none() is None:
        connection.execute(insert(mails).values(organisation=organisation, mail=mail, ticket=ticket, at=at))


def mail(connection: Connection, organisation: str, digest: str) -> str | None:
    """The ticket a mail belongs to ('' where it made none); None for one that nobody has looked at."""
    query = select(mails.c.ticket).where(mails.c.organisation == organisation, mails.c.mail == digest)
    found: str | None = connection.execute(query).scalar_one_or_none()
    return found


# --- sealed parts -------------------------------------------------------------------------------------------------------------


def keep(connection: Connection, organisation: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Sealed parts of a ticket."""
    for row in rows:
        connection.execute(insert(parts).values(organisation=organisation, **row))


def parts_of(connection: Connection, organisation: str, ticket: str) -> list[tuple[Part, str, bytes]]:
    """The parts of a ticket in their order, each with its owner and its sealed bytes."""
    query = select(parts).where(parts.c.organisation == organisation, parts.c.ticket == ticket)
    return [
        (Part(row.part, What(row.what), row.by, row.at, row.size), row.owner, row.sealed)
        for row in connection.execute(query.order_by(parts.c.part))
    ]


def next_part(connection: Connection, organisation: str, ticket: str) -> int:
    """The number of the next part of a ticket."""
    query = select(func.max(parts.c.part)).where(
        parts.c.organisation == organisation, parts.c.ticket == ticket
    )
    return int(connection.execute(query).scalar_one() or 0) + 1


def reseal(
    connection: Connection, organisation: str, ticket: str, part: int, owner: str, sealed: bytes
) -> None:
    """Put a part under the key of another owner."""
    one = and_(parts.c.organisation == organisation, parts.c.ticket == ticket, parts.c.part == part)
    connection.execute(update(parts).where(one).values(owner=owner, sealed=sealed))


def empty(connection: Connection, organisation: str, numbers: Collection[str]) -> None:
    """Let go of all parts of these tickets."""
    connection.execute(
        delete(parts).where(parts.c.organisation == organisation, parts.c.ticket.in_(sorted(numbers)))
    )


def forget(connection: Connection, organisation: str, owners: Collection[str]) -> None:
    """Let go of everything that is sealed under these owners."""
    names = sorted(owners)
    for start in range(0, len(names), _AT_ONCE):
        some = names[start : start + _AT_ONCE]
        connection.execute(delete(parts).where(parts.c.organisation == organisation, parts.c.owner.in_(some)))


def lying(
    connection: Connection, organisation: str, owners: Collection[str]
) -> list[tuple[str, str, int, bytes]]:
    """What lies sealed under these owners: owner, ticket, part, sealed."""
    query = select(parts.c.owner, parts.c.ticket, parts.c.part, parts.c.sealed).where(
        parts.c.organisation == organisation, parts.c.owner.in_(sorted(owners))
    )
    return [(row.owner, row.ticket, row.part, row.sealed) for row in connection.execute(query)]


# --- keys of tickets ----------------------------------------------------------------------------------------------------------


def doom(connection: Connection, organisation: str, owners: Collection[str]) -> None:
    """Say of keys of tickets that they must die; they do once this is committed."""
    there = set(
        connection.execute(select(dying.c.owner).where(dying.c.organisation == organisation)).scalars()
    )
    for owner in sorted(set(owners) - there):
        connection.execute(insert(dying).values(organisation=organisation, owner=owner))


def doomed(connection: Connection, organisation: str) -> list[str]:
    """The keys of tickets that must die."""
    return list(
        connection.execute(select(dying.c.owner).where(dying.c.organisation == organisation)).scalars()
    )


def buried(connection: Connection, organisation: str, owners: Collection[str]) -> None:
    """These keys are dead."""
    connection.execute(
        delete(dying).where(dying.c.organisation == organisation, dying.c.owner.in_(sorted(owners)))
    )
