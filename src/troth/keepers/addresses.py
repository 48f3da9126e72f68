"""Which keeper an address names."""

from __future__ import annotations

from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from troth.keepers.file import FileKeeper
from troth.keepers.transit import TransitKeeper
from troth.kernel.entropy import Entropy
from troth.kernel.errors import CallerError
from troth.vault import Keeper

_LOOPBACK: Final = {"localhost", "127.0.0.1", "::1"}
_WAYS: Final = "Write file:FOLDER or transit:https://HOST:PORT/MOUNT."


class NoKeeper(CallerError):
    """An address names no keeper."""


def open_keeper(address: str, entropy: Entropy, *, home: Path, token: Path | None = None) -> Keeper:
    """`file:FOLDER` (from `home`, unless it is absolute) or `transit:https://HOST:PORT/MOUNT`. Raises NoKeeper.

    `token` is the file that holds what a transit server asks for. Plain http is for this machine alone.
    """
    kind, _, rest = address.partition(":")
    if kind == "file" and rest:
        folder = home / rest
        return FileKeeper(folder, entropy, name=_name(folder, home))
    if kind == "transit" and rest:
        return _transit(rest, token)
    raise NoKeeper(f"'{kind or address}' is no kind of keeper.", _WAYS)


def _name(folder: Path, home: Path) -> str:
    """A folder inside the home is named from there, so that a home can be moved."""
    whole, base = folder.resolve(), home.resolve()
    return f"file:{whole.relative_to(base) if whole.is_relative_to(base) else whole}"


def _transit(url: str, token: Path | None) -> Keeper:
    parts = urlsplit(url)
    mount = parts.path.strip("/")
    plain = parts.scheme == "http" and parts.hostname in _LOOPBACK
    if not (parts.scheme == "https" or plain) or not parts.hostname or not mount or "@" in parts.netloc:
        raise NoKeeper("This is no address of a transit keeper.", _WAYS)
    if token is None:
        raise NoKeeper(
            "A transit keeper asks for a token.", "Name the file that holds it in TROTH_KEEPER_TOKEN_FILE."
        )
    return TransitKeeper(parts.scheme, parts.hostname, parts.port, mount, token)
