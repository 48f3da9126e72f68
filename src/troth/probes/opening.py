"""Opening what a probe found, for whoever must mend it: the columns of a row, the headers of a mail; never a value of a person.

Opened read-only, one thing at a time. What a value is can be told by its kind and length; what it says stays where it lies.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.utils import getaddresses
from pathlib import Path
from typing import Any, Final

from sqlalchemy import MetaData, Table, select
from sqlalchemy.exc import SQLAlchemyError

from troth.probes.errors import CannotLook
from troth.probes.model import MASK
from troth.probes.sql import read_only

OPEN_HEADERS: Final = frozenset(
    {
        "auto-submitted", "content-transfer-encoding", "content-type", "date", "list-unsubscribe-post",
        "mime-version", "precedence",
    }
)  # fmt: skip
"""Headers that say how a mail was made and nothing of anybody."""
FROM: Final = frozenset({"from", "sender"})
"""Headers of which the domain may be shown: it is the company's own."""
LARGEST_MAIL: Final = 10_000_000


@dataclass(frozen=True, slots=True)
class Held:
    """One column or header: its name, of which kind its value is, how long, the value where it may be shown, and, for a
    document, the names of its fields."""

    name: str
    kind: str
    """`empty`, `text`, `number`, `document`, `bytes` or `other`."""
    length: int = 0
    shown: str = ""
    fields: tuple[str, ...] = ()


def open_row(place: str, row_of: str, row: object) -> tuple[Held, ...] | None:
    """The columns of one row, its key shown and all else masked; None where the row is gone. Raises CannotLook."""
    name, _, key = row_of.rpartition(".")
    schema, _, bare = name.rpartition(".")
    with read_only(place) as connection:
        try:
            table = Table(bare, MetaData(schema or None), autoload_with=connection)
            found = connection.execute(select(table).where(table.c[key] == row)).mappings().first()
        except (SQLAlchemyError, KeyError) as problem:
            raise CannotLook(f"The table {name} cannot be read.", "It may have been renamed.") from problem
    return None if found is None else tuple(_column(c, v, shown=c == key) for c, v in found.items())


def open_table(place: str, name: str) -> tuple[str, ...]:
    """The names of a table's columns. Raises CannotLook."""
    with read_only(place) as connection:
        try:
            return tuple(column.name for column in Table(name, MetaData(), autoload_with=connection).columns)
        except SQLAlchemyError as problem:
            raise CannotLook(f"The table {name} cannot be read.", "It may have been renamed.") from problem


def open_mail(folder: str, path: str) -> tuple[Held, ...] | None:
    """The headers of one mail of a folder; None where the mail is gone. Raises CannotLook for what is no mail of the folder."""
    room, file = Path(folder).resolve(), (Path(folder) / path).resolve()
    if not file.is_relative_to(room) or file.suffix != ".eml":
        raise CannotLook("This is no mail of that folder.")
    if not file.is_file():
        return None
    if file.stat().st_size > LARGEST_MAIL:
        raise CannotLook("This mail is too large to be opened here.", "Look at the file itself.")
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    return tuple(_header(name, str(value)) for name, value in message.items())


def _column(name: str, value: Any, *, shown: bool) -> Held:
    if value is None or value == "":
        return Held(name, "empty")
    if shown:
        return Held(name, "other", shown=str(value))
    if isinstance(value, (int, float)):
        return Held(name, "number")
    if isinstance(value, bytes):
        return Held(name, "bytes", len(value))
    fields = _fields(value)
    if fields:
        return Held(name, "document", len(fields), fields=fields)
    return Held(name, "text", len(str(value)))


def _fields(value: Any) -> tuple[str, ...]:
    """The names of the fields of a document that lies in one column; none where it is no document."""
    try:
        plain = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return ()
    return tuple(map(str, plain)) if isinstance(plain, dict) else ()


def _header(name: str, value: str) -> Held:
    if name.lower() in OPEN_HEADERS:
        return Held(name, "text", len(value), shown=value)
    if name.lower() in FROM:
        domains = {address.rpartition("@")[2] for _, address in getaddresses([value])}
        return Held(name, "text", len(value), shown=", ".join(f"{MASK}@{one}" for one in sorted(domains)))
    return Held(name, "text", len(value))
