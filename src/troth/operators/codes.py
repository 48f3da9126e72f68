"""One-time codes of an authenticator (RFC 6238, by pyotp), each good once; and recovery codes, of which digests are kept."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime
from typing import Final

import pyotp

from troth.kernel.entropy import Entropy

STEP: Final = 30
SECRET_BYTES: Final = 20
RECOVERY: Final = 10
_LETTERS: Final = "23456789abcdefghjkmnpqrstuvwxyz"


def secret(entropy: Entropy) -> str:
    """A fresh secret for an authenticator, in base 32."""
    return base64.b32encode(entropy.bytes(SECRET_BYTES)).decode()


def step_of(secret: str, code: str, at: datetime, last: int) -> int | None:
    """The time step of a code, within one step of now and later than any used before; None for a code that does not fit."""
    typed = "".join(sign for sign in code if sign.isascii() and sign.isdigit())
    now = int(at.timestamp()) // STEP
    made = pyotp.TOTP(secret)
    found = None
    for step in (now - 1, now, now + 1):  # all three are compared, whichever fits
        if hmac.compare_digest(made.generate_otp(step), typed) and step > last:
            found = step
    return found


def recovery_codes(entropy: Entropy) -> tuple[str, ...]:
    """Codes for the day the authenticator is lost: 50 bits each, shown once."""
    return tuple(_word(entropy) for _ in range(RECOVERY))


def _word(entropy: Entropy) -> str:
    drawn = int.from_bytes(entropy.bytes(16), "big")
    letters = []
    for _ in range(10):
        drawn, at = divmod(drawn, len(_LETTERS))
        letters.append(_LETTERS[at])
    return f"{''.join(letters[:5])}-{''.join(letters[5:])}"


def recovery_digest(member: str, code: str) -> str:
    """What is kept of a recovery code."""
    typed = "".join(sign for sign in code.lower() if sign in _LETTERS)
    return hashlib.sha256(f"{member}:{typed}".encode()).hexdigest()
