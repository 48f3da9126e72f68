"""What is read from the tables of accounts, and written to them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, Table, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from troth.accounts.model import Account, CodeFor, Counts, Level, Session, State, Ticket
from troth.accounts.rules import Tries
from troth.accounts.tables import counts, devices, names, secrets, sessions, states, tickets, tries
from troth.kernel.ids import SubjectId

_AT_ONCE: Final = 500
OF_PEOPLE: Final[tuple[Table, ...]] = (secrets, names, tickets, sessions, devices)


# --- accounts -----------------------------------------------------------------------------------------------------------------


def put(connection: Connection, table: Table, **values: Any) -> None:
    """A row that is new."""
    connection.execute(insert(table).values(**values))


def change(connection: Connection, organisation: str, account: str, **values: Any) -> None:
    """What is different of an account from now on."""
    one = (states.c.organisation == organisation) & (states.c.account == account)
    connection.execute(update(states).where(one).values(**values))


def find(connection: Connection, organisation: str, account: str) -> Account | None:
    """An account by its id."""
    query = select(states).where(states.c.organisation == organisation, states.c.account == account)
    row = connection.execute(query).one_or_none()
    return _account(row) if row is not None else None


def of_people(connection: Connection, organisation: str, subjects: Collection[str]) -> list[Account]:
    """The accounts of these people, oldest first."""
    query = select(states).where(
        states.c.organisation == organisation, states.c.subject.in_(sorted(subjects))
    )
    return [_account(row) for row in connection.execute(query.order_by(states.c.opened_at, states.c.account))]


def close_of(connection: Connection, organisation: str, subject: str, at: datetime) -> None:
    """Whoever was erased has no open account."""
    theirs = (states.c.organisation == organisation) & (states.c.subject == subject)
    connection.execute(
        update(states)
        .where(theirs, states.c.state == State.OPEN.value)
        .values(state=State.CLOSED.value, changed_at=at)
    )


def standing(connection: Connection, organisation: str) -> dict[tuple[str, str], int]:
    """How many accounts stand where, by state and level."""
    query = select(states.c.state, states.c.level, func.count()).where(states.c.organisation == organisation)
    rows = connection.execute(query.group_by(states.c.state, states.c.level))
    return {(state, level): count for state, level, count in rows}


def _account(row: Row[Any]) -> Account:
    return Account(
        row.account, row.subject, State(row.state), row.opened_at, row.changed_at, Level(row.level)
    )


# --- counts -------------------------------------------------------------------------------------------------------------------


def count(
    connection: Connection, organisation: str, what: str, detail: str, origin: str, at: datetime
) -> None:
    """One more of these."""
    key = {"organisation": organisation, "what": what, "detail": detail, "origin": origin}
    one = [counts.c[name] == value for name, value in key.items()]
    more = update(counts).where(*one).values(count=counts.c["count"] + 1, last_at=at)
    if connection.execute(more).rowcount == 0:
        connection.execute(insert(counts).values(**key, count=1, last_at=at))


def counted(connection: Connection, organisation: str) -> list[Counts]:
    """All that was counted."""
    columns = (
        counts.c.what,
        counts.c.detail,
        counts.c.origin,
        counts.c["count"].label("times"),
        counts.c.last_at,
    )
    query = select(*columns).where(counts.c.organisation == organisation).order_by(*counts.primary_key)
    return [
        Counts(row.what, row.detail, row.origin, row.times, row.last_at) for row in connection.execute(query)
    ]


# --- names and hashes ---------------------------------------------------------------------------------------------------------


def leads_to(connection: Connection, organisation: str, kind: str, blinds: Collection[bytes]) -> str | None:
    """The account a blinded name leads to."""
    query = select(names.c.account).where(
        names.c.organisation == organisation, names.c.kind == kind, names.c.blind.in_(tuple(blinds))
    )
    return connection.execute(query.limit(1)).scalar()


def names_of(connection: Connection, organisation: str, account: str) -> list[Row[Any]]:
    """The sealed names and addresses of an account, in the order in which they came."""
    query = select(names).where(names.c.organisation == organisation, names.c.account == account)
    return list(connection.execute(query.order_by(names.c.since, names.c.kind, names.c.name)))


def drop_name(connection: Connection, organisation: str, account: str, name: str) -> int:
    """Let a name lead to an account no more."""
    one = (names.c.organisation == organisation) & (names.c.account == account) & (names.c.name == name)
    return connection.execute(delete(names).where(one)).rowcount


def hash_of(connection: Connection, organisation: str, account: str) -> str | None:
    """The hash of an account's password, where it has one."""
    query = select(secrets.c.hash).where(secrets.c.organisation == organisation, secrets.c.account == account)
    return connection.execute(query).scalar()


