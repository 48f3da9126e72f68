"""The tables of subjects: functions of headers, but for ids and identities, which payloads feed and which go with them."""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Index,
    PrimaryKeyConstraint,
    String,
    Table,
    and_,
    bindparam,
    delete,
    false,
    insert,
    not_,
    select,
    update,
)

from troth.db import Fixed, Instant, metadata
from troth.policy.facts import Fact
from troth.subjects.model import Known, PersonState, Standing

people = Table(
    "subjects_people",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("root", String(64), nullable=False),
    Column("id", String(64), nullable=True),
    Column("erased", Boolean, nullable=False, server_default=false()),
    PrimaryKeyConstraint("organisation", "subject"),
    Index("ix_subjects_people_root", "organisation", "root"),
)
facts = Table(
    "subjects_facts",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("fact", String(160), nullable=False),
    Column("standing", String(16), nullable=False),
    Column("since", Instant, nullable=False),
    Column("policy", String(71), nullable=False),
    Column("version", String(71), nullable=False),
    Column("language", String(16), nullable=False),
    Column("rendered", String(160), nullable=False),
    PrimaryKeyConstraint("organisation", "subject", "fact"),
)
bound = Table(
    "subjects_bound",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("policy", String(71), nullable=False),
    PrimaryKeyConstraint("organisation", "subject", "policy"),
)
identities = Table(
    "subjects_identities",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("subject", String(64), nullable=False),
    PrimaryKeyConstraint("organisation", "digest"),
    Index("ix_subjects_identities_subject", "organisation", "subject"),
)

_ROOT: Final = select(people.c.root).where(
    people.c.organisation == bindparam("of"), people.c.subject == bindparam("who")
)
ROOTED: Final = _ROOT.scalar_subquery()
"""The root of the person `who` of the organisation `of`, inside a statement of a room above."""
_STANDS: Final = Fixed(
    select(people.c.root, people.c.erased).where(
        people.c.organisation == bindparam("of"), people.c.subject == bindparam("who")
    )
)
_ROOTS: Final = select(people.c.subject, people.c.root).where(
    people.c.organisation == bindparam("of"),
    people.c.subject.in_(bindparam("whom", expanding=True)),
    not_(people.c.erased),
)
_MATES: Final = select(people.c.root, people.c.subject).where(
    people.c.organisation == bindparam("of"), people.c.root.in_(bindparam("whom", expanding=True))
)
_FACTS: Final = select(facts).where(
    facts.c.organisation == bindparam("of"), facts.c.subject == bindparam("who")
)
_BOUND: Final = select(bound.c.policy).where(
    bound.c.organisation == bindparam("of"), bound.c.subject == bindparam("who")
)


def root(connection: Connection, organisation: str, subject: str) -> str | None:
    """The pseudonym under which a person's state stands; None when there is no such subject."""
    found: str | None = connection.execute(_ROOT, {"of": organisation, "who": subject}).scalar_one_or_none()
    return found


def stands(connection: Connection, organisation: str, subject: str) -> tuple[str, bool] | None:
    """The pseudonym under which a person's state stands, and whether the person was erased."""
    for root, erased in _STANDS.rows(connection, of=organisation, who=subject):
        return root, bool(erased)
    return None


def erase(connection: Connection, organisation: str, subject: str) -> None:
    """Let nothing be left of a pseudonym, and of the state under it, but that it was erased."""
    for table, column in (
        (identities, identities.c.subject),
        (facts, facts.c.subject),
        (bound, bound.c.subject),
    ):
        connection.execute(delete(table).where(table.c.organisation == organisation, column == subject))
    mine = and_(people.c.organisation == organisation, people.c.subject == subject)
    connection.execute(update(people).where(mine).values(id=None, erased=True))


def bound_to(
    connection: Connection, organisation: str, policies: Iterable[str], after: str, limit: int
) -> tuple[str, ...]:
    """The pseudonyms bound to one of these versions, in order, those after one left out."""
    query = select(bound.c.subject).where(
        bound.c.organisation == organisation, bound.c.policy.in_(tuple(policies)), bound.c.subject > after
    )
    return tuple(connection.execute(query.distinct().order_by(bound.c.subject).limit(limit)).scalars())


def group(connection: Connection, organisation: str, root: str) -> tuple[str, ...]:
    """Every pseudonym whose state stands under this one, itself included."""
    query = select(people.c.subject).where(people.c.organisation == organisation, people.c.root == root)
    return tuple(sorted(connection.execute(query).scalars()))


