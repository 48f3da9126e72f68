"""Maps on disk: a draft out of a live store, and the check of the map beside a policy against policy and stores."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from troth.app.folders import compile_folder, read_folder
from troth.connectors import Secrets, name_of, open_connector
from troth.datamap import StoreUnreachable
from troth.datamap.check import check_links, check_live, check_policy
from troth.datamap.connector import Connector
from troth.datamap.draft import DraftedTable, as_yaml, draft
from troth.datamap.load import MAP_FILE, load_map
from troth.datamap.model import DataMap, System
from troth.datamap.surveying import look_inside
from troth.kernel.errors import CallerError, TrothError
from troth.kernel.findings import Findings, Place
from troth.policy.catalogue import Catalogue

SECRETS = "TROTH_SECRETS"
"""The folder of credentials, in the environment."""
KEPT = "kept:"
"""How an address begins that stands in a file."""
LONGEST = 4_000


@dataclass(frozen=True, slots=True)
class Draft:
    """A drafted map: its text, and what was proposed for each table."""

    text: str
    tables: tuple[DraftedTable, ...]

    @property
    def open(self) -> int:
        """How many columns somebody has to say something about."""
        return sum(table.open for table in self.tables)


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check looked at."""

    map: DataMap
    looked_at: tuple[str, ...]
    """The systems whose live shape was compared."""


class NoPolicy(CallerError):
    """A folder holds no policy that compiles."""


def secrets_of(folder: Path | None) -> Secrets:
    """Credentials from a folder, else from the one that the environment names, and from the environment itself."""
    said = os.environ.get(SECRETS)
    return Secrets(folder or (Path(said) if said else None), os.environ)


def draft_map(
    at: str, secrets: Secrets, *, name: str = "", credentials: str = "", policy: Path | None = None
) -> Draft:
    """Draft the map of one store from its schema; no value in it is read. Raises StoreUnreachable, StoreRefused, NoPolicy."""
    system = _system(at, name, credentials)
    with _open(system, Path.cwd(), secrets) as connector:
        tables = draft(connector.describe(), _catalogue(policy) if policy else None)
    return Draft(as_yaml(system.id, system.at, tables, credentials), tables)


def check_map(folder: Path, secrets: Secrets, findings: Findings, *, offline: bool = False) -> Checked:
    """Hold the map in a folder against itself, the policy beside it and, unless `offline`, every store it names."""
    files = read_folder(folder, findings)
    if MAP_FILE not in files:
        findings.error(
            "no-map", Place(MAP_FILE), "This folder has no map.yaml.", "Draft one with `troth map ADDRESS`."
        )
        return Checked(DataMap(), ())
    beside = {name: text for name, text in files.items() if name != MAP_FILE}
    map = load_map(files[MAP_FILE], findings, beside=beside)
    check_links(map, findings)
    compiled = compile_folder(folder, Findings())
    if compiled is None:
        findings.error(
            "no-policy",
            Place("policy.yaml"),
            "The policy beside the map does not compile.",
            "Run `troth check`.",
        )
    else:
        check_policy(map, Catalogue.of(compiled.bundle), findings)
    return Checked(map, () if offline else tuple(_look(map, folder, secrets, findings)))


def _look(map: DataMap, folder: Path, secrets: Secrets, findings: Findings) -> Iterator[str]:
    """The systems that could be looked at; one that could not is an error, for a map not checked is a map not right."""
    for system in placed(map, folder).systems:
        if not system.at:
            continue
        try:
            with _open(system, folder, secrets) as connector:
                check_live(map, system, connector.describe(), findings)
                look_inside(map, system.id, connector, findings)
        except TrothError as problem:
            findings.error("not-looked-at", system.place, problem.message, problem.help)
        else:
            yield system.id


def placed(map: DataMap, folder: Path) -> DataMap:
    """The map with the addresses of systems that lie elsewhere in each installation: `kept:FILE` stands for what that file in the
    folder says, which may hold credentials and is read by its owner alone. Where none lies there yet, the system stays unreachable.

    Raises StoreUnreachable for a file that others can read.
    """
    return replace(map, systems=tuple(found_at(one, folder) for one in map.systems))


def found_at(system: System, folder: Path) -> System:
    """A system with the address that a file in the folder says, where its map leaves that to one, and the file lies there by now.

    Raises StoreUnreachable for a file that others can read.
    """
    if not system.at.startswith(KEPT):
        return system
    return replace(system, at=_kept(folder / system.at.removeprefix(KEPT), system))


def _kept(file: Path, system: System) -> str:
    try:
        handle = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return system.at
    with os.fdopen(handle, encoding="utf-8") as opened:
        if stat.S_IMODE(os.fstat(opened.fileno()).st_mode) & 0o077:
            raise StoreUnreachable(
                f"The file with the address of {system.id} can be read by others.", "Give it mode 0600."
            )
        return opened.read(LONGEST).strip()


@contextmanager
def opened_stores(
    map: DataMap, folder: Path, secrets: Secrets, *, writable: bool = False
) -> Iterator[dict[str, Connector]]:
    """The stores of a map, open, by system; closed together. Raises StoreUnreachable."""
    with ExitStack() as closing:
        found = {}
        for system in map.systems:
            found[system.id] = open_connector(system, folder, secrets, writable=writable)
            closing.callback(found[system.id].close)
        yield found


@contextmanager
def _open(system: System, folder: Path, secrets: Secrets) -> Iterator[Connector]:
    connector = open_connector(system, folder, secrets)
    try:
        yield connector
    finally:
        connector.close()


def _system(at: str, name: str, credentials: str) -> System:
    """The system an address names. Credentials in it are refused: they would stand in the shell's history and in the map."""
    if "@" in at.partition("://")[2].partition("/")[0]:
        raise CallerError(
            "This address carries credentials.",
            "Leave them out, and name with --credentials where they are kept.",
        )
    return System(id=name or name_of(at), at=at, credentials=credentials)


def _catalogue(folder: Path) -> Catalogue:
    compiled = compile_folder(folder, Findings())
    if compiled is None:
        raise NoPolicy(f"The policy in {folder} does not compile.", "Run `troth check` on it.")
    return Catalogue.of(compiled.bundle)
