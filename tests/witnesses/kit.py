"""A ledger with checkpoints in a place of its own, on either database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.ledger.kit import NOON, Dice, draft, ledger_on
from troth.db import migrate, open_database
from troth.kernel.clock import SteppedClock
from troth.ledger import Checkpoints, Kept, Ledger, Made, SigningKeys, Timestamp


class Log:
    """What checkpoints are made of."""

    def __init__(self, place: Path, ledger: Ledger) -> None:
        self.ledger, self.count, self.clock = ledger, 0, SteppedClock(NOON)
        self.checkpoints = Checkpoints(
            ledger, SigningKeys(place / "keys"), Kept(place / "kept"), clock=self.clock, entropy=Dice()
        )

    def record(self) -> None:
        with self.ledger.recording() as work:
            work.record(*(draft(self.count + number) for number in range(3)))
        self.count += 3

    def made(self, *witnesses: Any) -> Made:
        self.record()
        return self.checkpoints.make(witnesses)

    def timestamps(self) -> tuple[Timestamp, ...]:
        with self.ledger.database.read() as connection:
            return self.checkpoints.timestamps(connection)


@contextmanager
def log_in(place: Path, database: str = "") -> Iterator[Log]:
    place.mkdir(parents=True, exist_ok=True)
    with open_database(database or f"sqlite:///{place / 'troth.db'}") as opened:
        migrate(opened)
        yield Log(place, ledger_on(opened))
