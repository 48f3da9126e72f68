"""A sealer without a key store: keys in memory, and the same laws as the vault's, so that rooms can be tested by themselves."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from troth.vault.errors import KeyDestroyed, SealBroken

Item = tuple[str, str, bytes]


class Drawer:
    """Keys by owner. Destroyed owners get no key again."""

    def __init__(self, secret: bytes | None = None) -> None:
        """With a secret, every process that names the same one opens what another sealed."""
        self._secret = secret
        self._keys: dict[str, bytes] = {}
        self._destroyed: set[str] = set()

    def seal_many(self, items: Sequence[Item]) -> list[bytes]:
        return [self._seal(*item) for item in items]

    def open_many(self, items: Sequence[Item]) -> list[bytes | None]:
        return [self._open(*item) for item in items]

    def destroy(self, owners: Collection[str]) -> int:
        found = len(self.alive(owners))
        for owner in owners:
            self._keys.pop(owner, None)
            self._destroyed.add(owner)
        return found

    def alive(self, owners: Collection[str]) -> frozenset[str]:
        return frozenset(owner for owner in owners if owner in self._keys)

    def _key(self, owner: str) -> bytes:
        if owner in self._destroyed:
            raise KeyDestroyed("The key was destroyed.")
        return self._keys.setdefault(owner, self._secret or AESGCM.generate_key(256))

    def _seal(self, owner: str, cell: str, plain: bytes) -> bytes:
        nonce = os.urandom(12)
        return nonce + AESGCM(self._key(owner)).encrypt(nonce, plain, f"{owner}|{cell}".encode())

    def _open(self, owner: str, cell: str, sealed: bytes) -> bytes | None:
        if owner in self._destroyed:
            return None
        try:
            return AESGCM(self._key(owner)).decrypt(sealed[:12], sealed[12:], f"{owner}|{cell}".encode())
        except (InvalidTag, ValueError):
            raise SealBroken("It does not open.") from None


OPEN_DRAWER = Drawer(b"drawer, the same for all tests!!")
