"""The hot routes of the vault: writing and reading sealed fields. Requests that come at the same time share one look, one
batch of keys and one commit; each is answered once what it did is on disk."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final, TypeVar
from weakref import WeakKeyDictionary

from troth.access import Access, Asked, Outcome, Put, Told, Wrote
from troth.app.hosting import Hosted
from troth.app.keys import ApiKey
from troth.kernel.errors import CallerError
from troth.ledger import Origin
from troth.web.api.batches import Batches
from troth.web.api.hot import HotRoute, written

T = TypeVar("T")
R = TypeVar("R")
MOST_FIELDS: Final = 200
LONGEST: Final = 200
LONGEST_VALUE: Final = 65_536


class NotReadable(CallerError):
    """The body is no request to write or read sealed fields."""


class SealedRoutes:
    """Writing and reading, with a batch for each organisation and origin."""

    def __init__(self) -> None:
        self._writes: WeakKeyDictionary[Access, dict[Origin, Batches[Put, Wrote]]] = WeakKeyDictionary()
        self._reads: WeakKeyDictionary[Access, dict[Origin, Batches[Asked, tuple[Told, ...]]]] = (
            WeakKeyDictionary()
        )

    def routes(self) -> dict[str, HotRoute]:
        """The routes by what stands after the organisation."""
        return {
            "vault/write": HotRoute("vault:write", self.write),
            "vault/read": HotRoute("vault:read", self.read),
        }

    async def write(self, hosted: Hosted, key: ApiKey, body: bytes) -> bytes:
        """Keep values of one person."""
        put, access = put_of(body), hosted.organisation.access
        wrote = await _batches(self._writes, access, key.origin, access.write).ask(put)
        return written(wrote_json(wrote)).encode()

    async def read(self, hosted: Hosted, key: ApiKey, body: bytes) -> bytes:
        """Read fields of one person."""
        asked, access = asked_of(body), hosted.organisation.access
        told = await _batches(self._reads, access, key.origin, access.read).ask(asked)
        return written(told_json(asked.subject, told)).encode()


def _batches(
    held: WeakKeyDictionary[Access, dict[Origin, Batches[T, R]]],
    access: Access,
    origin: Origin,
    serve: Callable[..., Sequence[R | Exception]],
) -> Batches[T, R]:
    mine = held.setdefault(access, {})
    found = mine.get(origin)
    if found is None:
        found = mine[origin] = Batches(partial(serve, origin=origin))
    return found


def wrote_json(wrote: Wrote) -> dict[str, Any]:
    """At which version each field stands, as plain values."""
    return {"subject": wrote.subject, "versions": dict(wrote.versions)}


def told_json(subject: str, told: Sequence[Told]) -> dict[str, Any]:
    """What is told about each field, as plain values."""
    return {"subject": subject, "cells": {one.field: _cell_json(one) for one in told}}


def _cell_json(told: Told) -> dict[str, Any]:
    if told.outcome is Outcome.READ:
        return {"outcome": "read", "value": told.value}
    if told.outcome is Outcome.REFUSED:
        return {"outcome": "refused", "reason": told.reason, "missing": [list(way) for way in told.missing]}
    return {"outcome": told.outcome.value}


def put_of(body: bytes) -> Put:
    """The values a body asks to keep. Raises NotReadable."""
    plain = _plain(body, {"subject", "values"})
    subject, values = plain.get("subject"), plain.get("values")
    if (
        not isinstance(subject, str)
        or not _word(subject)
        or not isinstance(values, dict)
        or not 0 < len(values) <= MOST_FIELDS
    ):
        raise NotReadable("A write names a subject and, in `values`, each field with its value.")
    for name, value in values.items():
        if not _word(name) or not isinstance(value, str) or len(value) > LONGEST_VALUE:
            raise NotReadable(f"Each value is a text of at most {LONGEST_VALUE:,} signs.")
    return Put(subject, values)


def asked_of(body: bytes) -> Asked:
    """The read a body asks for. Raises NotReadable."""
    plain = _plain(body, {"subject", "fields", "token"})
    subject, fields, token = plain.get("subject"), plain.get("fields"), plain.get("token", "")
    if not isinstance(fields, list) or not 0 < len(fields) <= MOST_FIELDS or not all(map(_word, fields)):
        raise NotReadable("A read names the fields it wants.")
    if (
        not isinstance(subject, str)
        or not _word(subject)
        or not isinstance(token, str)
        or len(token) > LONGEST
    ):
        raise NotReadable("A read names a subject, its fields, and the access token of whoever reads.")
    return Asked(token, subject, tuple(dict.fromkeys(fields)))


def _plain(body: bytes, known: set[str]) -> Mapping[str, Any]:
    try:
        plain: Any = json.loads(body)
    except (ValueError, RecursionError):
        raise NotReadable("The request is not JSON.", "Send an object.") from None
    if not isinstance(plain, dict) or not plain.keys() <= known:
        raise NotReadable(
            "The request has fields that are not known here.", f"Known: {', '.join(sorted(known))}."
        )
    return plain


def _word(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST and value.isprintable()
