"""The public keys that receipts are checked with, as a JWK set (RFC 7517, 8037); a key is known by its thumbprint (RFC 7638).

A key that was retired stays in the set for good, with the instant from which it signs no more (`exp`).
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil
from typing import Any, Final

from troth.kernel.canonical import canonical
from troth.ledger import PublishedKey, VerifierKey
from troth.ledger.note import KEY_BYTES

_CURVE: Final = {"crv": "Ed25519", "kty": "OKP"}


@dataclass(frozen=True, slots=True)
class ReceiptKey:
    """A public key of one ledger, from when it was published and, once it signs no more, until when it signed."""

    key: VerifierKey
    published_at: datetime
    retired_at: datetime | None = None

    @property
    def id(self) -> str:
        """Its thumbprint, which is the `kid` of what it signs."""
        return thumbprint(self.key.public)

    @classmethod
    def of(cls, published: PublishedKey) -> ReceiptKey:
        """A key as the ledger published it."""
        return cls(published.key, published.published_at, published.retired_at)

    def as_jwk(self, organisation: str) -> dict[str, Any]:
        """The key as a JWK; `origin` is the name under which the same key signs checkpoints."""
        ended = {"exp": ceil(self.retired_at.timestamp())} if self.retired_at else {}
        named = {"kid": self.id, "alg": "EdDSA", "use": "sig", "x": encode(self.key.public)}
        ours = {
            "organisation": organisation,
            "origin": self.key.name,
            "iat": int(self.published_at.timestamp()),
        }
        return _CURVE | named | ours | ended

    @classmethod
    def of_jwk(cls, jwk: dict[str, Any]) -> ReceiptKey | None:
        """The key of a JWK; None where it is of another kind, or not known by its thumbprint."""
        try:
            public = base64.urlsafe_b64decode(f"{jwk['x']}=")
            since, until = _instant(jwk["iat"]), _instant(jwk["exp"]) if "exp" in jwk else None
            found = cls(VerifierKey(str(jwk["origin"]), public), since, until)
        except (KeyError, ValueError, TypeError, OverflowError):
            return None
        fits = len(public) == KEY_BYTES and _CURVE.items() <= jwk.items() and jwk.get("kid") == found.id
        return found if fits else None


def key_set(keys: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """A JWK set (RFC 7517, 5)."""
    return {"keys": list(keys)}


def thumbprint(public: bytes) -> str:
    """The thumbprint of an Ed25519 public key (RFC 7638, 3; members as RFC 8037, 2 has them)."""
    return encode(hashlib.sha256(canonical(_CURVE | {"x": encode(public)})).digest())


def encode(data: bytes) -> str:
    """Base64url without padding (RFC 7515, 2)."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
