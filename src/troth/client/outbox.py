"""The outbox: what the product is to be told, written down in the company's own database, in the transaction of the company's own rows.

So both are there or neither is. A relay carries each out afterwards, in order, under the idempotency key it was written down with.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from troth.client.borrowed import MYSQL, POSTGRESQL, SQLITE, Borrowed
from troth.client.call import Call, Scribe, nothing
from troth.client.calls import Calls
from troth.kernel.errors import CallerError

KEPT: Final = timedelta(days=6)
"""So long after a first try a second one is safe: the product knows idempotency keys for a week."""
_NUMBER: Final = {
    SQLITE: "INTEGER PRIMARY KEY AUTOINCREMENT",
    POSTGRESQL: "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
    MYSQL: "BIGINT AUTO_INCREMENT PRIMARY KEY",
}
_ANSWERED: Final = frozenset({"use", "release", "subjects"})
"""Calls whose answer somebody waits for."""
_ABOUT: Final = re.compile(r"subjects/([a-z0-9_]+)/")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A call that was written down: its number, about whom, and when it was first tried."""

    number: int
    subject: str
    call: Call[None] = field(repr=False)
    tried: datetime | None

    def overdue(self, at: datetime) -> bool:
        """Whether it was tried so long ago that a product that took it would not know it again."""
        return self.tried is not None and at - self.tried > KEPT


@dataclass(frozen=True, slots=True)
class Aside:
    """A call that was put aside, and why: it is for a person to look at."""

    number: int
    subject: str
    path: str
    why: str


class Outbox:
    """The table. `on(connection)` has every verb of the client, and writes down what it would send."""

    def __init__(self, table: str = "troth_outbox") -> None:
        if not table.isidentifier():
            raise CallerError("The name of a table has letters, digits and underlines.", "Name it so.")
        self._table = table

    def prepare(self, connection: Any) -> None:
        """Make the table unless it is there. Commits nothing."""
        store = Borrowed.of(connection)
        store.run(
            f"CREATE TABLE IF NOT EXISTS {self._table} (number {_NUMBER[store.dialect]}, once VARCHAR(200) NOT NULL, "
            "subject VARCHAR(64) NOT NULL, path VARCHAR(400) NOT NULL, body TEXT NOT NULL, written VARCHAR(40) NOT NULL, "
            "tried VARCHAR(40), aside VARCHAR(400))"
        )

    def on(self, connection: Any) -> Written:
        """Write down within the transaction that is open on this connection."""
        return Written(self, connection)

    def add(self, connection: Any, call: Call[Any]) -> str:
        """Write one call down; the key under which it will be carried out. Raises CallerError for one that has to be answered."""
        if call.harmless or call.path in _ANSWERED:
            raise CallerError("A call that is answered cannot wait in an outbox.", "Make it with the client.")
        key = call.key or secrets.token_hex(16)
        values = key, about(call), call.path, json.dumps(call.body, ensure_ascii=False), _now()
        Borrowed.of(connection).run(
            f"INSERT INTO {self._table} (once, subject, path, body, written) VALUES (?, ?, ?, ?, ?)",  # noqa: S608
            *values,
        )
        return key

    def waiting(self, connection: Any) -> int:
        """How many wait to be carried out."""
        found = Borrowed.of(connection).rows(f"SELECT count(*) FROM {self._table} WHERE aside IS NULL")  # noqa: S608
        return int(found[0][0])

    def aside(self, connection: Any) -> tuple[Aside, ...]:
        """Those that were put aside, in order."""
        asked = (
            f"SELECT number, subject, path, aside FROM {self._table} WHERE aside IS NOT NULL ORDER BY number"  # noqa: S608
        )
        return tuple(Aside(*row) for row in Borrowed.of(connection).rows(asked))

    # -- for the relay ------------------------------------------------------------------------------------------

    def next(self, store: Borrowed, most: int) -> list[Waiting]:
        """Those that were written down first."""
        asked = (
            f"SELECT number, subject, once, path, body, tried FROM {self._table} "  # noqa: S608
            f"WHERE aside IS NULL ORDER BY number LIMIT {most:d}"
        )
        return [_read(row) for row in store.rows(asked)]

    def mark(self, store: Borrowed, listed: Iterable[Waiting]) -> None:
        """Say of those that were never tried that they are now."""
        for one in listed:
            if one.tried is None:
                store.run(f"UPDATE {self._table} SET tried = ? WHERE number = ?", _now(), one.number)  # noqa: S608

    def strike(self, store: Borrowed, one: Waiting) -> None:
        """It was carried out: nothing of it is kept."""
        store.run(f"DELETE FROM {self._table} WHERE number = ?", one.number)  # noqa: S608

    def put_aside(self, store: Borrowed, one: Waiting, why: str) -> None:
        """It cannot be carried out: it is kept for a person, and those after it go on."""
        store.run(f"UPDATE {self._table} SET aside = ? WHERE number = ?", why[:400], one.number)  # noqa: S608


class Written(Calls, Scribe):
    """Every verb of the client, written down instead of carried out; what comes back is the key of the act."""

    def __init__(self, outbox: Outbox, connection: Any) -> None:
        self._outbox = outbox
        self._connection = connection

    def perform(self, call: Call[Any]) -> str:
        """Write it down."""
        return self._outbox.add(self._connection, call)


def about(call: Call[Any]) -> str:
    """About whom a call is; '' where it is about nobody."""
    body = call.body or {}
    named = body.get("subject") or next((act.get("subject") for act in body.get("acts", ())), None)
    found = _ABOUT.match(call.path)
    return str(named or (found[1] if found else ""))


def _read(row: Any) -> Waiting:
    number, subject, key, path, body, tried = row
    call = Call("POST", path, nothing, json.loads(body), key)
    return Waiting(int(number), subject, call, datetime.fromisoformat(tried) if tried else None)


def _now() -> str:
    return datetime.now(UTC).isoformat()
