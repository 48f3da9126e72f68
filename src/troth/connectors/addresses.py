"""Which connector an address names, and with which credentials: never out of the map, only from a file or the environment.

A credential is `user:password`, in a file of mode 0600 named for it, or in the environment as TROTH_SECRET_ and its name.
Third parties answer to a scheme of their own by an entry point of the group `troth.connectors`.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Mapping
from importlib.metadata import entry_points
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError

from troth.connectors.delta import DeltaConnector
from troth.connectors.files import FilesConnector
from troth.connectors.folders import FolderConnector
from troth.connectors.ldap import LdapConnector
from troth.connectors.objects import ObjectConnector
from troth.connectors.redis import RedisConnector
from troth.connectors.services import ServiceConnector
from troth.connectors.sql import SqlConnector
from troth.datamap.connector import Connector
from troth.datamap.errors import StoreUnreachable
from troth.datamap.model import System

GROUP: Final = "troth.connectors"
_DRIVERS: Final = {
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
    "mariadb": "mariadb+pymysql",
    "mysql": "mysql+pymysql",
}
_FOLDERS: Final[Mapping[str, Callable[..., Connector]]] = {
    "files": FilesConnector,
    "folder": FolderConnector,
    "delta": DeltaConnector,
}
"""Stores that are folders, beside the map unless their address begins at the root."""
_SERVERS: Final[Mapping[str, Callable[..., Connector]]] = {
    **dict.fromkeys(("redis", "rediss", "redis+unix"), RedisConnector),
    **dict.fromkeys(("s3", "s3+http"), ObjectConnector),
    **dict.fromkeys(("ldap", "ldaps"), LdapConnector),
}
_CALLED: Final = {"redis+unix": "unix"}
"""What a client calls its own way."""
_ENVIRONMENT: Final = "TROTH_SECRET_"
_LARGEST: Final = 10_000


class Opens(Protocol):
    """What an entry point leads to: a way to open a store of a third party's kind."""

    def __call__(
        self, system: System, folder: Path, secret: tuple[str, str] | None, *, writable: bool
    ) -> Connector:
        """Open a store. `folder` is where the map lies; `secret` is user and password."""
        ...


class Secrets:
    """Where credentials are kept: a folder of files, and the environment, which comes first."""

    def __init__(self, folder: Path | None, environment: Mapping[str, str]) -> None:
        self._folder = folder
        self._environment = environment

    def get(self, name: str) -> tuple[str, str]:
        """User and password. Raises StoreUnreachable where there are none, or others could read them."""
        said = self._environment.get(_ENVIRONMENT + name.upper())
        text = said if said is not None else self._in_file(name)
        user, colon, password = text.strip().partition(":")
        if not colon or not user:
            raise StoreUnreachable(
                f"The credentials '{name}' are not of the form user:password.", "Write them so, on one line."
            )
        return user, password

    def _in_file(self, name: str) -> str:
        path = self._folder / name if self._folder else None
        if path is None or not path.is_file() or "/" in name or name.startswith("."):
            raise StoreUnreachable(
                f"There are no credentials '{name}'.",
                f"Put user:password into a file of that name and mode 0600, or into {_ENVIRONMENT}{name.upper()}.",
            )
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as file:
            if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                raise StoreUnreachable(
                    f"The file of the credentials '{name}' can be read by others.", "Give it mode 0600."
                )
            return file.read(_LARGEST).decode("utf-8", "replace")


def open_connector(system: System, folder: Path, secrets: Secrets, *, writable: bool = False) -> Connector:
    """Open the store of a system; paths start at the folder of the map. Raises StoreUnreachable."""
    scheme = system.at.partition(":")[0]
    secret = secrets.get(system.credentials) if system.credentials else None
    if scheme in _FOLDERS:
        return _FOLDERS[scheme](system.id, folder / _rest(system.at), writable=writable, tables=system.tables)
    if scheme in _SERVERS:
        at = _CALLED.get(scheme, scheme) + system.at[len(scheme) :]
        return _SERVERS[scheme](system.id, at, secret, writable=writable, tables=system.tables)
    if scheme == "service":
        return ServiceConnector(system.id, folder / _rest(system.at), secret, writable=writable)
    if scheme == "sqlite":
        return SqlConnector(
            system.id, f"sqlite:///{(folder / _rest(system.at)).resolve()}", writable=writable
        )
    for entry in entry_points(group=GROUP):
        if entry.name == scheme:
            opens: Opens = entry.load()
            return opens(system, folder, secret, writable=writable)
    return SqlConnector(system.id, _server(system, secret), writable=writable)


def name_of(address: str) -> str:
    """A name for a system out of its address: the database, the file or the folder it names."""
    path = urlsplit(address).path if "://" in address else _rest(address)
    found = "".join(c if c.isalnum() and c.isascii() else "_" for c in Path(path).stem.lower()).strip("_")
    return found if found[:1].isalpha() else "system"


def _rest(address: str) -> str:
    """What follows the scheme; `sqlite:///a.db` reads as SQLAlchemy has it: three strokes and a path from here."""
    rest = address.partition(":")[2]
    return rest[3:] if rest.startswith("///") else rest


def _server(system: System, secret: tuple[str, str] | None) -> sa.URL:
    try:
        url = sa.make_url(system.at)
    except ArgumentError:
        raise StoreUnreachable(
            f"{system.id}: '{system.at.partition(':')[0]}' is no address that is known here.",
            "Write sqlite:FILE, files:FOLDER, folder:FOLDER or postgresql://HOST/NAME; docs/map.md has them all.",
        ) from None
    url = url.set(drivername=_DRIVERS.get(url.drivername, url.drivername))
    return url.set(username=secret[0], password=secret[1]) if secret else url
