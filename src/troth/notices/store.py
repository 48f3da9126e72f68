"""The tables of notices: functions of headers. The words stand in the ledger, each once; a row says in which entry."""

from __future__ import annotations

from collections.abc import Iterable
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
    delete,
    func,
    insert,
    select,
    update,
)

from troth.db import Instant, metadata
from troth.notices.changed import Revision
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
revisions = Table(
    "notices_changes",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("policy", String(71), nullable=False),
    Column("before", String(71), nullable=False),
    Column("at", Instant, nullable=False),
    Column("since", Instant, nullable=False),
    Column("kinds", String(400), nullable=False),
    PrimaryKeyConstraint("organisation", "sequence"),
)
marks = Table(
    "notices_change_marks",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("change", BigInteger, nullable=False),
    Column("mark", String(180), nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("organisation", "change", "mark"),
)
told = Table(
    "notices_told",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("change", BigInteger, nullable=False),
    Column("subject", String(64), nullable=False),
    Column("channel", String(32), nullable=False),
    Column("state", String(16), nullable=False),
    Column("message", String(64), nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("organisation", "change", "subject", "channel"),
    Index("ix_notices_told_state", "organisation", "state"),
)
leavings = Table(
    "notices_leavings",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("day", String(10), nullable=False),
    Column("destination", String(64), nullable=False),
    PrimaryKeyConstraint("organisation", "day", "destination"),
)
TABLES: Final = (texts, displays, submissions, revisions, marks, told, leavings)


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
    """Two subjects became one: what was shown or told to either stands under one pseudonym; who was told twice was told."""
    mine = (displays.c.organisation == of, displays.c.subject == absorbed)
    connection.execute(update(displays).where(*mine).values(subject=kept))
    theirs = (told.c.organisation == of, told.c.subject == absorbed)
    for row in connection.execute(select(told).where(*theirs)).all():
        values = {name: getattr(row, name) for name in ("change", "channel", "state", "message", "at")}
        found = told_of(connection, of, row.change, row.channel).get(kept)
        if found is None or (row.state, found[0]) == ("told", "queued"):
            put_told(connection, of, kept, values)
    connection.execute(delete(told).where(*theirs))


def drop(connection: Connection, of: str, subject: str) -> None:
    """A person was erased: what they were shown goes."""
    for table in (displays, told):
        connection.execute(delete(table).where(table.c.organisation == of, table.c.subject == subject))


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


def has_leaving(connection: Connection, of: str, day: str, destination: str) -> bool:
    """Whether it is on record for a day that somebody was led to a destination."""
    c = leavings.c
    named = (c.organisation == of, c.day == day, c.destination == destination)
    return connection.execute(select(c.day).where(*named)).first() is not None


def put_leaving(connection: Connection, of: str, day: str, destination: str) -> None:
    """Somebody was led to a destination on a day; once is enough."""
    if not has_leaving(connection, of, day, destination):
        connection.execute(insert(leavings), {"organisation": of, "day": day, "destination": destination})


# --- changes of the policy ---------------------------------------------------------------------------------------------------------


def put_revision(connection: Connection, of: str, one: Revision) -> None:
    """Add a change."""
    row: dict[str, Any] = {
        "organisation": of, "sequence": one.sequence, "policy": one.policy, "before": one.before, "at": one.at,
        "since": one.since, "kinds": " ".join(one.kinds),
    }  # fmt: skip
    connection.execute(insert(revisions), row)


def add_kinds(connection: Connection, of: str, sequence: int, kinds: Iterable[str]) -> None:
    """A change is of other kinds too."""
    mine = (revisions.c.organisation == of, revisions.c.sequence == sequence)
    before = connection.execute(select(revisions.c.kinds).where(*mine)).scalar_one().split()
    after = " ".join(dict.fromkeys((*before, *kinds)))
    connection.execute(update(revisions).where(*mine).values(kinds=after))


def revisions_of(connection: Connection, of: str) -> list[Revision]:
    """Every change, the oldest first."""
    query = select(revisions).where(revisions.c.organisation == of).order_by(revisions.c.sequence)
    return [
        Revision(r.sequence, r.policy, r.before, r.at, r.since, tuple(r.kinds.split()))
        for r in connection.execute(query)
    ]


def put_mark(connection: Connection, of: str, change: int, mark: str, at: datetime) -> None:
    """Say something of a change; once is enough."""
    if mark not in marks_of(connection, of, change):
        connection.execute(insert(marks), {"organisation": of, "change": change, "mark": mark, "at": at})


def marks_of(connection: Connection, of: str, change: int) -> dict[str, datetime]:
    """What was said of a change, and when."""
    query = select(marks.c.mark, marks.c.at).where(marks.c.organisation == of, marks.c.change == change)
    return {row.mark: row.at for row in connection.execute(query)}


def put_told(connection: Connection, of: str, subject: str, values: dict[str, Any]) -> None:
    """Where telling somebody stands, in place of what stood there before."""
    key = {"organisation": of, "subject": subject, "change": values["change"], "channel": values["channel"]}
    mine = [told.c[name] == value for name, value in key.items()]
    rest = {name: value for name, value in values.items() if name not in key}
    if not connection.execute(update(told).where(*mine).values(**rest)).rowcount:
        connection.execute(insert(told), key | rest)


def drop_told(connection: Connection, of: str, subject: str, change: int, channel: str) -> None:
    """Somebody is owed being told again."""
    key = {"organisation": of, "subject": subject, "change": change, "channel": channel}
    connection.execute(delete(told).where(*(told.c[name] == value for name, value in key.items())))


def told_of(connection: Connection, of: str, change: int, channel: str) -> dict[str, tuple[str, datetime]]:
    """Where telling each person of a change by a channel stands, and since when."""
    c = told.c
    query = select(c.subject, c.state, c.at).where(
        c.organisation == of, c.change == change, c.channel == channel
    )
    return {row.subject: (row.state, row.at) for row in connection.execute(query)}


def told_waiting(connection: Connection, of: str) -> list[tuple[int, str, str, str]]:
    """Messages about changes that are on their way: (change, subject, channel, message)."""
    query = select(told).where(told.c.organisation == of, told.c.state == "queued")
    rows = connection.execute(query.order_by(told.c.change, told.c.subject, told.c.channel))
    return [(row.change, row.subject, row.channel, row.message) for row in rows]
