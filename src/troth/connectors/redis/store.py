"""Redis and what speaks like it: a table is the keys that fit a pattern of the map; `session:{id}` gives a column `id`.

All changes of a session are one transaction that is not carried out where somebody else wrote one of its keys meanwhile. What
went stays in the server's dump and log until it writes these anew: `SCRUBS` is not declared.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any, Final

from troth.connectors.patterns import claimed, is_pattern, placeholders, values_in
from troth.connectors.redis.shapes import KEY, SHAPES, Held, raw, text
from troth.connectors.rows import batches
from troth.connectors.scanning import Absent, Pending, Scanned, ScanReading, ScanWriting
from troth.datamap.connector import Ability, Condition
from troth.datamap.errors import StoreRefused, StoreUnreachable
from troth.datamap.schema import Column, Kind, Schema, Table

LOOKED_AT: Final = 100_000
"""How many names of keys a description looks at."""
SAMPLED: Final = 200
"""And into how many keys of each table."""
PATIENCE: Final = 10.0
"""Seconds until a server that says nothing is away."""
_WORD: Final = re.compile(r"[a-z][a-z_-]{0,40}")
_GLOB: Final = re.compile(r"([*?\[\]\\])")


class RedisConnector(Scanned):
    """One database of one server. Needs the client `redis`, which the extra `stores` brings."""

    def __init__(
        self,
        system: str,
        url: str,
        secret: tuple[str, str] | None = None,
        *,
        writable: bool = True,
        tables: Sequence[str] = (),
    ) -> None:
        super().__init__(system, writable, tables)
        redis = _client()
        options = {"username": secret[0], "password": secret[1]} if secret else {}
        try:
            self._redis = redis.Redis.from_url(
                url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE, **options
            )
        except ValueError:
            raise StoreUnreachable(
                f"{system}: this is no address of a Redis.", "Write redis://HOST:PORT/NUMBER."
            ) from None

    @property
    def abilities(self) -> frozenset[Ability]:
        """Reading, documents in texts, and where it was opened for that writing, all of a session together."""
        able = {Ability.READ, Ability.DOCUMENTS}
        return frozenset(able | {Ability.WRITE, Ability.TRANSACTION} if self._writable else able)

    def describe(self) -> Schema:
        """The patterns of the map, and for keys that none of them claims, one table by their first word."""
        found: dict[str, list[bytes]] = {name: [] for name in self._named if is_pattern(name)}
        with translated(self._system):
            for key in islice(self._redis.scan_iter(count=1000), LOOKED_AT):
                name = text(key)
                found.setdefault(claimed(name, self._named) or _strange(name), []).append(key)
            keys = _Keys(self._system, self._redis)
            return Schema(
                tuple(_table(name, keys.held(some[:SAMPLED])) for name, some in sorted(found.items()))
            )

    @contextmanager
    def reading(self) -> Iterator[ScanReading[_Keys]]:
        """A session; what others write meanwhile is seen."""
        with translated(self._system):
            yield ScanReading(self._system, _Keys(self._system, self._redis))

    @contextmanager
    def writing(self) -> Iterator[RedisWriting]:
        """A session that sees what it changed, carried out in one transaction when it ends well."""
        self._able()
        with translated(self._system):
            session = RedisWriting(self._system, _Keys(self._system, self._redis))
            yield session
            session.carry_out()

    def close(self) -> None:
        """Close every connection."""
        self._redis.close()


def _client() -> Any:
    try:
        import redis
    except ImportError:
        raise StoreUnreachable(
            "Redis cannot be spoken to here: its client is not installed.", "Install troth[stores]."
        ) from None
    return redis


def _strange(name: str) -> str:
    """A table for keys that nobody mapped. Their names may hold somebody's data: all but a plain first word is left out."""
    first, colon, _ = name.partition(":")
    return f"{first}:**" if colon and _WORD.fullmatch(first) else "**"


def _table(name: str, held: Iterable[Held]) -> Table:
    columns = {KEY: Column(KEY, Kind.TEXT, nullable=False)}
    columns |= {one: Column(one, Kind.TEXT, nullable=False) for one in placeholders(name)}
    keys: set[tuple[str, ...]] = set()
    for one in held:
        keys.add(one.shape.key)
        for field in (field for row in one.rows for field in row):
            columns.setdefault(field, Column(field, Kind.TEXT))
    return Table(name, tuple(columns.values()), key=max(keys, key=len, default=(KEY,)), sampled=True)