def groups(connection: Connection, organisation: str, subjects: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """For each of these pseudonyms that is known and not erased, every pseudonym of the same person, the root first."""
    asked = {"of": organisation, "whom": sorted(set(subjects))}
    roots = {row.subject: row.root for row in connection.execute(_ROOTS, asked)}
    mates: dict[str, list[str]] = {}
    for root, other in connection.execute(_MATES, {"of": organisation, "whom": sorted(set(roots.values()))}):
        if other != root:
            mates.setdefault(root, []).append(other)
    return {subject: (root, *sorted(mates.get(root, ()))) for subject, root in roots.items()}


def create(connection: Connection, organisation: str, subject: str, id: str | None) -> None:
    """A new person, known under one pseudonym."""
    connection.execute(
        insert(people), {"organisation": organisation, "subject": subject, "root": subject, "id": id}
    )


def ids_of(connection: Connection, organisation: str, root: str) -> dict[str, str | None]:
    """Every pseudonym whose state stands under this one, and the id behind it as long as that may be known."""
    query = select(people.c.subject, people.c.id).where(
        people.c.organisation == organisation, people.c.root == root
    )
    return {row.subject: row.id for row in connection.execute(query)}


def id_of(connection: Connection, organisation: str, subject: str) -> str | None:
    """The id behind a pseudonym, as long as it may be known."""
    query = select(people.c.id).where(people.c.organisation == organisation, people.c.subject == subject)
    found: str | None = connection.execute(query).scalar_one_or_none()
    return found


def everybody(connection: Connection, organisation: str) -> tuple[str, ...]:
    """The pseudonyms of all persons, those absorbed in a merge or erased left out."""
    query = select(people.c.subject).where(
        people.c.organisation == organisation, people.c.subject == people.c.root, not_(people.c.erased)
    )
    return tuple(sorted(connection.execute(query).scalars()))


def absorb(connection: Connection, organisation: str, kept: str, absorbed: str) -> None:
    """Let everything that stood under one pseudonym stand under another."""
    for table, column in ((people, people.c.root), (identities, identities.c.subject)):
        mine = and_(table.c.organisation == organisation, column == absorbed)
        connection.execute(update(table).where(mine).values({column.name: kept}))


def load(connection: Connection, organisation: str, subject: str) -> PersonState:
    """The state that stands under a pseudonym."""
    who = {"of": organisation, "who": subject}
    known = {Fact.parse(row.fact): _known(row) for row in connection.execute(_FACTS, who)}
    return PersonState(MappingProxyType(known), frozenset(connection.execute(_BOUND, who).scalars()))


def save(
    connection: Connection, organisation: str, subject: str, before: PersonState, after: PersonState
) -> None:
    """Bring the tables from one state to another."""
    gone = [str(f) for f, known in before.facts.items() if after.facts.get(f) != known]
    new = [f for f, known in after.facts.items() if before.facts.get(f) != known]
    mine = {"organisation": organisation, "subject": subject}
    _delete(connection, facts, facts.c.fact, mine, gone)
    if new:
        connection.execute(insert(facts), [mine | _row(f, after.facts[f]) for f in new])
    _delete(connection, bound, bound.c.policy, mine, before.bound - after.bound)
    if after.bound - before.bound:
        connection.execute(insert(bound), [mine | {"policy": p} for p in sorted(after.bound - before.bound)])


def link(connection: Connection, organisation: str, digest: str, kind: str, subject: str) -> None:
    """Let an identity lead to a person."""
    connection.execute(
        insert(identities),
        {"organisation": organisation, "digest": digest, "kind": kind, "subject": subject},
    )


def unlink(connection: Connection, organisation: str, digest: str) -> None:
    """Let an identity lead nowhere."""
    connection.execute(
        delete(identities).where(identities.c.organisation == organisation, identities.c.digest == digest)
    )


def leads_to(connection: Connection, organisation: str, digests: Iterable[str]) -> dict[str, str]:
    """For each digest that is linked, the pseudonym it leads to."""
    query = select(identities.c.digest, identities.c.subject).where(
        identities.c.organisation == organisation, identities.c.digest.in_(tuple(digests))
    )
    return {row.digest: row.subject for row in connection.execute(query)}


def digests_of(connection: Connection, organisation: str, root: str) -> tuple[str, ...]:
    """The keyed digests of the identities that lead to a person."""
    query = select(identities.c.digest).where(
        identities.c.organisation == organisation, identities.c.subject == root
    )
    return tuple(sorted(connection.execute(query).scalars()))


def identities_of(connection: Connection, organisation: str, subject: str) -> tuple[str, ...]:
    """The kinds of identity that lead to a person, one entry each."""
    query = select(identities.c.kind).where(
        identities.c.organisation == organisation, identities.c.subject == subject
    )
    return tuple(sorted(connection.execute(query).scalars()))


def _delete(
    connection: Connection, table: Table, column: Column[Any], mine: dict[str, str], names: Iterable[str]
) -> None:
    gone = tuple(names)
    if gone:
        connection.execute(
            delete(table).where(
                table.c.organisation == mine["organisation"],
                table.c.subject == mine["subject"],
                column.in_(gone),
            )
        )


def _known(row: Any) -> Known:
    return Known(Standing(row.standing), row.since, row.policy, row.version, row.language, row.rendered)


def _row(fact: Fact, known: Known) -> dict[str, Any]:
    return {
        "fact": str(fact),
        "standing": known.standing.value,
        "since": known.since,
        "policy": known.policy,
        "version": known.version,
        "language": known.language,
        "rendered": known.rendered,
    }
