"""A home with people in it, on databases of either kind; its backups, and other homes to restore them into."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import text

from tests.gate.kit import MAIL, TO_SISTER, agreed, folder
from troth.app.backup import BackedUp, back_up
from troth.app.config import Home
from troth.app.opening import open_organisation
from troth.app.organisation import Organisation
from troth.app.proofs import checkpoints_of
from troth.app.restoring import Restored, pair, restore
from troth.app.system import SystemClock, SystemEntropy
from troth.db import open_database
from troth.db.portable import count_rows
from troth.kernel.errors import TrothError
from troth.subjects import SubjectErased, SubjectUnknown

Fresh = Callable[[], str]
"""Gives the address of another empty database; '' where a file in the home is meant."""


@dataclass
class Town:
    """One organisation at a home, and where its backups go."""

    place: Path
    home: Home
    people: list[str] = field(default_factory=list)

    @contextmanager
    def opened(self) -> Iterator[Organisation]:
        with open_organisation(self.home, "quay") as organisation:
            yield organisation

    @property
    def data(self) -> Path:
        return self.place / "backups of data"

    @property
    def keys(self) -> Path:
        return self.place / "backups of keys"

    def backed_up(self, *, data: bool = True, keys: bool = True) -> BackedUp:
        into = self.data if data else None, self.keys if keys else None
        return back_up(self.home, data=into[0], keys=into[1], clock=SystemClock(), entropy=SystemEntropy())

    def elsewhere(self, name: str = "elsewhere", database: str = "", keystore: str = "") -> Home:
        """Another home, to which the root keys of this one were brought by hand."""
        folder = self.place / name
        shutil.copytree(self.home.folder / "root", folder / "root")
        return replace(Home.at(folder, database), keystore=keystore)

    def restored(self, into: Home) -> list[Restored]:
        return restore(pair(self.data, self.keys), into)

    def erase(self, *people: str) -> None:
        with self.opened() as quay:
            for who in people:
                quay.erase_keys(who)


def town(place: Path, database: str = "", keystore: str = "", people: int = 3) -> Town:
    """Quay, with people who agreed to letters; something about each left for a sister; a checkpoint over that is signed."""
    made = Town(place, replace(Home.at(place / "home", database), keystore=keystore))
    folder(place / "policy")
    with open_organisation(made.home, "quay", place / "policy") as quay:
        quay.act(lambda acts: acts.recipient("sister", ["controlled"], stake=Decimal(60)))
        made.people = [agreed(quay, number) for number in range(1, people + 1)]
        for who in made.people:
            quay.gate.use(MAIL, who)
            quay.gate.release(TO_SISTER, who)
        quay.gate.flush()
        checkpoints_of(quay, made.home).make()
    return made


def known(home: Home, who: str) -> tuple[bool, int]:
    """Whether the gate knows a person at a home, and how many payloads about them can be read there."""
    with open_organisation(home, "quay") as quay, quay.database.read() as connection:
        count = 0
        for event in quay.ledger.events(connection, subject=quay.ledger.pseudonym(who)):
            with suppress(TrothError):
                count += bool(event.commitment and quay.ledger.payload(connection, event.sequence))
        try:
            quay.gate.peek(MAIL, who)
        except (SubjectErased, SubjectUnknown):
            return False, count
        return True, count


def state(home: Home) -> dict[str, int]:
    """How many rows lie in each table of a home's database."""
    with open_database(home.database) as database, database.read() as connection:
        return count_rows(connection)


def sound(home: Home) -> bool:
    """Whether the ledger holds, payloads and segments and all, and a replay comes out as things stand."""
    with open_organisation(home, "quay") as quay:
        with quay.database.read() as connection:
            verified = quay.ledger.verify(connection, segments=quay.segments)
        return verified.holds and all(one.equal for one in quay.ledger.compare())


def tamper(address: str, statement: str) -> None:
    with open_database(address) as database, database.write() as connection:
        assert connection.execute(text(statement)).rowcount


def plain(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text())
    return found