class _Keys:
    """What lies under keys."""

    def __init__(self, system: str, client: Any) -> None:
        self._system = system
        self._redis = client

    def rows(self, table: str, names: Sequence[str], condition: Condition | None) -> Iterator[dict[str, Any]]:
        """The rows of a table, looked up by name where the condition says which names there can be."""
        if not is_pattern(table) and not self._redis.exists(raw(table)):
            raise StoreRefused(
                f"{self._system} has no key '{table}'.", "Check the map against the store.", table=table
            )
        for held in self.held(self._names(table, condition)):
            given = self.given(table, held.key)
            for row in held.rows if given is not None else ():
                yield Absent({**row, **(given or {})})

    def held(self, keys: Iterable[bytes]) -> Iterator[Held]:
        """What lies under each key, many asked for at once."""
        for some in batches(dict.fromkeys(keys)):
            kinds = self._queue()
            for key in some:
                kinds.type(key)
            there = [
                (k, SHAPES[kind]) for k, kind in zip(some, kinds.execute(), strict=True) if kind in SHAPES
            ]
            asked = self._queue()
            for key, shape in there:
                shape.ask(asked, key)
            for (key, shape), answer in zip(there, asked.execute(), strict=True):
                yield Held(key, shape, tuple(shape.rows(answer)))

    @staticmethod
    def given(table: str, key: bytes) -> dict[str, str] | None:
        """What the name of a key says of its rows; None where it does not belong to the table."""
        name = text(key)
        found = values_in(table, name)
        return None if found is None else {KEY: name, **found}

    def transaction(self) -> Any:
        """A queue of commands that are carried out together."""
        return self._redis.pipeline(transaction=True)

    def _queue(self) -> Any:
        return self._redis.pipeline(transaction=False)

    def _names(self, table: str, condition: Condition | None) -> Iterator[bytes]:
        if not is_pattern(table):
            yield raw(table)
            return
        for glob, exact in self._globs(table, condition):
            if exact:
                yield raw(glob)
            else:
                yield from self._redis.scan_iter(match=raw(glob), count=1000)

    @staticmethod
    def _globs(table: str, condition: Condition | None) -> Iterator[tuple[str, bool]]:
        """Names, or globs of the server for them: one for each value of the condition where it speaks of names at all."""
        named = placeholders(table)
        asked = condition.fields if condition is not None and not condition.folded else ()
        if condition is not None and KEY in asked:
            at = asked.index(KEY)
            yield from dict.fromkeys((str(values[at]), True) for values in condition.values)
            return
        if condition is None or not set(asked) & set(named):
            yield _glob(table, {}), False
            return
        for values in condition.values:
            known = {n: str(v) for n, v in zip(asked, values, strict=True) if n in named}
            exact = set(known) == set(named) and "*" not in table
            yield (_filled(table, known), True) if exact else (_glob(table, known), False)


def _filled(table: str, known: dict[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda one: known[one[1]], table)


def _glob(table: str, known: dict[str, str]) -> str:
    """A pattern of the map in the server's words."""
    pieces = re.split(r"(\{\w+\}|\*+)", table)
    return "".join(
        _GLOB.sub(r"\\\1", known[piece[1:-1]]) if piece[1:-1] in known
        else "*" if piece.startswith(("{", "*"))
        else _GLOB.sub(r"\\\1", piece)
        for piece in pieces
    )  # fmt: skip


class RedisWriting(ScanWriting[_Keys]):
    """Keeps what is to change, and carries it out at once."""

    def carry_out(self) -> None:
        """One transaction over every key that is touched. Raises StoreRefused where somebody wrote one of them meanwhile."""
        touched = {
            raw(row[KEY]): (table, pending)
            for table, pending in self.pending.items()
            for row in self._source.rows(table, (), _asked(pending))
            if pending.through(row) is not row
        }
        if not touched:
            return
        with self._source.transaction() as pipe:
            pipe.watch(*touched)
            held = list(self._source.held(touched))
            pipe.multi()
            for one in held:
                table, pending = touched[one.key]
                after = [self._becomes(table, pending, one.key, row) for row in one.rows]
                one.shape.write(pipe, one.key, one.rows, after)
            pipe.execute()

    def _becomes(
        self, table: str, pending: Pending, key: bytes, row: dict[str, Any]
    ) -> dict[str, Any] | None:
        given = self._source.given(table, key) or {}
        becomes = pending.through(Absent({**row, **given}))
        if becomes is not None and any(becomes[name] != value for name, value in given.items()):
            raise StoreRefused(
                f"{self._system}: the name of a key cannot be changed.",
                "Let it go: write 'on_erasure: delete'.",
            )
        return None if becomes is None else {n: v for n, v in becomes.items() if n not in given}


def _asked(pending: Pending) -> Condition:
    return Condition(pending.key, tuple(pending.outcomes))


@contextmanager
def translated(system: str) -> Iterator[None]:
    """What a server says, in one sentence of ours: its own words may quote a key."""
    redis = _client()
    try:
        yield
    except redis.WatchError:
        raise StoreRefused(
            f"{system}: a key was written by somebody else meanwhile; nothing was changed.", "Run it again."
        ) from None
    except (redis.AuthenticationError, redis.ConnectionError, redis.TimeoutError) as problem:
        raise StoreUnreachable(
            f"{system} cannot be reached ({type(problem).__name__}).",
            "Look whether it runs, where the map says it is, and whether its credentials still hold.",
            system=system,
        ) from None
    except redis.RedisError as problem:
        raise StoreRefused(
            f"{system} could not do what was asked ({type(problem).__name__}).",
            "Check grants and map.",
            system=system,
        ) from None
