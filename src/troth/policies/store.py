"""The tables of policies: activations (a projection of headers), and documents under the digest of their bytes."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    bindparam,
    insert,
    select,
)

from troth.db import Fixed, Instant, instant_of, metadata
from troth.kernel.canonical import digest_bytes
from troth.policies.model import Version

versions = Table(
    "policies_versions",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("digest", String(71), nullable=False),
    Column("since", Instant, nullable=False),
    PrimaryKeyConstraint("organisation", "sequence"),
)
documents = Table(
    "policies_documents",
    metadata,
    Column("organisation", String(64), nullable=False),
    Column("digest", String(71), nullable=False),
    Column("body", LargeBinary, nullable=False),
    PrimaryKeyConstraint("organisation", "digest"),
)


def keep(connection: Connection, organisation: str, body: bytes) -> str:
    """Keep bytes under their digest, once; the digest."""
    name = digest_bytes(body)
    if document(connection, organisation, name) is None:
        connection.execute(insert(documents), {"organisation": organisation, "digest": name, "body": body})
    return name


def document(connection: Connection, organisation: str, name: str) -> bytes | None:
    """The bytes kept under a digest."""
    found = connection.execute(
        select(documents.c.body).where(documents.c.organisation == organisation, documents.c.digest == name)
    ).scalar_one_or_none()
    return None if found is None else bytes(found)


def activate(connection: Connection, organisation: str, version: Version) -> None:
    """Note an activation."""
    connection.execute(
        insert(versions),
        {
            "organisation": organisation,
            "sequence": version.sequence,
            "digest": version.digest,
            "since": version.since,
        },
    )


_IN_FORCE: Final = (
    select(versions.c.digest, versions.c.since, versions.c.sequence)
    .where(versions.c.organisation == bindparam("of"), versions.c.since <= bindparam("at"))
    .order_by(versions.c.since.desc(), versions.c.sequence.desc())
    .limit(1)
)
_IN_FORCE_NOW: Final = Fixed(_IN_FORCE)
_IN_FORCE_UNTIL: Final = Fixed(_IN_FORCE.where(versions.c.sequence <= bindparam("until")))


def in_force(connection: Connection, organisation: str, at: datetime, until: int | None) -> Version | None:
    """The activation that holds at an instant: the latest to begin, and of several at once the last recorded."""
    if until is None:
        found = _IN_FORCE_NOW.rows(connection, of=organisation, at=at)
    else:
        found = _IN_FORCE_UNTIL.rows(connection, of=organisation, at=at, until=until)
    for digest, since, sequence in found:
        return Version(digest, instant_of(since), sequence)
    return None


def all_versions(connection: Connection, organisation: str) -> tuple[Version, ...]:
    """Every activation in the order it was recorded."""
    rows = connection.execute(
        select(versions).where(versions.c.organisation == organisation).order_by(versions.c.sequence)
    )
    return tuple(Version(row.digest, row.since, row.sequence) for row in rows)