def keep_hash(
    connection: Connection, organisation: str, account: str, subject: str, hash: str, at: datetime
) -> None:
    """Another hash, in place of the one before."""
    one = (secrets.c.organisation == organisation) & (secrets.c.account == account)
    connection.execute(delete(secrets).where(one))
    put(
        connection,
        secrets,
        organisation=organisation,
        account=account,
        subject=subject,
        hash=hash,
        changed_at=at,
    )


# --- tickets ------------------------------------------------------------------------------------------------------------------


def ticket(connection: Connection, organisation: str, digest: str) -> Ticket | None:
    """A ticket by its digest."""
    query = select(tickets).where(tickets.c.organisation == organisation, tickets.c.digest == digest)
    row = connection.execute(query).one_or_none()
    return _ticket(row) if row is not None else None


def ticket_is(connection: Connection, organisation: str, digest: str, **values: Any) -> int:
    """What is different of a ticket; how many there were of it."""
    one = (tickets.c.organisation == organisation) & (tickets.c.digest == digest)
    return connection.execute(update(tickets).where(one).values(**values)).rowcount


def drop_ticket(connection: Connection, organisation: str, digest: str) -> int:
    """Let a ticket be good no more; how many went."""
    one = (tickets.c.organisation == organisation) & (tickets.c.digest == digest)
    return connection.execute(delete(tickets).where(one)).rowcount


def run_out(connection: Connection, organisation: str, at: datetime, limit: int) -> list[Ticket]:
    """Tickets whose time is over."""
    query = select(tickets).where(tickets.c.organisation == organisation, tickets.c.until <= at)
    return [_ticket(row) for row in connection.execute(query.order_by(tickets.c.until).limit(limit))]


def _ticket(row: Row[Any]) -> Ticket:
    return Ticket(
        row.digest, row.id, CodeFor(row.purpose), row.code, row.asked_at, row.until, row.tries, row.account,
        row.subject, row.sealed,
    )  # fmt: skip


# --- sessions and devices -----------------------------------------------------------------------------------------------------


def session(connection: Connection, organisation: str, digest: str) -> tuple[Session, str] | None:
    """A session by the digest of its secret, and whose it is by pseudonym."""
    query = select(sessions).where(sessions.c.organisation == organisation, sessions.c.digest == digest)
    row = connection.execute(query).one_or_none()
    return (_session(row), row.subject) if row is not None else None


def sessions_of(connection: Connection, organisation: str, account: str) -> list[Session]:
    """The sessions of an account, the newest first."""
    query = select(sessions).where(sessions.c.organisation == organisation, sessions.c.account == account)
    return [
        _session(row)
        for row in connection.execute(query.order_by(sessions.c.since.desc(), sessions.c.session))
    ]


def session_is(connection: Connection, organisation: str, id: str, **values: Any) -> None:
    """What is different of a session."""
    one = (sessions.c.organisation == organisation) & (sessions.c.session == id)
    connection.execute(update(sessions).where(one).values(**values))


def end_sessions(connection: Connection, organisation: str, ids: Collection[str]) -> None:
    """Let sessions be no more."""
    one = (sessions.c.organisation == organisation) & sessions.c.session.in_(sorted(ids))
    connection.execute(delete(sessions).where(one))


def running(connection: Connection, organisation: str, at: datetime) -> int:
    """How many sessions have not run out."""
    query = select(func.count()).where(sessions.c.organisation == organisation, sessions.c.until > at)
    return int(connection.execute(query).scalar_one())


