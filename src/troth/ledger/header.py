"""The canonical header of an entry: the bytes that are the leaf (RFC 8785), written once and never again.

Every text in it is of a form that JSON needs not escape, so it is assembled in the order RFC 8785 sorts its keys;
a test holds it equal to a general canonicaliser.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

from troth.ledger.model import Draft, Event, Origin

ENVELOPE: Final = 1


def write_header(
    draft: Draft,
    organisation: str,
    sequence: int,
    recorded_at: str,
    subject: str | None,
    commitment: str | None,
) -> bytes:
    """The canonical bytes of a header; `subject` is the pseudonym, `recorded_at` as `write_instant` gives it."""
    return (
        f'{{"codes":{_array(draft.codes)},"commitment":{_text(commitment)},"envelope":{ENVELOPE},"kind":"{draft.kind}",'
        f'"occurred_at":"{write_instant(draft.occurred_at)}","organisation":"{organisation}",'
        f'"origin":"{draft.origin}","policy":{_text(draft.policy)},"recorded_at":"{recorded_at}",'
        f'"rule":{_text(draft.rule)},"schema":{draft.schema},"sequence":{sequence},"subject":{_text(subject)}}}'
    ).encode()


def read_header(header: bytes) -> Event:
    """The event its stored header tells, before any upcasting. Raises ValueError when it is no header."""
    try:
        fields: dict[str, Any] = json.loads(header)
        if fields.pop("envelope") != ENVELOPE:
            raise ValueError("an envelope this program does not know")
        return Event(
            occurred_at=_instant(fields.pop("occurred_at")),
            recorded_at=_instant(fields.pop("recorded_at")),
            origin=Origin(fields.pop("origin")),
            codes=tuple(fields.pop("codes")),
            **fields,
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("not the header of an entry") from error


def write_instant(instant: datetime) -> str:
    """An instant as RFC 3339 in UTC with microseconds: 2026-03-01T08:30:00.000000Z."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _text(value: str | None) -> str:
    return "null" if value is None else f'"{value}"'


@lru_cache(maxsize=8192)
def _array(codes: tuple[str, ...]) -> str:
    return "[" + ",".join(f'"{code}"' for code in codes) + "]"
