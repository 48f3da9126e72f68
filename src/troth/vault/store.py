"""What is read from the key store and written to it: no key that is not wrapped."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar, cast

from sqlalchemy import Connection, Table, bindparam, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from troth.vault.model import EpochState
from troth.vault.tables import dead_keys, dead_owners, epochs, former_roots, keys, organisations, stores

T = TypeVar("T")
ONE: Final = 1
AT_ONCE: Final = 500
"""How many values one statement names."""


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A data key as it lies in the key store, wrapped."""

    id: bytes
    owner: str
    bucket: str
    epoch: int
    wrapped: bytes


@dataclass(frozen=True, slots=True)
class EpochRow:
    """An epoch as it lies in the key store; `wrapped` is its key under the root key, None once destroyed."""

    number: int
    state: EpochState
    keeper: str
    root: str
    wrapped: bytes | None
    opened_at: datetime
    closed_at: datetime | None
    destroyed_at: datetime | None


# --- the store, and each organisation's generation ---------------------------------------------------------------------


def name_store(connection: Connection, id: str, at: datetime) -> str:
    """The id of this key store, which is this one unless it has one."""
    connection.execute(_or_nothing(connection, stores), {"one": ONE, "id": id, "made_at": at})
    return store_id(connection) or id


def store_id(connection: Connection) -> str | None:
    """The id of this key store; None for one that was never named."""
    return connection.scalar(select(stores.c.id).where(stores.c.one == ONE))


def enter(connection: Connection, organisation: str) -> None:
    """Give an organisation its row, if it has none."""
    row = {"organisation": organisation, "generation": 0}
    connection.execute(_or_nothing(connection, organisations), row)


def hold(connection: Connection, organisation: str, *, alone: bool) -> int:
    """Hold an organisation's row until the transaction ends, alone or beside others who don't; its generation."""
    asked = select(organisations.c.generation).where(organisations.c.organisation == organisation)
    return int(connection.scalar(asked.with_for_update(read=not alone)) or 0)


def generation_of(connection: Connection, organisation: str) -> int:
    """How often anything of an organisation died or changed."""
    asked = select(organisations.c.generation).where(organisations.c.organisation == organisation)
    return int(connection.scalar(asked) or 0)


def turn(connection: Connection, organisation: str) -> int:
    """Let every process see that something died or changed; the new generation. Call it holding the row alone."""
    generation = hold(connection, organisation, alone=True) + 1
    changed = update(organisations).where(organisations.c.organisation == organisation)
    connection.execute(changed.values(generation=generation))
    return generation


# --- epochs ------------------------------------------------------------------------------------------------------------


def epochs_of(connection: Connection, organisation: str) -> list[EpochRow]:
    """Every epoch, oldest first."""
    asked = select(*list(epochs.c)[1:]).where(epochs.c.organisation == organisation).order_by(epochs.c.number)
    return [EpochRow(row[0], EpochState(row[1]), *row[2:]) for row in connection.execute(asked)]


def open_number(connection: Connection, organisation: str) -> int | None:
    """The number of the open epoch."""
    open = epochs.c.state == EpochState.OPEN.value
    return connection.scalar(select(epochs.c.number).where(epochs.c.organisation == organisation, open))


def add_epoch(connection: Connection, organisation: str, row: EpochRow) -> None:
    """Write a new epoch."""
    connection.execute(insert(epochs).values(organisation=organisation, **_epoch_values(row)))


def put_epoch(connection: Connection, organisation: str, row: EpochRow) -> None:
    """Write an epoch as it is now."""
    one = update(epochs).where(epochs.c.organisation == organisation, epochs.c.number == row.number)
    connection.execute(one.values(**_epoch_values(row)))


def _epoch_values(row: EpochRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in EpochRow.__slots__} | {"state": row.state.value}


def count_keys(connection: Connection, organisation: str) -> dict[int, int]:
    """How many data keys are wrapped under each epoch."""
    asked = (
        select(keys.c.epoch, func.count()).where(keys.c.organisation == organisation).group_by(keys.c.epoch)
    )
    return {int(row[0]): int(row[1]) for row in connection.execute(asked)}


