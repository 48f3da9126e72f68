"""A fake: a cloud's key service in the memory of one process. It protects nothing, and no address opens it."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from troth.keepers.cloud import NoSuchKey, NotDecrypted
from troth.kernel.entropy import Entropy


class FakeCloud:
    """A key service that is none, for tests and to show the shape; `is_down` lets it answer nobody."""

    def __init__(self, entropy: Entropy) -> None:
        self._entropy = entropy
        self._keys: dict[str, bytes] = {}
        self.is_down = False

    def create(self, alias: str) -> None:
        """Make a key."""
        self._answer()
        self._keys.setdefault(alias, self._entropy.bytes(32))

    def encrypt(self, alias: str, plain: bytes, context: Mapping[str, str]) -> bytes:
        """Encrypt with the context as associated data."""
        nonce = self._entropy.bytes(12)
        return nonce + AESGCM(self._key(alias)).encrypt(nonce, plain, _bound(context))

    def decrypt(self, alias: str, sealed: bytes, context: Mapping[str, str]) -> bytes:
        """Decrypt."""
        try:
            return AESGCM(self._key(alias)).decrypt(sealed[:12], sealed[12:], _bound(context))
        except (InvalidTag, ValueError):
            raise NotDecrypted from None

    def delete(self, alias: str) -> None:
        """Forget the key."""
        self._answer()
        self._keys.pop(alias, None)

    def aliases(self) -> Collection[str]:
        """Every key."""
        self._answer()
        return frozenset(self._keys)

    def _key(self, alias: str) -> bytes:
        self._answer()
        if alias not in self._keys:
            raise NoSuchKey
        return self._keys[alias]

    def _answer(self) -> None:
        if self.is_down:
            raise ConnectionError


def _bound(context: Mapping[str, str]) -> bytes:
    return "\n".join(f"{name}={value}" for name, value in sorted(context.items())).encode()
