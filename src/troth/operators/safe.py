"""The tables of secrets: sealed or as digests, no evidence, and gone when whoever they belong to leaves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
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
from troth.kernel.ids import StaffId
from troth.operators.model import Session, Way

credentials = Table(
    "operators_credentials",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("name", String(160), nullable=False),
    Column("member", String(64), nullable=False),
    Column("sealed", LargeBinary, nullable=True),
    Column("step", BigInteger, nullable=False),
    Column("created_at", Instant, nullable=False),
    PrimaryKeyConstraint("organisation", "kind", "name"),
    Index("ix_operators_credentials_member", "organisation", "member"),
)
sessions = Table(
    "operators_sessions",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("session", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("member", String(64), nullable=False),
    Column("ways", String(100), nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    Column("language", String(8), nullable=False),
    PrimaryKeyConstraint("organisation", "session"),
    Index("ix_operators_sessions_digest", "organisation", "digest", unique=True),
    Index("ix_operators_sessions_member", "organisation", "member"),
)
tickets = Table(
    "operators_tickets",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("member", String(64), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("until", Instant, nullable=False),
    Column("sealed", LargeBinary, nullable=True),
    PrimaryKeyConstraint("organisation", "digest"),
    Index("ix_operators_tickets_member", "organisation", "member"),
)
tries = Table(
    "operators_tries",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("about", String(64), nullable=False),
    Column("failures", Integer, nullable=False),
    Column("last_at", Instant, nullable=False),
    PrimaryKeyConstraint("organisation", "about"),
)
papers = Table(
    "operators_papers",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("approval", String(64), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    PrimaryKeyConstraint("organisation", "approval"),
)
TABLES: Final = (credentials, sessions, tickets, tries, papers)


# --- credentials --------------------------------------------------------------------------------------------------------


def credential(connection: Connection, organisation: str, kind: str, name: str) -> Row[Any] | None:
    """A credential by its name within its kind."""
    one = (credentials.c.organisation == organisation, credentials.c.kind == kind, credentials.c.name == name)
    return connection.execute(select(credentials).where(*one)).one_or_none()


def credentials_of(connection: Connection, organisation: str, member: str, kind: str = "") -> list[Row[Any]]:
    """The credentials of a member of staff."""
    query = select(credentials).where(
        credentials.c.organisation == organisation, credentials.c.member == member
    )
    query = query.where(credentials.c.kind == kind) if kind else query
    return list(connection.execute(query.order_by(credentials.c.kind, credentials.c.name)))


def keep(
    connection: Connection, organisation: str, kind: str, name: str, member: str, sealed: bytes | None,
    at: datetime, step: int = 0,
) -> None:  # fmt: skip
    """A credential, in place of one of the same name."""
    drop(connection, organisation, kind, name)
    row = {"kind": kind, "name": name, "member": member, "sealed": sealed, "step": step, "created_at": at}
    connection.execute(insert(credentials).values(organisation=organisation, **row))


def drop(connection: Connection, organisation: str, kind: str, name: str) -> bool:
    """A credential away; whether there was one: of two who use it up at once, one hears yes."""
    one = (credentials.c.organisation == organisation, credentials.c.kind == kind, credentials.c.name == name)
    return connection.execute(delete(credentials).where(*one)).rowcount == 1


def advance(connection: Connection, organisation: str, kind: str, name: str, step: int) -> bool:
    """Move a counter on; whether it moved: it never goes back, and of two who use the same step one hears yes."""
    one = (credentials.c.organisation == organisation, credentials.c.kind == kind, credentials.c.name == name)
    moved = update(credentials).where(*one, credentials.c.step < step).values(step=step)
    return connection.execute(moved).rowcount == 1


def clear(connection: Connection, organisation: str, member: str, *kinds: str) -> None:
    """Credentials of somebody away: of these kinds, or all."""
    theirs = delete(credentials).where(
        credentials.c.organisation == organisation, credentials.c.member == member
    )
    connection.execute(theirs.where(credentials.c.kind.in_(kinds)) if kinds else theirs)


def wipe(connection: Connection, organisation: str, member: str) -> None:
    """Every secret of somebody: ways in, sessions, links under way."""
    for table in (credentials, sessions, tickets):
        theirs = (table.c.organisation == organisation) & (table.c.member == member)
        connection.execute(delete(table).where(theirs))


# --- sessions -----------------------------------------------------------------------------------------------------------


def open_session(connection: Connection, organisation: str, digest: str, one: Session) -> None:
    """A session, found again by the digest of its secret."""
    row = {
        "session": one.id, "digest": digest, "member": one.member, "ways": ",".join(one.ways),
        "opened_at": one.opened_at, "seen_at": one.seen_at, "until": one.until, "language": one.language,
    }  # fmt: skip
    connection.execute(insert(sessions).values(organisation=organisation, **row))


def session(connection: Connection, organisation: str, digest: str) -> Session | None:
    """The session of a digest, whether or not it still counts."""
    one = (sessions.c.organisation == organisation) & (sessions.c.digest == digest)
    row = connection.execute(select(sessions).where(one)).one_or_none()
    return _session(row) if row is not None else None


def all_sessions(connection: Connection, organisation: str, member: str = "") -> list[Session]:
    """Sessions, of one member or of all, newest first."""
    query = select(sessions).where(sessions.c.organisation == organisation)
    query = query.where(sessions.c.member == member) if member else query
    rows = connection.execute(query.order_by(sessions.c.opened_at.desc(), sessions.c.session))
    return [_session(row) for row in rows]


def touch(connection: Connection, organisation: str, id: str, values: Mapping[str, Any]) -> None:
    """What is different of a session from now on."""
    one = (sessions.c.organisation == organisation) & (sessions.c.session == id)
    connection.execute(update(sessions).where(one).values(**values))


def end_session(connection: Connection, organisation: str, id: str) -> bool:
    """A session away; whether there was one."""
    one = (sessions.c.organisation == organisation) & (sessions.c.session == id)
    return connection.execute(delete(sessions).where(one)).rowcount == 1


def _session(row: Any) -> Session:
    ways = tuple(Way(way) for way in row.ways.split(",") if way)
    return Session(
        row.session, StaffId(row.member), ways, row.opened_at, row.seen_at, row.until, row.language
    )


# --- tickets, tries, papers ---------------------------------------------------------------------------------------------


def give_out(
    connection: Connection, organisation: str, digest: str, kind: str, member: str, until: datetime,
    sealed: bytes | None = None,
) -> None:  # fmt: skip
    """A secret that serves once: only its digest is kept."""
    row = {"digest": digest, "kind": kind, "member": member, "tries": 0, "until": until, "sealed": sealed}
    connection.execute(insert(tickets).values(organisation=organisation, **row))


def ticket(connection: Connection, organisation: str, digest: str, kind: str) -> Row[Any] | None:
    """What a secret of a kind leads to."""
    one = (tickets.c.organisation == organisation, tickets.c.digest == digest, tickets.c.kind == kind)
    return connection.execute(select(tickets).where(*one)).one_or_none()


def use_up(connection: Connection, organisation: str, digest: str) -> bool:
    """A secret serves no more; whether it still did."""
    one = (tickets.c.organisation == organisation) & (tickets.c.digest == digest)
    return connection.execute(delete(tickets).where(one)).rowcount == 1


def try_ticket(connection: Connection, organisation: str, digest: str) -> None:
    """One more try with a secret."""
    one = (tickets.c.organisation == organisation) & (tickets.c.digest == digest)
    connection.execute(update(tickets).where(one).values(tries=tickets.c.tries + 1))


def take_back(connection: Connection, organisation: str, member: str, kind: str) -> None:
    """Every secret of a kind that somebody holds serves no more."""
    theirs = (tickets.c.organisation == organisation, tickets.c.member == member, tickets.c.kind == kind)
    connection.execute(delete(tickets).where(*theirs))


def sweep(connection: Connection, organisation: str, at: datetime) -> None:
    """What ran out away."""
    for table in (tickets, sessions):
        connection.execute(delete(table).where(table.c.organisation == organisation, table.c.until <= at))


def failures(connection: Connection, organisation: str, about: str) -> tuple[int, datetime | None]:
    """How often somebody failed in a row, and when last."""
    one = (tries.c.organisation == organisation) & (tries.c.about == about)
    row = connection.execute(select(tries).where(one)).one_or_none()
    return (row.failures, row.last_at) if row is not None else (0, None)


def set_failures(connection: Connection, organisation: str, about: str, count: int, at: datetime) -> None:
    """So often from now on; 0 forgets."""
    one = (tries.c.organisation == organisation) & (tries.c.about == about)
    connection.execute(delete(tries).where(one))
    if count:
        connection.execute(
            insert(tries).values(organisation=organisation, about=about, failures=count, last_at=at)
        )


def put_paper(connection: Connection, organisation: str, approval: str, sealed: bytes) -> None:
    """What exactly a request is about."""
    connection.execute(insert(papers).values(organisation=organisation, approval=approval, sealed=sealed))


def paper(connection: Connection, organisation: str, approval: str) -> bytes | None:
    """What exactly a request is about, sealed."""
    one = (papers.c.organisation == organisation) & (papers.c.approval == approval)
    found = connection.execute(select(papers.c.sealed).where(one)).scalar_one_or_none()
    return bytes(found) if found is not None else None
