"""What both transports do alike: how a call looks on the wire, what its answer means, and when it is sent again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final, TypeVar
from urllib.parse import quote

from troth.client.call import Call, Plain
from troth.client.errors import Away, Problem
from troth.client.keyfile import KeyFile

T = TypeVar("T")
PAUSES: Final = (0.05, 0.2)
"""Seconds before a call is sent again, where that can do no harm."""
PASSING: Final = frozenset({502, 503, 504})
"""Answers that say that another try may find it otherwise."""

NO_KEY: Final = 401


def address_of(keys: KeyFile, call: Call[Any]) -> str:
    """Path and query of a call."""
    return f"/api/v1/{quote(keys.organisation)}/{call.path}"


def headers_of(keys: KeyFile, call: Call[Any]) -> dict[str, str]:
    """The headers of a call; they hold the key and must not be shown."""
    found = {"Authorization": f"Bearer {keys.key}", "Accept": "application/json"}
    if call.body is not None:
        found["Content-Type"] = "application/json"
    return found | ({"Idempotency-Key": call.key} if call.key else {})


def body_of(call: Call[Any]) -> bytes | None:
    """The body of a call."""
    return None if call.body is None else json.dumps(call.body, ensure_ascii=False).encode()


def pauses(call: Call[Any]) -> Iterator[float | None]:
    """After each try, how long to wait for the next; None after the last."""
    if call.again:
        yield from PAUSES
    yield None


def away(problem: BaseException) -> Away:
    """Nobody answered."""
    return Away(f"troth did not answer ({type(problem).__name__}).", "Try again later.")


def answer_of(call: Call[T], status: int, data: bytes) -> T:
    """What came back, as the call reads it. Raises Away, Problem."""
    plain = _plain(data)
    if status >= 500:
        raise Away(f"troth could not answer (status {status}).", "See its own output.")
    if status >= 400:
        raise Problem(status, str(plain.get("title", "")), str(plain.get("detail", "")))
    try:
        return call.read(plain)
    except (KeyError, TypeError, ValueError) as problem:
        raise Away(
            "What came back is no answer of troth.", "See which server stands at its address."
        ) from problem


def _plain(data: bytes) -> Plain:
    try:
        found = json.loads(data or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {"items": found}
