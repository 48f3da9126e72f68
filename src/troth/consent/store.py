"""The tables of consents, acceptances and objections: functions of headers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import (
    Column,
    Connection,
    Index,
    PrimaryKeyConstraint,
    String,
    Table,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from troth.consent.model import ConsentAct, ConsentState, Said
from troth.db import Fixed, Instant, instant_of, metadata
from troth.subjects import ROOTED

states = Table(
    "consent_states",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("item", String(150), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("act", String(16), nullable=False),
    Column("since", Instant, nullable=False),
    Column("expires", Instant, nullable=True),
    Column("policy", String(71), nullable=False),
    Column("notice", String(150), nullable=False),
    Column("version", String(71), nullable=False),
    Column("language", String(16), nullable=False),
    PrimaryKeyConstraint("organisation", "subject", "item", "kind"),
    Index("ix_consent_states_expires", "organisation", "expires"),
)
acceptances = Table(
    "consent_acceptances",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("policy", String(71), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("since", Instant, nullable=False),
    PrimaryKeyConstraint("organisation", "subject", "policy", "kind"),
)
objections = Table(
    "consent_objections",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("objection", String(150), nullable=False),
    Column("since", Instant, nullable=False),
    PrimaryKeyConstraint("organisation", "subject", "objection"),
)


def _of_person(table: Table) -> Any:
    return select(table).where(table.c.organisation == bindparam("of"), table.c.subject == bindparam("who"))


_TOLD: Final = select(
    *(states.c[name] for name in ("subject", "item", "kind", "act", "since", "expires", "policy", "notice", "version", "language"))
).where(states.c.organisation == bindparam("of"))  # fmt: skip
_STATES: Final = Fixed(_TOLD.where(states.c.subject == bindparam("who")))
_SAID_BY: Final = Fixed(_TOLD.where(states.c.subject == ROOTED))
_ACCEPTANCES: Final = _of_person(acceptances)
_OBJECTIONS: Final = _of_person(objections)
_GONE: Final = {
    table.name: delete(table).where(
        *(column == bindparam(f"of_{column.name}") for column in table.primary_key)
    )
    for table in (states, acceptances, objections)
}
_CHANGED: Final = {
    table.name: Fixed(
        update(table)
        .where(*(column == bindparam(f"of_{column.name}") for column in table.primary_key))
        .values(
            {
                column.name: bindparam(column.name)
                for column in table.columns
                if column.name not in ("organisation", "subject")
            }
        )
    )
    for table in (states, acceptances, objections)
}
Rows = Mapping[tuple[str, ...], dict[str, Any]]


def load(connection: Connection, organisation: str, subject: str) -> ConsentState:
    """The state that stands under a pseudonym."""
    who = {"of": organisation, "who": subject}
    return ConsentState(
        _all_said(_STATES.rows(connection, **who)),
        MappingProxyType({(r.policy, r.kind): r.since for r in connection.execute(_ACCEPTANCES, who)}),
        MappingProxyType({r.objection: r.since for r in connection.execute(_OBJECTIONS, who)}),
    )


def load_said(connection: Connection, organisation: str, subject: str) -> ConsentState:
    """As `load`, with what was said about items alone: for whoever looks at, or moves, nothing else."""
    return ConsentState(_all_said(_STATES.rows(connection, of=organisation, who=subject)))


def load_said_by(connection: Connection, organisation: str, pseudonym: str) -> tuple[str, ConsentState]:
    """What was said about items by a person under any pseudonym, and where it stands; "" where nothing was said yet."""
    rows = _SAID_BY.rows(connection, of=organisation, who=pseudonym)
    return (rows[0][0] if rows else ""), ConsentState(_all_said(rows))


def save(
    connection: Connection, organisation: str, subject: str, before: ConsentState, after: ConsentState
) -> None:
    """Bring the tables from one state to another."""
    mine = {"organisation": organisation, "subject": subject}
    for table, rows in (
        (states, _states),
        (acceptances, _acceptances),
        (objections, _objections),
    ):
        _change(connection, table, mine, rows(before), rows(after))


def running_out(connection: Connection, organisation: str, until: datetime) -> tuple[str, ...]:
    """The pseudonyms under which something that was given ran out by an instant."""
    query = select(states.c.subject).where(
        states.c.organisation == organisation,
        states.c.expires <= until,
        states.c.act == ConsentAct.GIVEN.value,
    )
    return tuple(sorted(set(connection.execute(query).scalars())))


def counted(connection: Connection, organisation: str) -> list[Any]:
    """How many persons stand where with each item: (item, kind, act, times, last), where nothing ran out unsaid."""
    c = states.c
    query = select(c.item, c.kind, c.act, func.count().label("times"), func.max(c.since).label("last"))
    query = query.where(c.organisation == organisation).group_by(c.item, c.kind, c.act)
    return list(connection.execute(query.order_by(c.item, c.act, c.kind)))


def objections_counted(connection: Connection, organisation: str) -> list[Any]:
    """How many objections of each kind stand: (objection, times, last)."""
    c = objections.c
    query = select(c.objection, func.count().label("times"), func.max(c.since).label("last"))
    return list(
        connection.execute(
            query.where(c.organisation == organisation).group_by(c.objection).order_by(c.objection)
        )
    )


def _change(connection: Connection, table: Table, mine: dict[str, str], before: Rows, after: Rows) -> None:
    """Write what differs; a row that goes makes way for one that comes, in one statement."""
    names = [column.name for column in table.primary_key if column.name not in mine]

    def told(key: tuple[str, ...], row: dict[str, Any]) -> dict[str, Any]:
        return dict(zip(names, key, strict=True)) | row

    come = {key: row for key, row in after.items() if key not in before}
    for key, row in before.items():
        if after.get(key) == row:
            continue
        there = {f"of_{name}": value for name, value in (mine | told(key, {})).items()}
        if key in after:
            _CHANGED[table.name].change(connection, **there, **told(key, after[key]))
        elif come:
            _CHANGED[table.name].change(connection, **there, **told(*come.popitem()))
        else:
            connection.execute(_GONE[table.name], there)
    if come:
        connection.execute(insert(table), [mine | told(*one) for one in come.items()])


def _states(state: ConsentState) -> Rows:
    return {key: _row(said) for key, said in state.said.items()}


def _acceptances(state: ConsentState) -> Rows:
    return {key: {"since": since} for key, since in state.accepted.items()}


def _objections(state: ConsentState) -> Rows:
    return {(id,): {"since": since} for id, since in state.objections.items()}


def _row(said: Said) -> dict[str, Any]:
    return {
        "act": said.act.value,
        "since": said.since,
        "expires": said.expires,
        "policy": said.policy,
        "notice": said.notice,
        "version": said.version,
        "language": said.language,
    }


def _all_said(rows: Iterable[tuple[Any, ...]]) -> Mapping[tuple[str, str], Said]:
    found = {}
    for _, item, kind, act, since, expires, *shown in rows:
        until = None if expires is None else instant_of(expires)
        found[item, kind] = Said(ConsentAct(act), instant_of(since), until, *shown)
    return MappingProxyType(found)
