"""The timestamps of a ledger's checkpoints, held against their checkpoints and the authorities that made them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.x509 import Certificate
from sqlalchemy import Connection

from troth.app.witnessing import Witnessing
from troth.ledger import Checkpoints, Timestamp
from troth.witnesses.timestamp import (
    NotStamped,
    TimestampAuthority,
    check_timestamp,
    imprinted,
    read_certificates,
)


@dataclass(frozen=True, slots=True)
class Stamped:
    """What one timestamp says, and whether it holds.

    `checked` tells whether its signature was held against a CA; where none is known, only that it is over this checkpoint.
    `fault` is why it does not hold, '' where nothing is wrong.
    """

    size: int
    authority: str
    at: datetime
    checked: bool
    fault: str = ""


class Trust:
    """The CAs that authorities are checked by: those that witnesses are configured with, and a file for all others."""

    def __init__(self, witnessing: Witnessing, ca: Path | None = None) -> None:
        known = (one for one in witnessing.outside if isinstance(one, TimestampAuthority))
        self._by_name: Mapping[str, tuple[Certificate, ...]] = {one.name: one.trust for one in known}
        self._others = read_certificates(ca) if ca is not None else ()

    def of(self, authority: str) -> tuple[Certificate, ...]:
        """The certificates of an authority's CA; none where it is not known."""
        return self._others or self._by_name.get(authority, ())


def look_at_stamps(connection: Connection, checkpoints: Checkpoints, trust: Trust) -> tuple[Stamped, ...]:
    """Every timestamp kept in the database, each held against its checkpoint as it stands there."""
    texts = {made.checkpoint.size: made.note.text for made in checkpoints.all(connection)}
    return tuple(_look(one, texts, trust) for one in checkpoints.timestamps(connection))


def faults(stamps: Iterable[Stamped]) -> tuple[str, ...]:
    """What is wrong with timestamps, a sentence for each that does not hold."""
    return tuple(
        f"the timestamp of {one.authority} on the checkpoint of {one.size} entries does not hold: {one.fault}"
        for one in stamps
        if one.fault
    )


def _look(one: Timestamp, texts: Mapping[int, str], trust: Trust) -> Stamped:
    ca, text = trust.of(one.authority), texts.get(one.size)
    try:
        if text is None:
            raise NotStamped("its checkpoint is gone")
        at = check_timestamp(one.token, text, ca) if ca else imprinted(one.token, text)
        if at != one.at:
            raise NotStamped("another instant is written beside it")
    except NotStamped as problem:
        return Stamped(one.size, one.authority, one.at, bool(ca), str(problem))
    return Stamped(one.size, one.authority, at, bool(ca))
