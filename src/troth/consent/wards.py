"""The tables of guardians and of minors found: functions of headers."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from troth.consent import guarding
from troth.consent.guarding import Found, Guardian, Standing
from troth.db import Instant, metadata
from troth.ledger import Event, Payload
from troth.subjects import root_of
from troth.subjects.evidence import ERASED, MERGED

guardians = Table(
    "consent_guardians",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("ticket", String(64), nullable=False),
    Column("minor", String(64), nullable=False),
    Column("guardian", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("proof", String(32), nullable=False),
    Column("code", String(64), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    Column("confirmed_at", Instant, nullable=True),
    PrimaryKeyConstraint("organisation", "ticket"),
    Index("ix_consent_guardians_minor", "organisation", "minor"),
    Index("ix_consent_guardians_guardian", "organisation", "guardian"),
)
minors = Table(
    "consent_minors",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("minor", String(64), nullable=False),
    Column("rule", String(400), nullable=False),
    Column("at", Instant, nullable=False),
    Column("due", Instant, nullable=True),
    Column("purged_at", Instant, nullable=True),
    PrimaryKeyConstraint("organisation", "sequence"),
)
attestations = Table(
    "consent_attestations",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("tenant", String(64), nullable=False),
    Column("minor", String(64), nullable=False),
    Column("document", String(160), nullable=False),
    Column("until", Instant, nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("organisation", "tenant", "minor"),
)
TABLES: Final = (guardians, minors, attestations)


def by_ticket(connection: Connection, of: str, ticket: str) -> Guardian | None:
    """The guardian asked by a ticket."""
    c = guardians.c
    row = connection.execute(select(guardians).where(c.organisation == of, c.ticket == ticket)).first()
    return None if row is None else _guardian(row)


def of_minor(connection: Connection, of: str, minor: str) -> list[Guardian]:
    """Everybody who was asked to answer for a minor, the latest first."""
    c = guardians.c
    query = select(guardians).where(c.organisation == of, c.minor == minor)
    return [_guardian(row) for row in connection.execute(query.order_by(c.asked_at.desc(), c.ticket))]


def of_guardian(connection: Connection, of: str, guardian: str) -> list[Guardian]:
    """Every proven answer of a guardian for a minor that stands, the latest first."""
    c = guardians.c
    query = select(guardians).where(
        c.organisation == of, c.guardian == guardian, c.state == Standing.CONFIRMED.value
    )
    return [_guardian(row) for row in connection.execute(query.order_by(c.confirmed_at.desc(), c.ticket))]


def open_cases(connection: Connection, of: str, most: int) -> list[Guardian]:
    """Guardians who were asked and have not answered, the oldest first."""
    c = guardians.c
    query = select(guardians).where(c.organisation == of, c.state == Standing.ASKED.value)
    return [_guardian(row) for row in connection.execute(query.order_by(c.asked_at, c.ticket).limit(most))]


def guardian_counts(connection: Connection, of: str) -> dict[str, int]:
    """How many stand where."""
    c = guardians.c
    query = select(c.state, func.count().label("n")).where(c.organisation == of).group_by(c.state)
    return {row.state: row.n for row in connection.execute(query)}


def found_minors(connection: Connection, of: str, *, open_only: bool) -> list[Found]:
    """Minors who were found without a guardian's consent, the oldest first."""
    c = minors.c
    query = select(minors).where(c.organisation == of)
    query = query.where(c.purged_at.is_(None)) if open_only else query
    rows = connection.execute(query.order_by(c.sequence))
    return [Found(r.sequence, r.minor, r.rule, r.at, r.due, r.purged_at) for r in rows]


def attested(connection: Connection, of: str, minor: str, at: datetime) -> bool:
    """Whether some tenant's attestation for a minor counts at an instant."""
    c = attestations.c
    query = select(c.tenant).where(c.organisation == of, c.minor == minor, c.until > at)
    return connection.execute(query.limit(1)).first() is not None


def attestation_count(connection: Connection, of: str, at: datetime) -> int:
    """How many attestations count at an instant."""
    c = attestations.c
    query = select(func.count()).select_from(attestations).where(c.organisation == of, c.until > at)
    return connection.execute(query).scalar_one()


def _guardian(row: Any) -> Guardian:
    return Guardian(
        row.ticket, row.minor, row.guardian, Standing(row.state), row.proof, row.code, row.tries, row.asked_at,
        row.until, row.confirmed_at,
    )  # fmt: skip


