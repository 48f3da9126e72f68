"""Names and addresses of accounts: kept sealed under the person's key, found by a blind index, shown to their owner alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from troth.accounts import store
from troth.accounts.desk import Desk, cell
from troth.accounts.errors import NameTaken
from troth.accounts.model import Account, Address
from troth.accounts.tables import names

ADDRESSES = ("email", "phone")


@dataclass(frozen=True, slots=True)
class Named:
    """A name or address of an account, opened for its owner."""

    id: str
    kind: str
    value: str = field(repr=False)
    since: datetime


def keep(desk: Desk, connection: Connection, account: Account, kind: str, value: str, at: datetime) -> str:
    """Let a name lead to an account; the id under which it is kept. Raises NameTaken, KeyDestroyed."""
    if desk.found(connection, kind, value) is not None:
        raise taken(kind)
    id = desk.id("nam")
    store.put(
        connection, names, organisation=desk.organisation, kind=kind, blind=desk.blinds(kind, value)[-1], name=id,
        account=account.id, subject=account.subject, sealed=desk.seal(account.subject, cell(id), value), since=at,
    )  # fmt: skip
    return id


def taken(kind: str) -> NameTaken:
    """The refusal, for whoever proved an address."""
    if kind == "name":
        return NameTaken("Another account bears this name.", "Choose another name.", kind=kind)
    return NameTaken("An account stands at this address already.", "Sign in, or recover it.", kind=kind)


def opened(desk: Desk, connection: Connection, account: Account) -> list[Named]:
    """What an account is called and where it is written to, oldest first; what cannot be opened any more is left out."""
    rows = store.names_of(connection, desk.organisation, account.id)
    plain = desk.keys.open_many([(row.subject, cell(row.name), row.sealed) for row in rows])
    return [
        Named(row.name, row.kind, text.decode(), row.since)
        for row, text in zip(rows, plain, strict=True)
        if text is not None
    ]


def addresses_of(desk: Desk, connection: Connection, account: Account) -> list[Address]:
    """Where the owner of an account can be written to, oldest first."""
    return [
        Address(one.kind, one.value) for one in opened(desk, connection, account) if one.kind in ADDRESSES
    ]
