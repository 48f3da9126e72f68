"""What is derived from a secret of the organisation: blind indexes and pseudonyms for recipients.

HKDF-SHA256 (RFC 5869) gives a key for each organisation, field and purpose, or recipient and purpose; HMAC-SHA256 (RFC 2104)
under it says whether two values are equal, and nothing to whoever lacks the key.
"""

from __future__ import annotations

import hmac
from functools import lru_cache

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from troth.vault.sealing import KEY_BYTES, joined


def blind_index(secret: bytes, organisation: str, field: str, purpose: str, value: str) -> bytes:
    """32 bytes that are equal for equal values of one field and purpose, and tell nothing across them."""
    return hmac.digest(
        _key(secret, joined("troth blind", organisation, field, purpose)), value.encode(), "sha256"
    )


def recipient_pseudonym(secret: bytes, organisation: str, recipient: str, purpose: str, subject: str) -> str:
    """32 hex digits for a subject, which no other recipient or purpose shares."""
    key = _key(secret, joined("troth pseudonym", organisation, recipient, purpose))
    return hmac.digest(key, subject.encode(), "sha256")[:16].hex()


@lru_cache(maxsize=4096)
def _key(secret: bytes, info: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info).derive(secret)
