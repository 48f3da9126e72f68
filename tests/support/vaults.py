"""A vault to test with: a key store and root keys in a folder, with the machine's own randomness."""

from __future__ import annotations

from pathlib import Path

from troth.app.system import SystemClock, SystemEntropy
from troth.keepers import FileKeeper
from troth.kernel.clock import Clock
from troth.vault import Keeper, Vault, open_vault


def file_keeper(folder: Path) -> FileKeeper:
    """A keeper in a folder."""
    return FileKeeper(folder, SystemEntropy())


def reach(name: str) -> Keeper:
    """A file keeper by its name."""
    return file_keeper(Path(name.removeprefix("file:")))


def vault_in(
    folder: Path,
    organisation: str = "harbour",
    *,
    url: str = "",
    keeper: Keeper | None = None,
    expected: str | None = None,
    clock: Clock | None = None,
) -> Vault:
    """The vault of an organisation in this folder, made where there is none; `url` names another key store."""
    return open_vault(
        url or f"sqlite:///{folder / 'keystore' / 'keys.db'}",
        organisation,
        keeper or file_keeper(folder / "root"),
        clock=clock or SystemClock(),
        entropy=SystemEntropy(),
        expected=expected,
        reach=reach,
    )
