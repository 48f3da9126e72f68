"""The resurrection drill: restore the last backups aside, and try to bring back everybody who was erased.

Two questions are asked of the same restored copy. Before its tombstones are carried out: whom could somebody bring back who has
both backups and the root keys, and passes over the tombstones? After: whom does a restore by this program bring back? The
second must be nobody; the first is nobody once the epochs that the backup of keys was taken in are destroyed.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, make_url

from troth.app.backup import last_targets
from troth.app.backup_files import BackupRefused, Kind
from troth.app.config import Home
from troth.app.house import PROJECTIONS
from troth.app.keystore import DEFAULT_KEEPER, vault_of
from troth.app.organisation import Organisation
from troth.app.restoring import Pair, pair, restore
from troth.app.system import SystemClock, SystemEntropy
from troth.db import Database, check, open_database
from troth.erasures import Erasures
from troth.kernel.clock import Clock
from troth.kernel.errors import TrothError
from troth.ledger import Ledger, PseudonymKey, Seals, Segments, read_key
from troth.ledger.reading import organisations
from troth.ledger.sealing import NobodyErased
from troth.vault import Item, SealBroken, Vault

_SCRATCH: Final = ".drill-"
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Drilled:
    """What a drill found of one organisation, in people.

    `tried` were erased, `back` came back with a restore, `reachable` could be brought back by somebody who has both backups and
    the root keys and passes over the tombstones. `opened` sealed values of theirs were tried.
    """

    organisation: str
    data: str
    keys: str
    tried: int
    back: int
    reachable: int
    opened: int


@dataclass(slots=True)
class _Raw:
    """What of the erased lies in the backups as they are: cells, and who could be read."""

    cells: list[Item] = field(default_factory=list)
    readable: frozenset[str] = frozenset()
    tried: int = 0


def drill(
    home: Home, data: Path | None, keys: Path | None, *, clock: Clock, tell: Tell = lambda _: None
) -> list[Drilled]:
    """Restore the youngest backups in these folders, or where the last ones were made, aside; record what was found.

    Raises BackupRefused where no folder is known, and what restoring raises. The copy is wiped in the end, whatever happens.
    """
    found = pair(*_targets(home, data, keys))
    with open_database(home.database) as database:
        check(database)
        erased = _erased(database)
        with _scratch(home) as place:
            results = _tried(found, place, erased, tell)
        for one in results:
            _record(database, one, clock)
    return results


def _tried(found: Pair, place: Home, erased: Mapping[str, Mapping[str, str]], tell: Tell) -> list[Drilled]:
    raw: dict[str, _Raw] = {}

    def look(id: str) -> None:
        with _raw(place, id) as organisation, organisation.database.read() as connection:
            raw[id] = _look(organisation, connection, erased.get(id, {}))

    restore(found, place, tell, first=look)
    results = []
    for id in sorted(raw):
        people = erased.get(id, {})
        with _raw(place, id) as organisation, organisation.database.read() as connection:
            back = _come_back(organisation, connection, people, raw[id].cells)
        results.append(
            Drilled(
                id, found.data.manifest.name, found.keys.manifest.name, len(set(people.values())),
                _count(people, back), _count(people, raw[id].readable), raw[id].tried,
            )
        )  # fmt: skip
    return results


def _look(organisation: Organisation, connection: Connection, people: Mapping[str, str]) -> _Raw:
    """Whom the backups still hold readable, before a single tombstone is carried out."""
    cells = organisation.lying(connection, people)
    read, tried = _read(organisation, connection, people)
    return _Raw(cells, read | _opened(organisation.vault, cells), tried + len(cells))


def _come_back(
    organisation: Organisation, connection: Connection, people: Mapping[str, str], cells: list[Item]
) -> frozenset[str]:
    """Who of the erased is known, has a key, or can be read, once a restore is done."""
    known = frozenset(organisation.rooms.subjects.groups(connection, people))
    alive = organisation.vault.alive(people)
    return (
        known
        | alive
        | _read(organisation, connection, people)[0]
        | _opened(organisation.vault, [*cells, *organisation.lying(connection, people)])
    )


def _read(
    organisation: Organisation, connection: Connection, people: Collection[str]
) -> tuple[frozenset[str], int]:
    """Of whom any payload opens by the keys there are, whatever tombstones say; and how many were tried."""
    ledger = Ledger(
        organisation.database, organisation.id, PseudonymKey(b""), clock=organisation.clock, entropy=SystemEntropy(),
        segments=organisation.segments, seals=Seals(organisation.id, organisation.vault, NobodyErased(), SealBroken),
    )  # fmt: skip
    found, tried = set(), 0
    for one in people:
        for event in ledger.events(connection, subject=one):
            if event.commitment is None:
                continue
            tried += 1
            with suppress(TrothError):  # unreadable: what is hoped for
                ledger.disclose(connection, event.sequence)
                found.add(one)
    return frozenset(found), tried


def _opened(vault: Vault, items: Collection[Item]) -> frozenset[str]:
    found = set()
    for item in items:
        with suppress(TrothError):  # unreadable: what is hoped for
            found |= {item[0]} if vault.open_many([item])[0] is not None else set()
    return frozenset(found)


def _count(people: Mapping[str, str], pseudonyms: Collection[str]) -> int:
    return len({people[one] for one in pseudonyms})


def _erased(database: Database) -> dict[str, dict[str, str]]:
    """Everybody who was erased, as the living ledger knows: pseudonym to person, by organisation."""
    found: dict[str, dict[str, str]] = {}
    with database.read() as connection:
        for id in organisations(connection):
            erasures = Erasures(id)
            graves = ((one, erasures.grave(connection, one)) for one in erasures.everybody(connection))
            found[id] = {one: grave.person if grave else one for one, grave in graves}
    return found


def _record(database: Database, found: Drilled, clock: Clock) -> None:
    ledger = Ledger(
        database, found.organisation, PseudonymKey(b""), clock=clock, entropy=SystemEntropy(), projections=PROJECTIONS
    )  # fmt: skip
    with ledger.recording() as work:
        Erasures(found.organisation).drilled(
            work, data=found.data, keys=found.keys, tried=found.tried, readable=found.back, at=clock.now()
        )


def _targets(home: Home, data: Path | None, keys: Path | None) -> tuple[Path, Path]:
    known = last_targets(home)
    data, keys = data or known.get(Kind.DATA), keys or known.get(Kind.KEYS)
    if data is None or keys is None:
        raise BackupRefused(
            "It is not known where the last backups lie.", "Name them with --data and --keys."
        )
    return data, keys


@contextmanager
def _raw(place: Home, id: str) -> Iterator[Organisation]:
    """An organisation as it lies there: nothing is finished, swept or sealed by opening it."""
    with open_database(place.database) as database:
        with database.read() as connection:
            expected = Erasures(id).key_store(connection)
        with vault_of(place, id, expected=expected) as vault:
            yield Organisation(
                id, database, read_key(place.key(id)), Segments(place.segments(id)), vault=vault,
                clock=SystemClock(), entropy=SystemEntropy(),
            )  # fmt: skip


@contextmanager
def _scratch(home: Home) -> Iterator[Home]:
    """A place inside the home, where nothing lies that is not in the home already; wiped in the end, and so is what a kill left."""
    for left in home.folder.glob(f"{_SCRATCH}*"):
        _wipe(left)
    folder = Path(tempfile.mkdtemp(prefix=_SCRATCH, dir=home.folder))
    keeper = home.keeper or f"file:{home.folder.resolve() / DEFAULT_KEEPER.removeprefix('file:')}"
    try:
        yield replace(Home.at(folder / "place"), keeper=keeper, keeper_token=home.keeper_token)
    finally:
        _wipe(folder)


def _wipe(folder: Path) -> None:
    """Overwrite what held keys, then take everything away."""
    place = Home.at(folder / "place")
    store = Path(make_url(place.keystore_address).database or "")
    for file in (*store.parent.glob("*"), *(place.folder / "keys").rglob("*")):
        if file.is_file():
            with file.open("r+b") as held:
                held.write(bytes(file.stat().st_size))
    shutil.rmtree(folder, ignore_errors=True)
