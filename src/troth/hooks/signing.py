"""Signatures of messages as the Standard Webhooks specification has them: `v1,` and the HMAC-SHA256, in base64, over the id, the second
and the body, with a point between; one for each secret that is good, so that a receiver may change to a new one at its leisure.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
import stat
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from troth.kernel.errors import OperatorError

PREFIX: Final = "whsec_"
LENGTHS: Final = range(24, 65)
"""How many bytes a secret may have, as the specification says."""
GOOD: Final = 2
"""How many secrets are good at a time: the newest, and the one before it."""


class SecretUnusable(OperatorError):
    """The file with the secrets of an endpoint has to be mended."""


def headers_of(id: str, at: datetime, body: bytes, secrets: Sequence[bytes]) -> dict[str, str]:
    """The three headers of a message; `id` stays the same however often it is sent, the second is that of the attempt."""
    second = str(int(at.timestamp()))
    signed = b".".join((id.encode(), second.encode(), body))
    marks = [base64.b64encode(hmac.digest(secret, signed, "sha256")).decode() for secret in secrets]
    return {
        "webhook-id": id,
        "webhook-timestamp": second,
        "webhook-signature": " ".join(f"v1,{mark}" for mark in marks),
    }


def read_secrets(path: Path) -> tuple[bytes, ...]:
    """The secrets in a file, the newest first, a line each. Raises SecretUnusable: nobody but the owner may read it."""
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise SecretUnusable(f"Others can read the secrets in {path}.", f"Run `chmod 600 {path}`.")
        lines = path.read_text(encoding="ascii").split()
    except (OSError, UnicodeDecodeError) as error:
        raise SecretUnusable(
            f"The secrets in {path} cannot be read: {type(error).__name__}.", "Make one with `troth webhooks rotate`."
        ) from None  # fmt: skip
    found = tuple(_secret(line, path) for line in lines[:GOOD])
    if not found:
        raise SecretUnusable(f"No secret stands in {path}.", "Make one with `troth webhooks rotate`.")
    return found


def fresh_secret(chance: bytes) -> str:
    """A secret out of 32 random bytes, as it is handed to whoever receives."""
    return PREFIX + base64.b64encode(chance).decode()


def rotated(path: Path, secret: str) -> int:
    """Put a new secret before the one that was good until now; how many are good. Raises SecretUnusable."""
    before = path.read_text(encoding="ascii").split() if path.exists() else []
    lines = [secret, *before][:GOOD]
    new = path.with_name(f"{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write("\n".join(lines) + "\n")
        new.replace(path)
    except OSError as error:
        raise SecretUnusable(f"The secrets in {path} cannot be written: {type(error).__name__}.") from None
    return len(lines)


def _secret(line: str, path: Path) -> bytes:
    try:
        found = base64.b64decode(line.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        found = b""
    if len(found) not in LENGTHS:
        raise SecretUnusable(
            f"A line of {path} is no secret.", "Write whsec_ and the base64 of 24 to 64 bytes."
        )
    return found
