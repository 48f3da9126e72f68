"""What lies under a key as rows, and how a row there is removed or written: one shape for each type of Redis.

A hash is one row with its fields, a string one row with `value`; of a set, a sorted set, a list and a stream each element is a
row. Bytes that are no UTF-8 come out as text that goes back to the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from troth.connectors.documents import written
from troth.datamap.errors import StoreRefused

KEY, VALUE, SCORE, ID = "key", "value", "score", "id"
Row = dict[str, Any]


def text(raw: bytes) -> str:
    """Bytes of the server as text."""
    return raw.decode("utf-8", "surrogateescape")


def raw(value: Any) -> bytes:
    """A value as the server keeps it."""
    said = written(value) if isinstance(value, dict | list) else str(value)
    return said.encode("utf-8", "surrogateescape")


class Shape(Protocol):
    """One type of Redis. `pipe` is a queue of commands of the client."""

    @property
    def key(self) -> tuple[str, ...]:
        """The columns that name a row."""
        ...

    def ask(self, pipe: Any, key: bytes) -> None:
        """Ask for what lies under a key."""
        ...

    def rows(self, answer: Any) -> Iterator[Row]:
        """The answer as rows."""
        ...

    def write(self, pipe: Any, key: bytes, before: Sequence[Row], after: Sequence[Row | None]) -> None:
        """Carry out what becomes of each row: None where it goes."""
        ...


class Hash:
    """One row, with a column for each field; a field that becomes null is removed."""

    key = (KEY,)

    def ask(self, pipe: Any, key: bytes) -> None:
        """Ask for all fields."""
        pipe.hgetall(key)

    def rows(self, answer: Any) -> Iterator[Row]:
        """One row."""
        yield {text(name): text(value) for name, value in answer.items()}

    def write(self, pipe: Any, key: bytes, before: Sequence[Row], after: Sequence[Row | None]) -> None:
        """Only the fields that change."""
        (was,), (becomes,) = before, after
        if becomes is None:
            pipe.unlink(key)
            return
        for name, value in becomes.items():
            if value == was.get(name):
                continue
            if value is None:
                pipe.hdel(key, raw(name))
            else:
                pipe.hset(key, raw(name), raw(value))


class String:
    """One row; when it becomes null its key goes."""

    key = (KEY,)

    def ask(self, pipe: Any, key: bytes) -> None:
        """Ask for the text."""
        pipe.get(key)

    def rows(self, answer: Any) -> Iterator[Row]:
        """One row, unless the key went meanwhile."""
        if answer is not None:
            yield {VALUE: text(answer)}

    def write(self, pipe: Any, key: bytes, before: Sequence[Row], after: Sequence[Row | None]) -> None:
        """How long it is still kept stays."""
        (becomes,) = after
        if becomes is None or becomes[VALUE] is None:
            pipe.unlink(key)
        elif becomes != before[0]:
            pipe.set(key, raw(becomes[VALUE]), keepttl=True)


class Set:
    """A row for each member."""

    key = (KEY, VALUE)

    def ask(self, pipe: Any, key: bytes) -> None:
        """Ask for the members."""
        pipe.smembers(key)

    def rows(self, answer: Any) -> Iterator[Row]:
        """In the order of their bytes."""
        for member in sorted(answer):
            yield {VALUE: text(member)}

    def write(self, pipe: Any, key: bytes, before: Sequence[Row], after: Sequence[Row | None]) -> None:
        """Members are taken out and put in."""
        for was, becomes in zip(before, after, strict=True):
            if becomes == was:
                continue
            pipe.srem(key, raw(was[VALUE]))
            if becomes is not None and becomes[VALUE] is not None:
                pipe.sadd(key, raw(becomes[VALUE]))


class Sorted:
    """A row for each member, with its score."""

    key = (KEY, VALUE)

    def ask(self, pipe: Any, key: bytes) -> None:
        """Ask for members and scores."""
        pipe.zrange(key, 0, -1, withscores=True)

    def rows(self, answer: Any) -> Iterator[Row]:
        """In the order of the scores."""
        for member, score in answer:
            yield {VALUE: text(member), SCORE: score}

    def write(self, pipe: Any, key: bytes, before: Sequence[Row], after: Sequence[Row | None]) -> None:
        """Members are taken out and put in."""
        for was, becomes in zip(before, after, strict=True):
            if becomes == was:
                continue
            pipe.zrem(key, raw(was[VALUE]))
            if becomes is not None and becomes[VALUE] is not None:
                pipe.zadd(key, {raw(becomes[VALUE]): float(becomes[SCORE] or 0)})


class List:
    """A row for each element; those that are the same go together."""

    key = (KEY, VALUE)

    def ask(self, pipe: Any, key: bytes) -> None:
        """Ask for all elements."""
        pipe.lrange(key, 0, -1)

    def rows(self, answer: Any) -> Iterator[Row]:
        """In their order."""
        for element in answer:
            yield {VALUE: text(element)}

    def write(self, pipe: Any, key: bytes, before: Sequence[Row], after: Sequence[Row | None]) -> None:
        """Written where they stand; what goes is taken out by its value."""
        gone = set()
        for at, (was, becomes) in enumerate(zip(before, after, strict=True)):
            if becomes is None or becomes[VALUE] is None:
                gone.add(was[VALUE])
            elif becomes != was:
                pipe.lset(key, at, raw(becomes[VALUE]))
        for value in sorted(gone):
            pipe.lrem(key, 0, raw(value))


class Stream:
    """A row for each entry, with its id; an entry can go, and cannot be written anew."""

    key = (KEY, ID)

    def ask(self, pipe: Any, key: bytes) -> None:
        """Ask for all entries."""
        pipe.xrange(key)

    def rows(self, answer: Any) -> Iterator[Row]:
        """In their order."""
        for id, fields in answer:
            yield {**{text(name): text(value) for name, value in fields.items()}, ID: text(id)}

    def write(self, pipe: Any, key: bytes, before: Sequence[Row], after: Sequence[Row | None]) -> None:
        """Entries go by their id. Raises StoreRefused for anything else."""
        for was, becomes in zip(before, after, strict=True):
            if becomes is None:
                pipe.xdel(key, raw(was[ID]))
            elif becomes != was:
                raise StoreRefused(
                    "An entry of a stream cannot be changed.", "Let it go: write 'on_erasure: delete'."
                )


SHAPES: Final[Mapping[bytes, Shape]] = {
    b"hash": Hash(), b"string": String(), b"set": Set(), b"zset": Sorted(), b"list": List(), b"stream": Stream(),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Held:
    """What lies under one key."""

    key: bytes
    shape: Shape
    rows: tuple[Row, ...]