class WardsProjection:
    """Guardians, minors found and attestations, as the headers tell them, until somebody is erased. Runs after subjects."""

    name: Final = "guardians"
    kinds: Final = ("consent:guardian:", "consent:minor:", MERGED, ERASED)
    tables: Final = TABLES
    opens: Final[tuple[str, ...]] = ()

    def apply(self, connection: Connection, event: Event, payload: Payload | None) -> None:
        """Bring the tables up to this event."""
        of, told = event.organisation, guarding.said(event)
        if event.kind == guarding.PURGED:
            mine = (minors.c.organisation == of, minors.c.sequence == int(told["of"]))
            connection.execute(update(minors).where(*mine).values(purged_at=event.occurred_at, minor=""))
        elif event.kind == ERASED:
            self._erased(connection, of, event.subject or "")
        elif event.kind == MERGED:
            self._merged(connection, of, event.codes[0], root_of(connection, of, event.subject or ""))
        elif event.kind.startswith("consent:guardian:"):
            self._guardian(connection, event, told)
        else:
            self._minor(connection, event, told)

    def _guardian(self, connection: Connection, event: Event, told: dict[str, str]) -> None:
        of = event.organisation
        root = root_of(connection, of, event.subject or "")
        if event.kind == guarding.ASKED:
            row = {
                "organisation": of, "ticket": told["ticket"], "minor": root, "guardian": told["guardian"],
                "state": Standing.ASKED.value, "proof": "", "code": told["code"], "tries": 0,
                "asked_at": event.occurred_at, "until": datetime.fromisoformat(told["until"]), "confirmed_at": None,
            }  # fmt: skip
            connection.execute(insert(guardians), row)
            return
        if event.kind == guarding.ACTED:
            return
        values: dict[str, Any] = {"state": Standing.ENDED.value}
        if event.kind == guarding.FAILED:
            values = {"tries": guardians.c.tries + 1}
        elif event.kind == guarding.CONFIRMED:
            values = {"state": Standing.CONFIRMED.value, "proof": told.get("proof", "")}
            values["confirmed_at"] = event.occurred_at
        mine = (guardians.c.organisation == of, guardians.c.ticket == told["ticket"])
        connection.execute(update(guardians).where(*mine).values(**values))

    def _minor(self, connection: Connection, event: Event, told: dict[str, str]) -> None:
        of = event.organisation
        root = root_of(connection, of, event.subject or "")
        if event.kind == guarding.FOUND:
            rules = " ".join(code[5:] for code in event.codes if code.startswith("rule="))
            due = datetime.fromisoformat(told["due"]) if "due" in told else None
            row = {"organisation": of, "sequence": event.sequence, "minor": root, "rule": rules, "due": due}
            connection.execute(insert(minors), row | {"at": event.occurred_at, "purged_at": None})
            return
        key = {"organisation": of, "tenant": told["tenant"], "minor": root}
        values = {"document": told["document"], "until": datetime.fromisoformat(told["until"])}
        mine = [attestations.c[name] == value for name, value in key.items()]
        rest = values | {"at": event.occurred_at}
        if not connection.execute(update(attestations).where(*mine).values(**rest)).rowcount:
            connection.execute(insert(attestations), key | rest)

    def _erased(self, connection: Connection, of: str, who: str) -> None:
        c = guardians.c
        connection.execute(
            delete(guardians).where(c.organisation == of, or_(c.minor == who, c.guardian == who))
        )
        connection.execute(
            delete(attestations).where(attestations.c.organisation == of, attestations.c.minor == who)
        )

    def _merged(self, connection: Connection, of: str, absorbed: str, kept: str) -> None:
        for column in (guardians.c.minor, guardians.c.guardian, minors.c.minor):
            table = column.table
            mine = (table.c.organisation == of, column == absorbed)
            connection.execute(update(table).where(*mine).values({column.name: kept}))
        theirs = (attestations.c.organisation == of, attestations.c.minor == absorbed)
        held = select(attestations.c.tenant).where(
            attestations.c.organisation == of, attestations.c.minor == kept
        )
        tenants = set(connection.execute(held).scalars())
        connection.execute(delete(attestations).where(*theirs, attestations.c.tenant.in_(tenants)))
        connection.execute(update(attestations).where(*theirs).values(minor=kept))
