"""The tables of notices: functions of headers. The words stand in the ledger, each once; a row says in which entry."""

from __future__ import annotations

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
    delete,
    func,
    insert,
    select,
    update,
)

from troth.db import Instant, metadata
from troth.notices.model import Counted, Display

texts = Table(
    "notices_texts",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("digest", String(71), nullable=False),
    Column("notice", String(150), nullable=False),
    Column("version", String(71), nullable=False),
    Column("language", String(16), nullable=False),
    Column("sequence", BigInteger, nullable=False),
    PrimaryKeyConstraint("organisation", "digest", "notice", "version"),
)
displays = Table(
    "notices_displays",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("subject", String(64), nullable=False),
    Column("notice", String(150), nullable=False),
    Column("version", String(71), nullable=False),
    Column("language", String(16), nullable=False),
    Column("interface", String(16), nullable=False),
    Column("point", String(150), nullable=False),
    Column("level", String(16), nullable=False),
    Column("rendered", String(71), nullable=False),
    Column("own", Boolean, nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("organisation", "sequence"),
    Index("ix_notices_displays_subject", "organisation", "subject", "notice"),
)
submissions = Table(
    "notices_submissions",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("point", String(150), nullable=False),
    Column("taken", Boolean, nullable=False),
    Column("origin", String(16), nullable=False),
    Column("times", Integer, nullable=False),
    Column("last", Instant, nullable=False),
    PrimaryKeyConstraint("organisation", "point", "taken", "origin"),
)
TABLES: Final = (texts, displays, submissions)


def find_text(connection: Connection, of: str, digest: str, notice: str = "", version: str = "") -> Any:
    """Where words are kept: those shown as this notice in this version, or (none named) as any."""
    query = select(texts).where(texts.c.organisation == of, texts.c.digest == digest)
    if notice:
        query = query.where(texts.c.notice == notice, texts.c.version == version)
    return connection.execute(query.order_by(texts.c.sequence).limit(1)).first()


def put_text(connection: Connection, of: str, row: dict[str, Any]) -> None:
    """Say where words are kept; once is enough."""
    if find_text(connection, of, row["digest"], row["notice"], row["version"]) is None:
        connection.execute(insert(texts), row | {"organisation": of})


def put_display(connection: Connection, of: str, subject: str, one: Display) -> None:
    """Add a display."""
    row: dict[str, Any] = {
        "organisation": of, "sequence": one.sequence, "subject": subject, "notice": one.notice, "version": one.version,
        "language": one.language, "interface": one.interface, "point": one.point, "level": one.level,
        "rendered": one.rendered, "own": one.own, "at": one.at,
    }  # fmt: skip
    connection.execute(insert(displays), row)


def of_person(connection: Connection, of: str, subject: str, notice: str = "") -> list[Display]:
    """What a person was shown, the latest first; of one notice, when it is named."""
    query = select(displays).where(displays.c.organisation == of, displays.c.subject == subject)
    if notice:
        query = query.where(displays.c.notice == notice)
    rows = connection.execute(query.order_by(displays.c.sequence.desc()).limit(500))
    return [
        Display(
            r.sequence, r.notice, r.version, r.language, r.interface, r.point, r.level, r.rendered, bool(r.own), r.at
        )
        for r in rows
    ]  # fmt: skip


def move(connection: Connection, of: str, absorbed: str, kept: str) -> None:
    """Two subjects became one: what was shown to either stands under one pseudonym."""
    mine = (displays.c.organisation == of, displays.c.subject == absorbed)
    connection.execute(update(displays).where(*mine).values(subject=kept))


def drop(connection: Connection, of: str, subject: str) -> None:
    """A person was erased: what they were shown goes."""
    connection.execute(delete(displays).where(displays.c.organisation == of, displays.c.subject == subject))


def count_submission(
    connection: Connection, of: str, point: str, taken: bool, origin: str, at: Any
) -> None:  # fmt: skip
    """One more submission by a form."""
    c = submissions.c
    mine = (c.organisation == of, c.point == point, c.taken == taken, c.origin == origin)
    changed = connection.execute(update(submissions).where(*mine).values(times=c.times + 1, last=at))
    if not changed.rowcount:
        row = {"organisation": of, "point": point, "taken": taken, "origin": origin, "times": 1, "last": at}
        connection.execute(insert(submissions), row)


def counts(connection: Connection, of: str) -> list[Counted]:
    """How often each version of each notice was shown."""
    c = displays.c
    named = (c.notice, c.version, c.language, c.interface, c.level)
    times, last = func.count().label("times"), func.max(c.at).label("last")
    query = select(*named, times, last).where(c.organisation == of).group_by(*named)
    return [
        Counted(r.notice, r.version, r.language, r.interface, r.level, r.times, r.last)
        for r in connection.execute(query.order_by(c.notice, last.desc(), c.language, c.interface))
    ]


def submission_counts(connection: Connection, of: str) -> list[Any]:
    """How often each form's submissions were taken and refused, with the last instant."""
    query = select(submissions).where(submissions.c.organisation == of)
    return list(connection.execute(query.order_by(submissions.c.point, submissions.c.taken.desc())))
