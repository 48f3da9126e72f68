"""Keys for programs: each opens one organisation, for some scopes, and fixes the origin of what it reports."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from troth.kernel.entropy import Entropy
from troth.kernel.errors import CallerError, OperatorError
from troth.kernel.findings import did_you_mean
from troth.ledger import Origin

SCOPES: Final = {
    "ask": "ask whether an act may be done, and have it recorded",
    "subjects": "open subjects and record facts about them",
    "consents": "record consents, acceptances and objections",
    "observe": "report what was seen outside the gate",
    "read": "read policy, promises and evidence",
}
_PREFIX: Final = "troth"


@dataclass(frozen=True, slots=True)
class ApiKey:
    """What a key opens; of the key itself only a digest is kept."""

    id: str
    organisation: str
    scopes: frozenset[str]
    origin: Origin
    digest: bytes


class Keys:
    """The keys of one program run. A key reads `troth_ID_SECRET`."""

    def __init__(self, entropy: Entropy) -> None:
        self._entropy = entropy
        self._keys: dict[str, ApiKey] = {}

    def issue(
        self, organisation: str, scopes: Iterable[str] = SCOPES, origin: Origin = Origin.OBSERVED
    ) -> str:
        """A new key; it is shown this once and cannot be read back. Raises CallerError for an unknown scope."""
        wanted = frozenset(scopes)
        for scope in sorted(wanted - SCOPES.keys()):
            raise CallerError(f"'{scope}' is not a scope.", did_you_mean(scope, SCOPES))
        id, secret = self._entropy.bytes(6).hex(), self._entropy.bytes(32)
        text = f"{_PREFIX}_{id}_{base64.urlsafe_b64encode(secret).decode().rstrip('=')}"
        self._keys[id] = ApiKey(id, organisation, wanted, origin, _digest(text))
        return text

    def find(self, text: str) -> ApiKey | None:
        """What a key opens; None for one that was never issued. Compared in constant time."""
        prefix, _, rest = text.partition("_")
        found = self._keys.get(rest.partition("_")[0]) if prefix == _PREFIX else None
        held = found.digest if found is not None else bytes(32)
        return found if hmac.compare_digest(held, _digest(text)) else None

    def hand_over(self, path: Path, key: str) -> None:
        """Write a key to the file of the program that will use it, which only its owner can read. Raises OperatorError."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            fresh = path.with_name(f".{path.name}.{os.getpid()}")
            handle = os.open(
                fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600
            )
            with os.fdopen(handle, "w", encoding="ascii") as file:
                os.fchmod(handle, 0o600)
                file.write(f"{key}\n")
            fresh.replace(path)
        except OSError as error:
            raise OperatorError(
                f"The key file {path} cannot be written: {error.strerror}.", "Let this user write its folder."
            ) from error


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
