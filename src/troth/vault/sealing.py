"""How a value is sealed and a key wrapped: AES-256-GCM (NIST SP 800-38D) with 96-bit random nonces and associated data.

A sealed value is: version (1 byte), key id (16), nonce (12), ciphertext with its tag (16 more than the plain value). The
associated data names organisation, owner, cell and version, each with its length, so no two of them run together.
A wrapped key is: nonce (12), ciphertext with its tag (48).
"""

from __future__ import annotations

from collections.abc import Sequence
from struct import pack
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from troth.kernel.entropy import Entropy
from troth.vault.errors import SealBroken

KEY_BYTES: Final = 32
ID_BYTES: Final = 16
NONCE_BYTES: Final = 12
TAG_BYTES: Final = 16
VERSION: Final = b"\x01"
_BODY: Final = 1 + ID_BYTES + NONCE_BYTES
OVERHEAD: Final = _BODY + TAG_BYTES
"""How much longer a sealed value is than the plain one."""


def joined(*parts: str | bytes | int) -> bytes:
    """The parts as bytes, each after its length: two different rows of parts never give the same bytes."""
    return b"".join(map(_measured, parts))


def key_bound(prefix: bytes, owner: str, bucket: str, id: bytes, epoch: int) -> bytes:
    """What a wrapped data key is bound to, so that rows of the key store cannot be exchanged; `prefix` names the organisation."""
    return _whose(prefix, owner, bucket, id) + pack(">Q", epoch)


def seal(id: bytes, secret: bytes, prefix: bytes, owner: str, cell: str, plain: bytes, nonce: bytes) -> bytes:
    """Seal a value under a key; `prefix` names the organisation. A nonce serves once."""
    sealed = AESGCM(secret).encrypt(nonce, plain, _bound(prefix, owner, cell))
    return VERSION + id + nonce + sealed


def open_sealed(secret: bytes, prefix: bytes, owner: str, cell: str, sealed: bytes) -> bytes:
    """The plain value. Raises SealBroken when anything differs from what it was sealed with."""
    try:
        return AESGCM(secret).decrypt(sealed[17:29], sealed[29:], _bound(prefix, owner, cell))
    except InvalidTag:
        raise broken() from None


def key_id(sealed: bytes) -> bytes:
    """The id of the key that sealed a value. Raises SealBroken for what was never sealed here."""
    if len(sealed) < OVERHEAD or sealed[:1] != VERSION:
        raise SealBroken("What lies here is no sealed value.", "Bring the record back from a backup.")
    return sealed[1:17]


def prefix_of(organisation: str) -> bytes:
    """The part of the associated data that is the same for all values of an organisation."""
    return joined("troth seal", VERSION, organisation)


def key_prefix(organisation: str) -> bytes:
    """The part of what wrapped data keys are bound to that is the same for all of an organisation."""
    return joined("troth key", VERSION, organisation)


def wrap(wrapping: bytes, key: bytes, bound: bytes, nonce: bytes) -> bytes:
    """A key under another key, bound to whose it is."""
    return nonce + AESGCM(wrapping).encrypt(nonce, key, bound)


def unwrap(wrapping: bytes, wrapped: bytes, bound: bytes) -> bytes:
    """The key again. Raises SealBroken when row, owner or wrapping key is another."""
    try:
        return AESGCM(wrapping).decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], bound)
    except (InvalidTag, ValueError):
        raise _row_broken() from None


class Rewrapping:
    """Takes wrapped data keys of an organisation from one epoch (number and key) to another."""

    def __init__(
        self, organisation: str, old: tuple[int, bytes], new: tuple[int, bytes], entropy: Entropy
    ) -> None:
        self._prefix, self._entropy = key_prefix(organisation), entropy
        self._old, self._old_end = AESGCM(old[1]), pack(">Q", old[0])
        self._new, self._new_end = AESGCM(new[1]), pack(">Q", new[0])

    def all(self, rows: Sequence[tuple[bytes, str, str, bytes]]) -> list[bytes]:
        """The keys as wrapped anew, from their id, owner, bucket and how they were wrapped. Raises SealBroken."""
        nonces = self._entropy.bytes(NONCE_BYTES * len(rows))
        found = []
        try:
            for at, (id, owner, bucket, wrapped) in enumerate(rows):
                whose = _whose(self._prefix, owner, bucket, id)
                key = self._old.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], whose + self._old_end)
                nonce = nonces[at * NONCE_BYTES : (at + 1) * NONCE_BYTES]
                found.append(nonce + self._new.encrypt(nonce, key, whose + self._new_end))
        except (InvalidTag, ValueError):
            raise _row_broken() from None
        return found


def broken() -> SealBroken:
    """The refusal to open, which says nothing of what was found."""
    return SealBroken(
        "A sealed value does not open: it was altered, or moved from another cell, owner or organisation.",
        "Bring the record back from a backup, and see what troth verify says.",
    )


def _whose(prefix: bytes, owner: str, bucket: str, id: bytes) -> bytes:
    whose, where = owner.encode(), bucket.encode()
    return b"%b%b%b%b%b" % (prefix, pack(">II", len(whose), len(where)), whose, where, id)


def _bound(prefix: bytes, owner: str, cell: str) -> bytes:
    whose, where = owner.encode(), cell.encode()
    return b"%b%b%b%b" % (prefix, pack(">II", len(whose), len(where)), whose, where)


def _measured(part: str | bytes | int) -> bytes:
    raw = pack(">Q", part) if isinstance(part, int) else part.encode() if isinstance(part, str) else part
    return pack(">I", len(raw)) + raw


def _row_broken() -> SealBroken:
    return SealBroken(
        "A data key in the key store does not open: its row was altered or moved.",
        "Bring the key store back from its backup.",
    )
