"""The vault in one process, which is one core: sealing and opening under a key of each person's own, and the change of epochs.

Key store on SQLite, every commit durable (synchronous=FULL), root key in a folder.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bench import peers
from bench.rows import Row, row
from bench.vault_http import http_rows
from troth.app.config import Home
from troth.app.keystore import vault_of
from troth.app.system import SystemEntropy
from troth.vault import Item, Vault

PEOPLE: Final = 20_000
MANY: Final = 1_000_000
RUNS: Final = 7
CELL: Final = "ledger_payloads.payload:" + "ab" * 32
PLAIN: Final = b"x" * 200
"""A value as long as what a form leaves."""
BOUND: Final = 130
"""About as many bytes of associated data as ours has, for the peers."""


def rows() -> list[Row]:
    """The rows of this bench."""
    their = peers.measure("seal", str(PEOPLE), str(RUNS), str(len(PLAIN)), str(BOUND))
    per_second = {name: 1e6 / taken for name, taken in their.items()}
    with tempfile.TemporaryDirectory(prefix="troth-bench-") as name:
        folder = Path(name)
        found = [*_sealing(folder / "values", per_second), *_epoch(folder / "many")]
    return [*found, *http_rows()]


def _people(first: int, count: int) -> list[Item]:
    return [(f"{number:064x}", CELL, PLAIN) for number in range(first, first + count)]


def _sealing(folder: Path, their: dict[str, float]) -> list[Row]:
    home, unit = Home.at(folder), "values/s"
    with vault_of(home, "bench") as vault:
        items = _people(0, PEOPLE)
        new = PEOPLE / _seconds(lambda: vault.seal_many(items))
        sealed = [
            (owner, CELL, one) for (owner, _, _), one in zip(items, vault.seal_many(items), strict=True)
        ]
        if vault.open_many(sealed) != [PLAIN] * PEOPLE:
            raise RuntimeError("what was sealed did not open as it was")
        many = _rate(lambda: vault.seal_many(items))
        single = _rate(lambda: [vault.seal(*item) for item in items])
        opened = _rate(lambda: vault.open_many(sealed))
        opened_single = _rate(lambda: [vault.open(*item) for item in sealed])
    cold = statistics.median(_cold(home, sealed) for _ in range(RUNS))
    handle, ready = "Tink, keyset handle in memory", "Tink, primitive kept ready for each person"
    return [
        row("vault.seal", many, unit, at_least=50_000, peer=handle, peer_value=their["handle"]),
        row("vault.seal.beside_ready", many, unit, peer=ready, peer_value=their["ready"]),
        row("vault.seal.one_by_one", single, unit, at_least=50_000, peer=handle, peer_value=their["handle"]),
        row("vault.seal.new_person", new, unit),
        row("vault.open", opened, unit, at_least=50_000, peer=handle, peer_value=their["open_handle"]),
        row("vault.open.one_by_one", opened_single, unit, peer=handle, peer_value=their["open_handle"]),
        row(
            "vault.open.from_key_store", cold, unit,
            peer="Tink, wrapped keyset at hand", peer_value=their["open_wrapped"],
        ),
    ]  # fmt: skip


def _cold(home: Home, sealed: list[Item]) -> float:
    """Values opened per second by a process that has no key in memory yet."""
    with vault_of(home, "bench") as vault:
        return len(sealed) / _seconds(lambda: vault.open_many(sealed))


def _epoch(folder: Path) -> list[Row]:
    """One change for a million people: long enough to be its own median."""
    with vault_of(Home.at(folder), "bench") as vault:
        for first in range(0, MANY, 20_000):
            vault.seal_many(_people(first, 20_000))
        taken = _seconds(vault.close_epoch)
        _must_open(vault)
        destroyed = _seconds(lambda: vault.destroy_epoch(1))
        _must_open(vault)
    return [
        row("vault.epoch_change", taken, "s", at_most=60, peer="re-wrap with bare cryptography, no database",
            peer_value=_bare(), smaller_is_better=True),
        row("vault.epoch_destroy", destroyed, "s"),
    ]  # fmt: skip


def _must_open(vault: Vault) -> None:
    if vault.epochs()[-1].keys != MANY:
        raise RuntimeError("an epoch's change lost keys")


def _bare() -> float:
    """Seconds to wrap a million keys anew in memory, each with a fresh nonce and its own associated data, and nothing else."""
    dice, old, new = SystemEntropy(), AESGCM(bytes(32)), AESGCM(bytes(31) + b"\x01")
    bound = b"y" * BOUND
    nonces = [dice.bytes(12) for _ in range(1000)]
    wrapped = [nonce + old.encrypt(nonce, bytes(32), bound) for nonce in nonces]

    def act() -> None:
        for _ in range(MANY // len(wrapped)):
            for one in wrapped:
                nonce = dice.bytes(12)
                nonce + new.encrypt(nonce, old.decrypt(one[:12], one[12:], bound), bound)

    return _seconds(act)


def _rate(act: Callable[[], object]) -> float:
    return PEOPLE / statistics.median(_seconds(act) for _ in range(RUNS))


def _seconds(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start
