"""Who speaks: the same calls for programs that wait and for programs that do not."""

from __future__ import annotations

from typing import Self

from troth.client.accounts import AccountCalls
from troth.client.aio import AsyncConnection
from troth.client.asking import Asking
from troth.client.call import Speaker
from troth.client.carried import CarriedCalls
from troth.client.connection import Connection
from troth.client.enterprise import EnterpriseCalls
from troth.client.mail import MailCalls
from troth.client.minors import MinorCalls
from troth.client.notices import NoticeCalls
from troth.client.people import People
from troth.client.record import Record
from troth.client.requests import RequestCalls


class Calls(
    Asking,
    People,
    Record,
    AccountCalls,
    EnterpriseCalls,
    MailCalls,
    NoticeCalls,
    MinorCalls,
    RequestCalls,
    CarriedCalls,
):
    """Every call there is, described once."""


class Voice(Calls, Speaker):
    """Every call, answered before it returns: a client, one that acts by the contract, or the library in one's own process."""


class Client(Voice, Connection):
    """Speaks for one organisation. Threads may share it; `timeout` is in seconds, after which an answer counts as away."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class AsyncClient(Calls, AsyncConnection):
    """The same for programs that do not wait: every call is awaited. One event loop may share it."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()
