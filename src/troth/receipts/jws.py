"""JSON Web Signatures in compact form (RFC 7515, 7.1) with Ed25519 (RFC 8037, 3.1): one algorithm, one header, one encoding.

Nothing is negotiated. The header that signs is the only one that is read back, so that `none`, a MAC made with a public
key, a second key in the header, `crit` and every unknown member are refused before any cryptography (RFC 8725, 3.1, 3.11).
A signing input has no newline and the text of a note ends in one (C2SP signed-note), so that a key which signs both never
signs one as the other.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from troth.kernel.canonical import canonical
from troth.ledger import SigningKey
from troth.receipts.errors import ReceiptRefused
from troth.receipts.keys import encode, thumbprint

ALGORITHM: Final = "EdDSA"
TYPE: Final = "consent-receipt+jws"
CONTENT: Final = "ld+json"
LARGEST: Final = 200_000
"""No receipt has more characters."""


@dataclass(frozen=True, slots=True)
class Jws:
    """A compact JWS, read and not yet verified: which key it names, and what is signed."""

    kid: str
    payload: bytes
    signed: str
    signature: bytes


def sign(key: SigningKey, payload: bytes) -> str:
    """The payload under a key, in compact form. Ed25519 has no chance in it: the same payload gives the same text."""
    signed = f"{encode(canonical(_header(thumbprint(key.verifier.public))))}.{encode(payload)}"
    return f"{signed}.{encode(key.sign(signed).blob)}"


def read(text: str) -> Jws:
    """A compact JWS with exactly our header. Raises ReceiptRefused."""
    parts = text.split(".") if len(text) <= LARGEST else []
    if len(parts) != 3:
        refuse("it is no signature in compact form")
    header, payload, signature = (_decode(part) for part in parts)
    found = read_json(header)
    kid = found.get("kid")
    if not isinstance(kid, str) or found != _header(kid):
        refuse("its header is not that of a receipt")
    return Jws(kid, payload, f"{parts[0]}.{parts[1]}", signature)


def read_json(data: bytes) -> dict[str, Any]:
    """A JSON object in which no name stands twice. Raises ReceiptRefused."""
    try:
        found = json.loads(data, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        refuse("a part of it is no JSON")
    return found if isinstance(found, dict) else refuse("a part of it is no JSON object")


def refuse(why: str) -> NoReturn:
    """Raise ReceiptRefused."""
    raise ReceiptRefused(f"This is no receipt of ours: {why}.")


def _header(kid: str) -> dict[str, str]:
    return {"alg": ALGORITHM, "cty": CONTENT, "kid": kid, "typ": TYPE}


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    return found if len(found) == len(pairs) else refuse("a name stands twice in one object")


def _decode(text: str) -> bytes:
    """The bytes of a base64url text without padding, in its one form (RFC 7515, 2)."""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError:
        refuse("a part of it is no base64url")
    return data if encode(data) == text else refuse("a part of it is no base64url")
