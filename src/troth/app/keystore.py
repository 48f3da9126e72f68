"""The vault of an organisation at a home: where its key store lies, who keeps its root keys, and whether they belong together."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from troth.app.config import Home
from troth.app.system import SystemClock, SystemEntropy, leave_no_core
from troth.keepers import open_keeper
from troth.kernel.clock import Clock
from troth.kernel.errors import OperatorError
from troth.vault import Keeper, Vault, open_vault

DEFAULT_KEEPER: Final = "file:root"
"""The folder of root keys inside a home; a backup of the home's data must leave it out, and the key store too."""


class KeysBesideData(OperatorError):
    """The key store is to lie in the very database that it is there to protect."""


def vault_of(
    home: Home, organisation: str, *, expected: str | None = None, clock: Clock | None = None
) -> Vault:
    """Open an organisation's vault, with the machine's own randomness.

    `expected` is the id of the key store that the records name; without one a key store is made where there is none. A keeper that
    was named must itself hold the root key; else the key store says where it lies. Raises KeyStoreMissing, KeyStoreForeign,
    RootMissing, RootWrong, KeeperUnreachable, KeysBesideData, DatabaseProblem: each one sentence, and nothing written.
    """
    _refuse_one_database(home)
    leave_no_core()
    return open_vault(
        home.keystore_address,
        organisation,
        keeper_of(home),
        clock=clock or SystemClock(),
        entropy=SystemEntropy(),
        expected=expected,
        reach=lambda name: keeper_of(home, name),
        insist=bool(home.keeper),
    )


def keeper_of(home: Home, address: str = "") -> Keeper:
    """The keeper at an address; without one, the keeper of this home. Raises NoKeeper."""
    named = address or home.keeper or DEFAULT_KEEPER
    return open_keeper(named, SystemEntropy(), home=home.folder, token=home.keeper_token)


def _refuse_one_database(home: Home) -> None:
    try:
        keys, data = _place(home.keystore_address), _place(home.database)
    except ArgumentError:
        return  # opening it says so
    if keys == data:
        raise KeysBesideData(
            "The key store and the records are to lie in one database; then one backup would hold both.",
            "Name another database in TROTH_KEYSTORE.",
        )


def _place(address: str) -> tuple[object, ...]:
    """Where a database lies, however it was written; who comes in there makes no other one of it."""
    url = make_url(address)
    if url.get_backend_name() == "sqlite":
        return (Path(url.database or "").resolve(),)
    return url.host or url.query.get("host"), url.port or url.query.get("port"), url.database