def has_keys(connection: Connection, organisation: str, number: int) -> bool:
    """Whether any data key is wrapped under an epoch."""
    asked = select(keys.c.id).where(keys.c.organisation == organisation, keys.c.epoch == number).limit(1)
    return connection.scalar(asked) is not None


def retire_root(connection: Connection, organisation: str, row: EpochRow, at: datetime) -> None:
    """Remember the root key that an epoch was wrapped under until now."""
    connection.execute(
        _or_nothing(connection, former_roots),
        {
            "organisation": organisation,
            "number": row.number,
            "root": row.root,
            "keeper": row.keeper,
            "retired_at": at,
        },
    )


def former_roots_of(connection: Connection, organisation: str) -> dict[int, tuple[tuple[str, str], ...]]:
    """Keeper and name of each root key that an epoch once was wrapped under, by number."""
    table, found = former_roots.c, dict[int, tuple[tuple[str, str], ...]]()
    asked = select(table.number, table.keeper, table.root).where(table.organisation == organisation)
    for number, keeper, root in connection.execute(
        asked.order_by(table.number, table.retired_at, table.root)
    ):
        found[number] = (*found.get(number, ()), (keeper, root))
    return found


# --- data keys ---------------------------------------------------------------------------------------------------------

_KEY: Final = (keys.c.id, keys.c.owner, keys.c.bucket, keys.c.epoch, keys.c.wrapped)
_OF: Final = keys.c.organisation == bindparam("of")
_BY_OWNER: Final = select(*_KEY).where(
    _OF, keys.c.bucket == bindparam("bucket"), keys.c.owner.in_(bindparam("owners", expanding=True))
)
_BY_ID: Final = select(*_KEY).where(_OF, keys.c.id.in_(bindparam("ids", expanding=True)))
_CHUNK: Final = (
    select(keys.c.id, keys.c.owner, keys.c.bucket, keys.c.wrapped)
    .where(_OF, keys.c.epoch == bindparam("number"), keys.c.id > bindparam("after"))
    .order_by(keys.c.id)
    .limit(bindparam("most"))
)
# A change of epochs writes every key there is, so these two are what each database does fastest.
_REWRAPPED: Final = {
    "sqlite": "UPDATE keystore_keys SET wrapped = ?, epoch = ? WHERE id = ? AND epoch = ? AND organisation = ?",
    "postgresql": (
        "UPDATE keystore_keys SET wrapped = now.wrapped, epoch = %s "
        "FROM unnest(%s::bytea[], %s::bytea[]) AS now (id, wrapped) "
        "WHERE keystore_keys.id = now.id AND epoch = %s AND organisation = %s"
    ),
}


def keys_of(connection: Connection, organisation: str, owners: Collection[str], bucket: str) -> list[KeyRow]:
    """The data keys of owners for one bucket; whoever has none is left out."""
    return [
        KeyRow(*row)
        for some in chunks(sorted(owners))
        for row in connection.execute(_BY_OWNER, {"of": organisation, "bucket": bucket, "owners": some})
    ]


def keys_with(connection: Connection, organisation: str, ids: Collection[bytes]) -> list[KeyRow]:
    """The data keys with these ids; what does not live is left out."""
    return [
        KeyRow(*row)
        for some in chunks(sorted(ids))
        for row in connection.execute(_BY_ID, {"of": organisation, "ids": some})
    ]


def buckets_of(connection: Connection, organisation: str, owner: str) -> list[str]:
    """The buckets for which an owner has a data key."""
    asked = select(keys.c.bucket).where(keys.c.organisation == organisation, keys.c.owner == owner)
    return list(connection.scalars(asked))


