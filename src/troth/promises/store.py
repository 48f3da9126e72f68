"""Tables of what the ledger says about each statement."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Integer,
    String,
    Table,
    and_,
    bindparam,
    insert,
    select,
    update,
)

from troth.db import Fixed, Instant, metadata
from troth.decide.register import Shown
from troth.ledger import Event
from troth.promises.evidence import grade_of
from troth.promises.model import Breach, Evidence, Grade, ItemShown, Look, SelfTest, Tally

_ORGANISATION = 64
_KEY = 160

tallies: Final = Table(
    "promises_tallies",
    metadata,
    Column("organisation", String(_ORGANISATION), primary_key=True),
    Column("statement", String(_KEY), primary_key=True),
    Column("origin", String(16), primary_key=True),
    Column("grade", String(16), primary_key=True),
    Column("permitted", Integer, nullable=False),
    Column("refused", Integer, nullable=False),
    Column("last_at", Instant(), nullable=False),
    Column("last_sequence", BigInteger, nullable=False),
)
breaches: Final = Table(
    "promises_breaches",
    metadata,
    Column("organisation", String(_ORGANISATION), primary_key=True),
    Column("statement", String(_KEY), primary_key=True),
    Column("sequence", BigInteger, primary_key=True),
    Column("what", String(_KEY), nullable=False),
    Column("found_at", Instant(), nullable=False),
    Column("grade", String(16), nullable=False),
    Column("origin", String(16), nullable=False),
    Column("mended_at", Instant()),
)
selftests: Final = Table(
    "promises_selftests",
    metadata,
    Column("organisation", String(_ORGANISATION), primary_key=True),
    Column("statement", String(_KEY), primary_key=True),
    Column("passed", Boolean, nullable=False),
    Column("at", Instant(), nullable=False),
    Column("sequence", BigInteger, nullable=False),
)
looks: Final = Table(
    "promises_looks",
    metadata,
    Column("organisation", String(_ORGANISATION), primary_key=True),
    Column("probe", String(_KEY), primary_key=True),
    Column("statement", String(_KEY), primary_key=True),
    Column("passed", Boolean, nullable=False),
    Column("at", Instant(), nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("origin", String(16), nullable=False),
)

shown: Final = Table(
    "promises_shown",
    metadata,
    Column("organisation", String(_ORGANISATION), primary_key=True),
    Column("statement", String(_KEY), primary_key=True),
    Column("item", Integer, primary_key=True, autoincrement=False),
    Column("passed", Boolean, nullable=False),
    Column("at", Instant(), nullable=False),
    Column("until", Instant()),
    Column("heads", Integer),
    Column("grade", String(16), nullable=False),
    Column("origin", String(16), nullable=False),
    Column("sequence", BigInteger, nullable=False),
)


def evidence_of(connection: Connection, organisation: str) -> dict[str, Evidence]:
    """Everything known about every statement of an organisation, by statement key."""
    found: dict[str, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for table, read in (
        (
            tallies,
            lambda r: Tally(r.origin, Grade(r.grade), r.permitted, r.refused, r.last_at, r.last_sequence),
        ),
        (breaches, lambda r: Breach(r.what, r.found_at, r.sequence, Grade(r.grade), r.origin, r.mended_at)),
        (selftests, lambda r: SelfTest(r.passed, r.at, r.sequence)),
        (looks, lambda r: Look(r.probe, r.passed, r.at, r.sequence, r.origin)),
        (shown, _item),
    ):
        query = select(table).where(table.c.organisation == organisation).order_by(*table.primary_key)
        for row in connection.execute(query):
            found[row.statement][table.name].append(read(row))
    return {
        statement: Evidence(
            tuple(rows["promises_tallies"]),
            tuple(rows["promises_breaches"]),
            next(iter(rows["promises_selftests"]), None),
            tuple(rows["promises_looks"]),
            tuple(rows["promises_shown"]),
        )
        for statement, rows in found.items()
    }


def _item(row: Any) -> ItemShown:
    said = Shown(row.item, row.passed, row.at, row.until, row.heads)
    return ItemShown(said, Grade(row.grade), row.origin, row.sequence)


def put_shown(connection: Connection, event: Event, statement: str, one: Shown) -> None:
    """Put the last word on an item in place of the one before."""
    mine = and_(
        shown.c.organisation == event.organisation, shown.c.statement == statement, shown.c.item == one.item
    )
    values: dict[str, Any] = {
        "passed": one.passed, "at": one.at, "until": one.until, "heads": one.heads,
        "grade": grade_of(event).value, "origin": event.origin.value, "sequence": event.sequence,
    }  # fmt: skip
    if not connection.execute(update(shown).where(mine).values(**values)).rowcount:
        key = {"organisation": event.organisation, "statement": statement, "item": one.item}
        connection.execute(insert(shown).values(**key, **values))


def probes_of(connection: Connection, organisation: str) -> list[Look]:
    """The last look of every probe, the newest first."""
    query = select(looks).where(looks.c.organisation == organisation).order_by(looks.c.sequence.desc())
    latest: dict[str, Look] = {}
    for row in connection.execute(query):
        latest.setdefault(row.probe, Look(row.probe, row.passed, row.at, row.sequence, row.origin))
    return list(latest.values())


_COUNTED: Final = Fixed(
    update(tallies)
    .where(
        *(
            tallies.c[name] == bindparam(f"of_{name}")
            for name in ("organisation", "statement", "origin", "grade")
        )
    )
    .values(
        permitted=tallies.c.permitted + bindparam("permits"),
        refused=tallies.c.refused + bindparam("refusals"),
        last_at=bindparam("at"),
        last_sequence=bindparam("sequence"),
    )
)


def count(connection: Connection, event: Event, statement: str, permitted: int, refused: int) -> None:
    """Count what an event says was permitted and refused under a statement."""
    key = {
        "organisation": event.organisation,
        "statement": statement,
        "origin": event.origin.value,
        "grade": grade_of(event).value,
    }
    happened = {"at": event.occurred_at, "sequence": event.sequence}
    told: dict[str, Any] = {"permits": permitted, "refusals": refused, **happened}
    changed = _COUNTED.change(connection, **told, **{f"of_{name}": value for name, value in key.items()})
    if not changed:
        row = {
            "permitted": permitted,
            "refused": refused,
            "last_at": event.occurred_at,
            "last_sequence": event.sequence,
        }
        connection.execute(insert(tallies), key | row)


def put(
    connection: Connection, table: Table, event: Event, statement: str, probe: str = "", **values: Any
) -> None:
    """Put a row of a self-test or look in place of the one before."""
    key = {"organisation": event.organisation, "statement": statement} | ({"probe": probe} if probe else {})
    where = and_(*(table.c[name] == value for name, value in key.items()))
    values["sequence"] = event.sequence
    if not connection.execute(update(table).where(where).values(**values)).rowcount:
        connection.execute(insert(table).values(**key, **values))


def open_breach(connection: Connection, event: Event, statement: str, what: str, grade: Grade) -> None:
    """Open a breach of a statement."""
    connection.execute(
        insert(breaches).values(
            organisation=event.organisation,
            statement=statement,
            sequence=event.sequence,
            what=what,
            found_at=event.occurred_at,
            grade=grade.value,
            origin=event.origin.value,
            mended_at=None,
        )
    )


def _of_probe(event: Event, statement: str, probe: str | None) -> Any:
    wanted = [
        breaches.c.organisation == event.organisation,
        breaches.c.statement == statement,
        breaches.c.mended_at.is_(None),
    ]
    return and_(*wanted, *([breaches.c.what == probe] if probe is not None else []))


def is_open(connection: Connection, event: Event, statement: str, probe: str) -> bool:
    """Whether a breach that this probe found is open."""
    query = select(breaches.c.sequence).where(_of_probe(event, statement, probe)).limit(1)
    return connection.execute(query).first() is not None


def mend(connection: Connection, event: Event, statement: str, probe: str | None) -> None:
    """Mark the open breaches of a statement as mended: those one probe found, or (None) all."""
    connection.execute(
        update(breaches).where(_of_probe(event, statement, probe)).values(mended_at=event.occurred_at)
    )