def seen(
    connection: Connection, organisation: str, account: str, device: str, subject: str, at: datetime
) -> bool:
    """Note that a device was used; whether it had been before."""
    one = (
        (devices.c.organisation == organisation)
        & (devices.c.account == account)
        & (devices.c.device == device)
    )
    if connection.execute(update(devices).where(one).values(seen_at=at)).rowcount:
        return True
    put(
        connection, devices, organisation=organisation, account=account, device=device, subject=subject, since=at,
        seen_at=at,
    )  # fmt: skip
    return False


def _session(row: Row[Any]) -> Session:
    return Session(
        row.session, row.account, SubjectId(""), row.since, row.seen_at, row.until, Level(row.level), row.device,
        row.language,
    )  # fmt: skip


# --- tries --------------------------------------------------------------------------------------------------------------------


def tried(connection: Connection, organisation: str, digest: str) -> Tries | None:
    """How often somebody knocked."""
    columns = (tries.c["count"].label("times"), tries.c.since, tries.c.locked_until)
    query = select(*columns).where(tries.c.organisation == organisation, tries.c.digest == digest)
    row = connection.execute(query).one_or_none()
    return Tries(row.times, row.since, row.locked_until) if row is not None else None


def hold_tries(connection: Connection, organisation: str, digest: str, at: datetime) -> Tries:
    """How often somebody knocked, held against everybody else until the transaction ends: who comes at once is counted one by one."""
    fresh = {"organisation": organisation, "digest": digest, "count": 0, "since": at, "locked_until": None}
    made = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(tries).values(fresh)
    connection.execute(made.on_conflict_do_nothing())
    columns = (tries.c["count"].label("times"), tries.c.since, tries.c.locked_until)
    one = (tries.c.organisation == organisation) & (tries.c.digest == digest)
    row = connection.execute(select(*columns).where(one).with_for_update()).one()
    return Tries(row.times, row.since, row.locked_until)


def keep_tries(connection: Connection, organisation: str, digest: str, found: Tries) -> None:
    """What is on record from now on."""
    values: Mapping[str, Any] = {
        "count": found.count,
        "since": found.since,
        "locked_until": found.locked_until,
    }
    one = (tries.c.organisation == organisation) & (tries.c.digest == digest)
    connection.execute(update(tries).where(one).values(**values))


def drop_tries(connection: Connection, organisation: str, digest: str) -> int:
    """Forget that somebody knocked; how many were forgotten."""
    one = (tries.c.organisation == organisation) & (tries.c.digest == digest)
    return connection.execute(delete(tries).where(one)).rowcount


def tidy(connection: Connection, organisation: str, tries_before: datetime, at: datetime) -> None:
    """Let go of what no longer says anything: old tries, and sessions that ran out."""
    old = (tries.c.organisation == organisation) & (tries.c.since < tries_before)
    connection.execute(delete(tries).where(old))
    over = (sessions.c.organisation == organisation) & (sessions.c.until <= at)
    connection.execute(delete(sessions).where(over))


def locked(connection: Connection, organisation: str, at: datetime) -> int:
    """How many names are locked now."""
    query = select(func.count()).where(tries.c.organisation == organisation, tries.c.locked_until > at)
    return int(connection.execute(query).scalar_one())


# --- erasing ------------------------------------------------------------------------------------------------------------------


def forget(connection: Connection, organisation: str, subjects: Iterable[str]) -> None:
    """Let nothing be left of these people: names, hashes, tickets, sessions, devices."""
    whom = sorted(subjects)
    for table in OF_PEOPLE:
        for start in range(0, len(whom), _AT_ONCE):
            some = table.c.subject.in_(whom[start : start + _AT_ONCE])
            connection.execute(delete(table).where(table.c.organisation == organisation, some))


def sealed_of(
    connection: Connection, organisation: str, subjects: Collection[str]
) -> list[tuple[str, str, bytes]]:
    """What lies sealed of these people: under whose key, of which name."""
    query = select(names.c.subject, names.c.name, names.c.sealed).where(
        names.c.organisation == organisation, names.c.subject.in_(sorted(subjects))
    )
    return [(row.subject, row.name, row.sealed) for row in connection.execute(query)]