def add_keys(connection: Connection, organisation: str, rows: Sequence[KeyRow]) -> bool:
    """Write new data keys; where an owner already has one for the bucket, that one stays. Whether all were written."""
    if not rows:
        return True
    values = [
        {
            "organisation": organisation, "id": row.id, "owner": row.owner, "bucket": row.bucket,
            "epoch": row.epoch, "wrapped": row.wrapped,
        }
        for row in rows
    ]  # fmt: skip
    return connection.execute(_or_nothing(connection, keys), values).rowcount == len(rows)


def chunk_of(
    connection: Connection, organisation: str, number: int, after: bytes, most: int
) -> Sequence[tuple[bytes, str, str, bytes]]:
    """Id, owner, bucket and wrapped key of the next data keys of an epoch, in the order of their ids."""
    asked = {"of": organisation, "number": number, "after": after, "most": most}
    return cast("Sequence[tuple[bytes, str, str, bytes]]", connection.execute(_CHUNK, asked).all())


def rewrap(
    connection: Connection,
    organisation: str,
    old: int,
    new: int,
    ids: Sequence[bytes],
    wrapped: Sequence[bytes],
) -> None:
    """Write data keys of an old epoch as wrapped under a new one; one that was destroyed meanwhile stays destroyed."""
    statement = _REWRAPPED[connection.dialect.name]
    if connection.dialect.name == "sqlite":
        rows = [(one, new, id, old, organisation) for id, one in zip(ids, wrapped, strict=True)]
        connection.exec_driver_sql(statement, rows)
    else:
        connection.exec_driver_sql(statement, (new, list(ids), list(wrapped), old, organisation))


# --- dying -------------------------------------------------------------------------------------------------------------


def living(
    connection: Connection, organisation: str, owners: Collection[str]
) -> Iterator[tuple[str, str, bytes]]:
    """Owner, bucket and id of each data key these owners have."""
    table = keys.c
    for some in chunks(sorted(owners)):
        asked = select(table.owner, table.bucket, table.id)
        yield from map(
            tuple, connection.execute(asked.where(table.organisation == organisation, table.owner.in_(some)))
        )


def kill(connection: Connection, organisation: str, ids: Sequence[bytes], generation: int) -> None:
    """Take data keys away, and remember that they died in this generation."""
    for some in chunks(ids):
        connection.execute(delete(keys).where(keys.c.organisation == organisation, keys.c.id.in_(some)))
        rows = [{"organisation": organisation, "id": id, "generation": generation} for id in some]
        connection.execute(_or_nothing(connection, dead_keys), rows)


def bury(connection: Connection, organisation: str, owners: Collection[str], at: datetime) -> None:
    """Remember that these owners get no further key."""
    rows = [{"organisation": organisation, "owner": owner, "destroyed_at": at} for owner in sorted(owners)]
    if rows:
        connection.execute(_or_nothing(connection, dead_owners), rows)


def buried(connection: Connection, organisation: str, owners: Collection[str]) -> frozenset[str]:
    """Those of the owners that get no further key."""
    table, found = dead_owners.c, set[str]()
    for some in chunks(sorted(owners)):
        asked = select(table.owner).where(table.organisation == organisation, table.owner.in_(some))
        found.update(connection.scalars(asked))
    return frozenset(found)


def dead(connection: Connection, organisation: str, ids: Collection[bytes]) -> frozenset[bytes]:
    """Those of the key ids that died."""
    table, found = dead_keys.c, set[bytes]()
    for some in chunks(sorted(ids)):
        asked = select(table.id).where(table.organisation == organisation, table.id.in_(some))
        found.update(connection.scalars(asked))
    return frozenset(found)


def died_since(connection: Connection, organisation: str, generation: int) -> list[bytes]:
    """The ids of the keys that died after a generation."""
    table = dead_keys.c
    asked = select(table.id).where(table.organisation == organisation, table.generation > generation)
    return list(connection.scalars(asked))


def chunks(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """The values, as many at a time as one statement names."""
    return (values[at : at + AT_ONCE] for at in range(0, len(values), AT_ONCE))


def _or_nothing(connection: Connection, table: Table) -> Any:
    made: Mapping[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
    return made[connection.dialect.name](table).on_conflict_do_nothing()
