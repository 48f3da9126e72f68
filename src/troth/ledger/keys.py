"""The pseudonym key of an organisation: a file that only its owner can read."""

from __future__ import annotations

import hmac
import os
import stat
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Final

from troth.kernel.entropy import Entropy
from troth.ledger.errors import KeyProblem

KEY_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class PseudonymKey:
    """What turns subject ids into pseudonyms; its secret is never shown."""

    secret: bytes = field(repr=False)

    def pseudonym(self, subject: str) -> str:
        """The pseudonym of a subject id: the hex HMAC-SHA256 under this key (RFC 2104)."""
        return _pseudonym(self.secret, subject)


@lru_cache(maxsize=65536)
def _pseudonym(secret: bytes, subject: str) -> str:
    return hmac.digest(secret, subject.encode(), "sha256").hex()


def create_key(path: Path, entropy: Entropy) -> PseudonymKey:
    """Make a new key file that only its owner can read, durably. Raises KeyProblem when one lies there already."""
    secret = entropy.bytes(KEY_BYTES)
    write_secret(path, secret, "pseudonym key")
    return PseudonymKey(secret)


def read_key(path: Path) -> PseudonymKey:
    """The key from its file. Raises KeyProblem when it is missing, damaged, or others than its owner may touch it."""
    without = "without it subjects cannot be found in the ledger"
    secret = read_secret(path, KEY_BYTES + 1, "pseudonym key", without)
    if len(secret) != KEY_BYTES:
        raise KeyProblem(
            f"The pseudonym key {path} does not hold {KEY_BYTES} bytes; bring it back from its backup."
        )
    return PseudonymKey(secret)


def write_secret(path: Path, secret: bytes, what: str) -> None:
    """Write a new file that only its owner can read, durably. Raises KeyProblem when one lies there already."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise KeyProblem(f"The {what} {path} cannot be made: {error.strerror}.") from error
    with os.fdopen(handle, "wb") as file:
        file.write(secret)
        file.flush()
        os.fsync(file.fileno())


def read_secret(path: Path, most: int, what: str, without: str) -> bytes:
    """Up to `most` bytes of a secret file. Raises KeyProblem when it is missing or others than its owner may touch it."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise KeyProblem(
            f"The {what} {path} cannot be read: {error.strerror}. Bring it back from its own backup; {without}."
        ) from error
    try:
        _refuse_open_to_others(path, os.fstat(handle), what)
        return os.read(handle, most)
    finally:
        os.close(handle)


def _refuse_open_to_others(path: Path, found: os.stat_result, what: str) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise KeyProblem(f"The {what} {path} is not a file.")
    if found.st_mode & 0o077:
        raise KeyProblem(
            f"The {what} {path} can be read by others than its owner. Close it with: chmod 600 {path}"
        )
    if found.st_uid != os.geteuid():
        raise KeyProblem(f"The {what} {path} belongs to another user; give it to the one who runs troth.")
