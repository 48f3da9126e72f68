"""Keys for programs: each opens one organisation, for some scopes, and fixes the origin of what it reports."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from troth.kernel.entropy import Entropy
from troth.kernel.errors import CallerError
from troth.kernel.findings import did_you_mean
from troth.ledger import Origin

SCOPES: Final = {
    "ask": "ask whether an act may be done, and have it recorded",
    "subjects": "open subjects and record facts about them",
    "consents": "record consents, acceptances and objections",
    "notices": "record what was shown to whom, and what came in under it",
    "accounts": "let people register, sign in, recover and close their accounts",
    "messages": "have messages sent, and record opt-outs",
    "intake": "open tickets for people, work on them, and bring what tasks ask for",
    "requests": "open requests over people's data, see their plans, agree with them, say what recipients answered",
    "observe": "report what was seen outside the gate",
    "device": "speak for an installation of an app: begin a run, ask what may be done, report what was done",
    "vault:write": "keep, change and remove sealed values of people",
    "vault:read": "read sealed values, for whoever has an access token",
    "staff": "record who works here, and give out access tokens",
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
    holder: str = ""
    """Whose it is, where the same program is handed another key at its next start."""

    @property
    def whose(self) -> str:
        """To whom idempotency keys belong that come with it: to the program, whichever key it has, or else to this key."""
        return f"holder:{self.holder}" if self.holder else self.id


class Keys:
    """The keys of one program run. A key reads `troth_ID_SECRET`."""

    def __init__(self, entropy: Entropy) -> None:
        self._entropy = entropy
        self._keys: dict[str, ApiKey] = {}

    def issue(
        self,
        organisation: str,
        scopes: Iterable[str] = SCOPES,
        origin: Origin = Origin.OBSERVED,
        holder: str = "",
    ) -> str:
        """A new key; it is shown this once and cannot be read back. Raises CallerError for an unknown scope."""
        wanted = frozenset(scopes)
        for scope in sorted(wanted - SCOPES.keys()):
            raise CallerError(f"'{scope}' is not a scope.", did_you_mean(scope, SCOPES))
        id, secret = self._entropy.bytes(6).hex(), self._entropy.bytes(32)
        text = f"{_PREFIX}_{id}_{base64.urlsafe_b64encode(secret).decode().rstrip('=')}"
        self._keys[id] = ApiKey(id, organisation, wanted, origin, _digest(text), holder)
        return text

    def find(self, text: str) -> ApiKey | None:
        """What a key opens; None for one that was never issued. Compared in constant time."""
        prefix, _, rest = text.partition("_")
        found = self._keys.get(rest.partition("_")[0]) if prefix == _PREFIX else None
        held = found.digest if found is not None else bytes(32)
        return found if hmac.compare_digest(held, _digest(text)) else None


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
